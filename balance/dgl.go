package balance

import (
	"github.com/gomlx/gomlx/core/graph"

	"cggm/feature"
)

// DGL is disentangled gradient learning: encoders learn only from their own
// unimodal losses, fusion and head only from the fused loss, so that neither
// disturbs the other:
//
//	L = L_task(Omega(sg(h_1), ..., sg(h_M))) + alpha sum_m L_task(z_m)
//
// where sg stops gradients and z_m comes from the model's source of unimodal
// logits with fusion and head frozen. Any number of modalities.
//
// Cost: M more passes through the fusion (none for split logits).
//
// Wei et al., "Boosting Multimodal Learning via Disentangled Gradient
// Learning", ICCV 2025.
type DGL struct {
	// Alpha weights the unimodal losses, >= 0; 0 leaves the encoders untrained.
	// Default 4, the authors', who advise to tune it: it is the encoders'
	// learning rate over the fusion's, which optimizers that normalise gradients
	// all but cancel.
	Alpha float64 `yaml:"alpha"`
}

// DefaultDGL returns alpha 4.
func DefaultDGL() *DGL { return &DGL{Alpha: 4} }

var _ Method = (*DGL)(nil)

// Traits declares the objective.
func (*DGL) Traits() Traits { return Traits{Takes: Objective} }

// Validate checks alpha.
func (d *DGL) Validate() error { return notNegative("dgl", "alpha", d.Alpha) }

// Build replaces the loss by the two disentangled ones.
func (d *DGL) Build(s *Step) Effect {
	features := make([]feature.Feature, s.Modalities())
	losses := make([]*graph.Node, s.Modalities())
	for i, f := range s.Pass.Features() {
		features[i] = f.Detach()
		losses[i] = s.Of(s.Pass.UnimodalFrozen(i))
	}
	fused := s.Of(s.Pass.Fuse(features, false).Logits)
	total := sum(losses)
	return Effect{
		Objective: graph.Add(fused, graph.MulScalar(total, d.Alpha)),
		Report:    []Quantity{{"unimodal_loss", graph.Stack(losses, 0)}},
	}
}
