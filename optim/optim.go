// Package optim holds optimizers as functions of graph nodes, gradient
// clipping, and learning-rate schedules.
//
// An optimizer keeps no state of its own: the slots of every parameter come in
// as nodes and go out as nodes, so that whoever runs the graph can save them.
package optim

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// Optimizer computes one step for one parameter.
type Optimizer interface {
	// Slots returns the number of state arrays per parameter, each of the
	// parameter's shape and 0 at first.
	Slots() int
	// Update returns the parameter and its slots after one step down the
	// gradient. rate, decay (the weight decay) and step (the number of this
	// step, from 1) are float32 scalars.
	Update(p, grad *graph.Node, slots []*graph.Node, rate, decay, step *graph.Node) (*graph.Node, []*graph.Node)
}

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
	if o.Momentum < 0 || o.Momentum >= 1 {
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

// RMSProp divides the gradient by a moving root mean square of itself.
// Hinton, 2012.
type RMSProp struct {
	// Alpha is the decay of the mean square, in [0,1). Default 0.99.
	Alpha float64 `yaml:"alpha"`
	// Epsilon is added to the root. Default 1e-8.
	Epsilon float64 `yaml:"epsilon"`
}

// DefaultRMSProp returns alpha 0.99.
func DefaultRMSProp() *RMSProp { return &RMSProp{Alpha: .99, Epsilon: 1e-8} }

var _ Optimizer = (*RMSProp)(nil)

// Slots is 1.
func (*RMSProp) Slots() int { return 1 }

// Validate checks the ranges of the settings.
func (o *RMSProp) Validate() error {
	if o.Alpha < 0 || o.Alpha >= 1 || o.Epsilon <= 0 {
		return fmt.Errorf("optim: rmsprop: alpha %g, epsilon %g: alpha must be in [0,1), epsilon above 0", o.Alpha, o.Epsilon)
	}
	return nil
}

// Update steps down the scaled gradient.
func (o *RMSProp) Update(p, grad *graph.Node, slots []*graph.Node, rate, decay, _ *graph.Node) (*graph.Node, []*graph.Node) {
	grad = graph.Add(grad, graph.Mul(p, decay))
	square := graph.Add(graph.MulScalar(slots[0], o.Alpha), graph.MulScalar(graph.Square(grad), 1-o.Alpha))
	step := graph.Div(grad, graph.AddScalar(graph.Sqrt(square), o.Epsilon))
	return graph.Sub(p, graph.Mul(step, rate)), []*graph.Node{square}
}
