package network

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/feature"
	"cggm/fusion"
	"cggm/head"
	"cggm/param"
)

// Unimodal says where the logits z_m of a single modality come from.
type Unimodal string

// The sources of unimodal logits. Split needs a fusion that is linear in every
// modality under a linear head: the logits of the model split exactly, the
// bias in equal parts. Shared sends the pooled features of every modality
// through one linear layer of its own and needs features of equal width. Mask
// runs the model with the other modalities' features at 0, MaskInput with
// their inputs at 0. Auxiliary trains a classifier of its own per modality.
// Auto is Split where it applies and Mask otherwise.
const (
	Auto      Unimodal = "auto"
	Split     Unimodal = "split"
	Shared    Unimodal = "shared"
	Mask      Unimodal = "mask"
	MaskInput Unimodal = "mask-input"
	Auxiliary Unimodal = "auxiliary"
)

// Unimodals lists the sources in the order of documentation.
var Unimodals = []Unimodal{Auto, Split, Shared, Mask, MaskInput, Auxiliary}

func (u Unimodal) check(m *Model) error {
	if u == "" || slices.Contains(Unimodals, u) {
		if u == Split && !m.splits() {
			return fmt.Errorf("network: unimodal logits by %q need the fusion concat or sum under a linear head: choose %v", u, Unimodals)
		}
		return nil
	}
	return fmt.Errorf("network: unknown source of unimodal logits %q: choose one of %v", u, Unimodals)
}

func (m *Model) splits() bool {
	_, ok := m.Fusion.(fusion.Splitter)
	return ok && m.Head.Linear()
}

// Splittable reports whether fusion and head are linear in every modality, as
// Pass.Part needs it.
func (m *Model) Splittable() error {
	if !m.splits() {
		return fmt.Errorf("network: the fusion %s under the head %s does not give every modality weights of its own: choose the fusion concat or sum and a head without hidden layers", kind(m.Fusion), kind(m.Head))
	}
	return nil
}

// kind returns the name of a part's type, as configurations spell it.
func kind(part any) string {
	name := fmt.Sprintf("%T", part)
	return strings.ToLower(name[strings.LastIndex(name, ".")+1:])
}

// Source returns the source of unimodal logits with Auto resolved.
func (m *Model) Source() Unimodal {
	if m.Unimodal != Auto && m.Unimodal != "" {
		return m.Unimodal
	}
	if m.splits() {
		return Split
	}
	return Mask
}

// Unimodal returns the logits of modality i alone, with gradients to the
// modality's encoder and to whatever maps its features to logits.
func (p *Pass) Unimodal(i int) *graph.Node { return p.unimodal(i, false) }

// UnimodalFrozen returns the logits of modality i alone; fusion and head get
// no gradient from them.
func (p *Pass) UnimodalFrozen(i int) *graph.Node { return p.unimodal(i, true) }

func (p *Pass) unimodal(i int, frozen bool) *graph.Node {
	fs, hs := p.scope(param.Fusion, 0), p.scope(param.Head, 0)
	if frozen {
		fs, hs = fs.Frozen(), hs.Frozen()
	}
	switch p.Model.Source() {
	case Split:
		splitter := p.Model.Fusion.(fusion.Splitter)
		out := p.Model.Head.Predict(hs, splitter.Share(fs, p.Features(), i))
		surplus := 1 - 1/float64(len(p.Inputs))
		return graph.Sub(out.Logits, graph.ExpandLeftToRank(graph.MulScalar(out.Bias, surplus), out.Logits.Rank()))
	case Shared:
		return p.Shared(i).Logits
	case Mask:
		features := make([]feature.Feature, len(p.Inputs))
		for j, f := range p.Features() {
			features[j] = f
			if j != i {
				features[j] = f.Zero()
			}
		}
		return p.Fuse(features, frozen).Logits
	case MaskInput:
		return p.Fuse(p.among(func(j int) bool { return j == i }), frozen).Logits
	case Auxiliary:
		return p.Attached(i).Logits
	}
	exceptions.Panicf("network: unknown source of unimodal logits %q", p.Model.Unimodal)
	return nil
}

// Shared returns the output of the linear layer that all modalities share, on
// the pooled features of modality i. Its parameters belong to the head. It
// panics unless all modalities have features of the same width.
func (p *Pass) Shared(i int) head.Output {
	hidden := p.Feature(i).Pool()
	width := p.Feature(0).Width()
	if w := p.Feature(i).Width(); w != width {
		exceptions.Panicf("network: a shared head needs features of one width: %s has %d, %s has %d: set the encoders' widths alike",
			p.Model.Modalities[0].Name, width, p.Model.Modalities[i].Name, w)
	}
	s := p.scope(param.Head, 0).In("shared")
	out := head.Output{
		Hidden: hidden,
		Weight: s.Var("weight", param.Glorot, width, p.Model.Head.Outputs()),
		Bias:   s.Var("bias", param.Zeros, p.Model.Head.Outputs()),
	}
	out.Logits = graph.Add(graph.MatMul(hidden, out.Weight), graph.ExpandLeftToRank(out.Bias, 2))
	return out
}

// Part returns what the fused output is linear in for modality m: its share
// [..., width] of the joint representation, without the places where it is
// always 0, and the rows [width, outputs] of the last layer that multiply it.
// The model must be Splittable.
func (p *Pass) Part(m int) (hidden, weight *graph.Node) {
	splitter := p.Model.Fusion.(fusion.Splitter)
	hidden = splitter.Share(p.scope(param.Fusion, 0), p.Features(), m)
	from, to := splitter.Columns(p.Features(), m)
	columns := make([]graph.SliceAxisSpec, hidden.Rank())
	for i := range columns {
		columns[i] = graph.AxisRange()
	}
	columns[len(columns)-1] = graph.AxisRange(from, to)
	return graph.Slice(hidden, columns...), graph.Slice(p.Fused().Weight, graph.AxisRange(from, to))
}
