package optim

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

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
	if !(o.Alpha >= 0 && o.Alpha < 1 && o.Epsilon > 0) {
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
