package balance

import "github.com/gomlx/gomlx/core/graph"

// Joint is plain joint training: the task loss of the fused output and nothing
// else. It is the baseline that every method is compared with.
type Joint struct{}

var _ Method = (*Joint)(nil)

// Traits declares nothing.
func (*Joint) Traits() Traits { return Traits{} }

// Build changes nothing.
func (*Joint) Build(*Step) Effect { return Effect{} }

// MultiLoss adds the loss of every modality's own logits to the task loss:
//
//	L = L_task(z) + weight * sum_m L_task(z_m)
//
// A cheap and strong control: what it gains over joint training, a method must
// beat before its own idea can be credited.
type MultiLoss struct {
	// Weight of the unimodal losses, >= 0. Default 1; 0 is joint training.
	Weight float64 `yaml:"weight"`
}

// DefaultMultiLoss returns weight 1.
func DefaultMultiLoss() *MultiLoss { return &MultiLoss{Weight: 1} }

var _ Method = (*MultiLoss)(nil)

// Traits declares nothing.
func (*MultiLoss) Traits() Traits { return Traits{} }

// Validate checks the weight.
func (l *MultiLoss) Validate() error { return notNegative("multi-loss", "weight", l.Weight) }

// Build adds the unimodal losses.
func (l *MultiLoss) Build(s *Step) Effect {
	if l.Weight == 0 {
		return Effect{}
	}
	total := unimodalLoss(s)
	return Effect{
		Loss:   graph.MulScalar(total, l.Weight),
		Report: []Quantity{{"unimodal_loss", total}},
	}
}

func unimodalLoss(s *Step) *graph.Node {
	losses := make([]*graph.Node, s.Modalities())
	for i := range losses {
		losses[i] = s.Of(s.Pass.Unimodal(i))
	}
	return sum(losses)
}
