package optim

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// SGD is stochastic gradient descent with optional momentum:
//
//	g <- g + decay p;  v <- momentum v + g;  p <- p - rate v
//
// Nesterov steps along g + momentum v instead of v. Weight decay is part of
// the gradient.
type SGD struct {
	// Momentum is in [0,1); 0 keeps no slot.
	Momentum float64 `yaml:"momentum"`
	// Nesterov needs a momentum above 0.
	Nesterov bool `yaml:"nesterov"`
}

var _ Optimizer = (*SGD)(nil)

// Slots is 1 with momentum.
func (o *SGD) Slots() int {
	if o.Momentum == 0 {
		return 0
	}
	return 1
}

// Validate checks the ranges of the settings.
func (o *SGD) Validate() error {
	if !(o.Momentum >= 0 && o.Momentum < 1) {
		return fmt.Errorf("optim: momentum %g: must be in [0,1)", o.Momentum)
	}
	if o.Nesterov && o.Momentum == 0 {
		return fmt.Errorf("optim: Nesterov needs a momentum above 0")
	}
	return nil
}

// Update steps down the gradient.
func (o *SGD) Update(p, grad *graph.Node, slots []*graph.Node, rate, decay, _ *graph.Node) (*graph.Node, []*graph.Node) {
	grad = graph.Add(grad, graph.Mul(p, decay))
	if o.Momentum == 0 {
		return graph.Sub(p, graph.Mul(grad, rate)), nil
	}
	v := graph.Add(graph.MulScalar(slots[0], o.Momentum), grad)
	along := v
	if o.Nesterov {
		along = graph.Add(grad, graph.MulScalar(v, o.Momentum))
	}
	return graph.Sub(p, graph.Mul(along, rate)), []*graph.Node{v}
}
