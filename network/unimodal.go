package network

import (
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/feature"
	"cggm/fusion"
	"cggm/param"
)

// Unimodal says where the logits z_m of a single modality come from.
type Unimodal string

// The sources of unimodal logits. Split needs a fusion that is linear in every
// modality under a linear head: the logits of the model split exactly, the
// bias in equal parts. Shared sends one modality's pooled features through the
// model's head and needs features as wide as the joint representation. Mask
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
		return p.Model.Head.Predict(hs, p.Feature(i).Pool()).Logits
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
		features := make([]feature.Feature, len(p.Inputs))
		for j := range p.Inputs {
			features[j] = p.Feature(j)
			if j != i {
				features[j] = p.encode(j, p.Inputs[j].Zero())
			}
		}
		return p.Fuse(features, frozen).Logits
	case Auxiliary:
		return p.classify(i, p.Feature(i)).Logits
	}
	exceptions.Panicf("network: unknown source of unimodal logits %q", p.Model.Unimodal)
	return nil
}
