package balance

import (
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/network"
	"cggm/objective"
	"cggm/param"
)

// MLA is alternating unimodal adaptation. Each batch updates the modalities
// one after another, every time training one encoder and one linear head that
// all modalities share. So that a later modality does not overwrite what the
// head learned from an earlier one, the head's gradient is projected: with r
// the batch mean of the features,
//
//	k = P r,  P <- P - k k'/(a + r.k),  a = 0.1^(1+progress),  grad V <- P grad V
//
// (P starts as the identity; the very first update is not projected). The
// prediction weighs the modalities' logits per sample by exp(max_j H_j - H_m),
// H the entropy of the modality's prediction: the surer, the heavier.
//
// Needs features of one width. Cost: as many updates per batch as modalities,
// each with one encoder.
//
// Zhang et al., "Multimodal Representation Learning by Alternating Unimodal
// Adaptation", CVPR 2024. Entropies are taken per sample; published code takes
// one per batch.
type MLA struct {
	// Normalize divides P by its Frobenius norm after each update, as the
	// authors' code does; it shrinks the head's steps by about the root of the
	// feature width. Default true.
	Normalize bool `yaml:"normalize"`
}

// DefaultMLA returns MLA as published.
func DefaultMLA() *MLA { return &MLA{Normalize: true} }

var (
	_ Method    = (*MLA)(nil)
	_ Phased    = (*MLA)(nil)
	_ Predictor = (*MLA)(nil)
)

// Traits declares phases, objective, edit and prediction.
func (*MLA) Traits() Traits {
	return Traits{
		Takes: Objective | Edit | Phases | Prediction,
		Tasks: []objective.Task{objective.Classification},
		Why:   "its prediction weighs modalities by the entropy of their class probabilities",
	}
}

// PhaseCount returns one phase per modality.
func (*MLA) PhaseCount(modalities int) int { return modalities }

// Build trains the modality of the step's phase.
func (a *MLA) Build(s *Step) Effect {
	m := s.Phase
	out := s.Pass.Shared(m)
	width := out.Hidden.Shape().Dimensions[1]
	loss := s.Of(out.Logits)

	state := s.State("mla")
	p := state.Fixed("projection", identity, width, width)
	seen := state.Fixed("updates", param.Zeros)
	next := a.project(p, graph.StopGradient(graph.ReduceMean(out.Hidden, 0)), s.Progress)
	first := graph.LessThan(seen, graph.ScalarOne(s.Graph(), seen.DType()))
	next = graph.Where(graph.BroadcastToShape(first, boolLike(p)), p, next)
	state.SetFixed("projection", next)
	state.SetFixed("updates", graph.OnePlus(seen))

	name := s.Pass.Model.Modalities[m].Name
	return Effect{
		Objective: loss,
		Train: func(g param.Group) bool {
			return g.Kind == param.Head || (g.Kind.PerModality() && g.Modality == m)
		},
		Edit: func(g *Gradients) {
			if i := g.Param(out.Weight); i >= 0 {
				g.Set(i, graph.MatMul(next, g.Get(i)))
			}
		},
		Report: []Quantity{{"unimodal_loss/" + name, loss}},
	}
}

// project returns P after the features r [width], from P [width, width] before.
func (a *MLA) project(p, r, progress *graph.Node) *graph.Node {
	k := graph.ReduceSum(graph.Mul(p, graph.ExpandLeftToRank(r, 2)), 1)
	gain := graph.Exp(graph.MulScalar(graph.OnePlus(progress), -math.Ln10))
	outer := graph.Mul(graph.InsertAxes(k, -1), graph.InsertAxes(k, 0))
	next := graph.Sub(p, graph.Div(outer, graph.Add(gain, graph.ReduceAllSum(graph.Mul(r, k)))))
	if a.Normalize {
		next = graph.Div(next, graph.MaxScalar(graph.Sqrt(graph.ReduceAllSum(graph.Square(next))), 1e-12))
	}
	return next
}

// Predict weighs the modalities by the certainty of their predictions.
func (a *MLA) Predict(p *network.Pass) (*graph.Node, []*graph.Node) {
	unimodal := make([]*graph.Node, len(p.Inputs))
	for i := range unimodal {
		unimodal[i] = p.Shared(i).Logits
	}
	return surest(unimodal), unimodal
}

// surest returns the sum of the modalities' logits [batch, classes], weighted by
// the certainty of each.
func surest(unimodal []*graph.Node) *graph.Node {
	entropies := make([]*graph.Node, len(unimodal))
	for i, z := range unimodal {
		log := graph.LogSoftmax(z, -1)
		entropies[i] = graph.Neg(graph.ReduceSum(graph.Mul(graph.Exp(log), log), -1))
	}
	weights := graph.Softmax(graph.Neg(graph.Stack(entropies, -1)), -1)
	parts := make([]*graph.Node, len(unimodal))
	for i, z := range unimodal {
		w := graph.Slice(weights, graph.AxisRange(), graph.AxisRange(i, i+1))
		parts[i] = graph.Mul(z, w)
	}
	return sum(parts)
}

func identity(_ *rand.Rand, dims []int, values []float32) {
	for i := range dims[0] {
		values[i*dims[1]+i] = 1
	}
}

func boolLike(n *graph.Node) shapes.Shape { return shapes.Make(dtypes.Bool, n.Shape().Dimensions...) }
