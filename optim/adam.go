package optim

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// Adam keeps moving means of the gradient and of its square, corrected for
// their start at 0:
//
//	p <- p - rate m^ / (sqrt(v^) + epsilon)
//
// Weight decay is part of the gradient, or with Decoupled (AdamW) a shrinking
// of the parameter by rate*decay before the step.
//
// Kingma and Ba, ICLR 2015; Loshchilov and Hutter, ICLR 2019.
type Adam struct {
	// Beta1 and Beta2 are the decays of the means, in [0,1). Default .9, .999.
	Beta1 float64 `yaml:"beta1"`
	Beta2 float64 `yaml:"beta2"`
	// Epsilon is added to the root. Default 1e-8.
	Epsilon float64 `yaml:"epsilon"`
	// Decoupled makes it AdamW.
	Decoupled bool `yaml:"-"`
}

// DefaultAdam returns Adam with its usual settings.
func DefaultAdam() *Adam { return &Adam{Beta1: .9, Beta2: .999, Epsilon: 1e-8} }

// DefaultAdamW returns AdamW with its usual settings.
func DefaultAdamW() *Adam { return &Adam{Beta1: .9, Beta2: .999, Epsilon: 1e-8, Decoupled: true} }

var _ Optimizer = (*Adam)(nil)

// Slots is 2.
func (*Adam) Slots() int { return 2 }

// Validate checks the ranges of the settings.
func (o *Adam) Validate() error {
	if !(o.Beta1 >= 0 && o.Beta1 < 1 && o.Beta2 >= 0 && o.Beta2 < 1 && o.Epsilon > 0) {
		return fmt.Errorf("optim: adam: beta1 %g, beta2 %g, epsilon %g: betas must be in [0,1), epsilon above 0",
			o.Beta1, o.Beta2, o.Epsilon)
	}
	return nil
}

// Update steps along the corrected means.
func (o *Adam) Update(p, grad *graph.Node, slots []*graph.Node, rate, decay, step *graph.Node) (*graph.Node, []*graph.Node) {
	if o.Decoupled {
		p = graph.Mul(p, graph.OneMinus(graph.Mul(rate, decay)))
	} else {
		grad = graph.Add(grad, graph.Mul(p, decay))
	}
	m := graph.Add(graph.MulScalar(slots[0], o.Beta1), graph.MulScalar(grad, 1-o.Beta1))
	v := graph.Add(graph.MulScalar(slots[1], o.Beta2), graph.MulScalar(graph.Square(grad), 1-o.Beta2))
	root := graph.Sqrt(graph.Div(v, correction(o.Beta2, step)))
	along := graph.Div(graph.Mul(m, graph.Div(rate, correction(o.Beta1, step))), graph.AddScalar(root, o.Epsilon))
	return graph.Sub(p, along), []*graph.Node{m, v}
}

// correction is 1 - beta^step. In float32 the subtraction would lose three
// digits in the first steps; expm1 does not.
func correction(beta float64, step *graph.Node) *graph.Node {
	if beta == 0 {
		return graph.OnesLike(step)
	}
	return graph.Neg(graph.Expm1(graph.MulScalar(step, math.Log(beta))))
}
