package balance

import (
	"github.com/gomlx/gomlx/core/graph"

	"cggm/network"
	"cggm/param"
)

// Unimodal trains every modality alone, side by side: encoder m and a
// classifier of its own from L_task(f_m(h_m)). No gradient passes between the
// modalities, and gradient clipping works for each of them separately, so each
// one's score is that of a model that never saw the others. The fused
// prediction is the mean of the modalities' logits, the unimodal ensemble of
// Du et al. (ICML 2023).
type Unimodal struct{}

var (
	_ Method    = (*Unimodal)(nil)
	_ Predictor = (*Unimodal)(nil)
)

// Traits declares the objective and the prediction.
func (*Unimodal) Traits() Traits {
	return Traits{Takes: Objective | Prediction, Classifiers: true, Independent: true}
}

// Build replaces the task loss by the sum of the unimodal losses.
func (u *Unimodal) Build(s *Step) Effect {
	losses := make([]*graph.Node, s.Modalities())
	for i := range losses {
		losses[i] = s.Of(s.Pass.Attached(i).Logits)
	}
	return Effect{
		Objective: sum(losses),
		Train:     func(g param.Group) bool { return g.Kind.PerModality() },
		Report:    []Quantity{{"unimodal_loss", graph.Stack(losses, 0)}},
	}
}

// Predict returns the mean of the modalities' logits and each of them.
func (u *Unimodal) Predict(p *network.Pass) (*graph.Node, []*graph.Node) {
	unimodal := make([]*graph.Node, len(p.Inputs))
	for i := range unimodal {
		unimodal[i] = p.Attached(i).Logits
	}
	return graph.DivScalar(sum(unimodal), len(unimodal)), unimodal
}
