package balance

import (
	"fmt"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"cggm/feature"
)

// ModalityDropout leaves out each modality of each sample with probability
// Rate, so that the model cannot rely on one of them alone. With u_m uniform
// in [0,1), a sample keeps
//
//	m  where  u_m >= min(Rate, max_j u_j)
//
// which always leaves one. The features of the others are 0, as in a coalition,
// and nothing is rescaled. Evaluation uses all modalities. Cost: none.
//
// A control without a paper of its own, for any task and number of modalities.
type ModalityDropout struct {
	// Rate is the probability, in [0,1). Default 0.2; 0 is joint training.
	Rate float64 `yaml:"rate"`
}

// DefaultModalityDropout returns rate 0.2.
func DefaultModalityDropout() *ModalityDropout { return &ModalityDropout{Rate: .2} }

var _ Method = (*ModalityDropout)(nil)

// Traits declares the objective.
func (*ModalityDropout) Traits() Traits { return Traits{Takes: Objective} }

// Validate checks the rate.
func (d *ModalityDropout) Validate() error {
	if !(d.Rate >= 0 && d.Rate < 1) {
		return fmt.Errorf("balance: modality-dropout: rate %g: must be in [0,1)", d.Rate)
	}
	return nil
}

// Build replaces the objective by the loss on what is kept.
func (d *ModalityDropout) Build(s *Step) Effect {
	if d.Rate == 0 {
		return Effect{}
	}
	presence := s.Pass.Presence()
	drawn := s.State("modality-dropout").Uniform(shapes.Make(presence.DType(), presence.Shape().Dimensions...))
	keep := d.keep(graph.Mul(drawn, presence))
	var features []feature.Feature
	for m := range s.Modalities() {
		f := s.Pass.Feature(m)
		dims := make([]int, f.Value.Rank())
		for i := range dims {
			dims[i] = 1
		}
		dims[0] = f.Value.Shape().Dimensions[0]
		column := graph.Slice(keep, graph.AxisRange(), graph.AxisElem(m))
		features = append(features, feature.Feature{Value: graph.Mul(f.Value, graph.Reshape(column, dims...)), Mask: f.Mask})
	}
	return Effect{
		Objective: s.Of(s.Pass.Fuse(features, false).Logits),
		Report:    []Quantity{{"kept", graph.ReduceMean(keep, 0)}},
	}
}

// keep returns 1 for what is kept and 0 elsewhere, for numbers [batch,
// modalities].
func (d *ModalityDropout) keep(u *graph.Node) *graph.Node {
	limit := graph.MinScalar(graph.ReduceAndKeep(u, graph.ReduceMax, -1), d.Rate)
	return graph.ConvertDType(graph.GreaterOrEqual(u, graph.BroadcastToShape(limit, u.Shape())), u.DType())
}
