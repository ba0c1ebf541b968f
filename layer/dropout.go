package layer

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/param"
)

// Dropout sets each element of x to 0 with probability rate, in [0,1), and
// scales the others by 1/(1-rate). Outside training, or with rate 0, it
// returns x. The scope must be the layer's own: it decides which numbers are
// drawn.
func Dropout(s param.Scope, x *graph.Node, rate float64) *graph.Node {
	if rate < 0 || rate >= 1 {
		exceptions.Panicf("layer: dropout rate %g: must be in [0,1)", rate)
	}
	if rate == 0 || !s.Training() {
		return x
	}
	keep := graph.GreaterOrEqual(s.Uniform(x.Shape()), graph.Scalar(x.Graph(), x.DType(), rate))
	// A selection keeps one byte per element for the gradient, a product with
	// the mask would keep four.
	return graph.Where(keep, graph.MulScalar(x, 1/(1-rate)), graph.ScalarZero(x.Graph(), x.DType()))
}
