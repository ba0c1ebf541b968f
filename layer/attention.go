package layer

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/param"
)

// hidden is what a masked key adds to its scores. It is finite, so that a
// sequence without any valid token attends evenly instead of giving NaN.
const hidden = -1e9

// MultiHeadAttention lets every token of x, [batch, tokens, width], attend to
// all tokens (Vaswani et al., 2017). width must be a multiple of heads. mask
// is bool [batch, tokens], false for tokens that nobody may attend to, or nil.
// dropout applies to the attention weights.
//
// "in/weight" is [width, 3·width] with the columns of queries, keys and values
// in this order.
func MultiHeadAttention(s param.Scope, x, mask *graph.Node, heads int, dropout float64) *graph.Node {
	width := last(x)
	if heads < 1 || width%heads != 0 {
		exceptions.Panicf("layer: attention of width %d with %d heads: the width must be a multiple of the heads", width, heads)
	}
	size := width / heads
	in, out := s.In("in"), s.In("out")
	weight := in.Var("weight", param.Glorot, width, 3*width)
	bias := in.Var("bias", param.Zeros, 3*width)

	// The weights are cut into queries, keys and values, and the queries'
	// weights scaled: they are much smaller than the activations.
	part := func(i int, scale float64) *graph.Node {
		w := graph.Slice(weight, graph.AxisRange(), graph.AxisRange(i*width, (i+1)*width))
		b := graph.Slice(bias, graph.AxisRange(i*width, (i+1)*width))
		if scale != 1 {
			w, b = graph.MulScalar(w, scale), graph.MulScalar(b, scale)
		}
		return addBias(project(x, graph.Reshape(w, width, heads, size)), graph.Reshape(b, heads, size))
	}
	queries, keys, values := part(0, 1/math.Sqrt(float64(size))), part(1, 1), part(2, 1)

	// [batch, heads, queries, keys]
	scores := graph.EinsumAxes(queries, keys, [][2]int{{3, 3}}, [][2]int{{0, 0}, {2, 2}})
	if mask != nil {
		penalty := graph.MulScalar(graph.OneMinus(graph.ConvertDType(mask, x.DType())), hidden)
		scores = graph.Add(scores, graph.InsertAxes(penalty, 1, 1))
	}
	top := graph.StopGradient(graph.ReduceAndKeep(scores, graph.ReduceMax, -1))
	scores = graph.Exp(graph.Sub(scores, top))
	total := graph.ReduceAndKeep(scores, graph.ReduceSum, -1)
	// Dividing the result instead of the weights takes one pass less over the
	// largest array, forward and backward.
	mixed := graph.EinsumAxes(Dropout(s.In("dropout"), scores, dropout), values, [][2]int{{3, 1}}, [][2]int{{0, 0}, {1, 2}})
	mixed = graph.TransposeAllAxes(mixed, 0, 2, 1, 3)
	mixed = graph.Mul(mixed, graph.TransposeAllAxes(graph.Reciprocal(total), 0, 2, 1, 3))

	project := graph.Reshape(out.Var("weight", param.Glorot, width, width), heads, size, width)
	joined := graph.EinsumAxes(mixed, project, [][2]int{{2, 0}, {3, 1}}, nil)
	return addBias(joined, out.Var("bias", param.Zeros, width))
}
