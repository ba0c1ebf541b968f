package frozen

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/layer"
)

// Linear applies the linear layer with the given name to the last axis of x.
func (b *Builder) Linear(name string, x *graph.Node, out int) *graph.Node {
	in := x.Shape().Dimensions[x.Rank()-1]
	y := graph.EinsumAxes(x, b.Matrix(name+".weight", in, out), [][2]int{{x.Rank() - 1, 0}}, nil)
	return graph.Add(y, graph.ExpandLeftToRank(b.Array(name+".bias", out), y.Rank()))
}

// Norm applies the layer normalisation with the given name. Files converted
// from TensorFlow call its weights gamma and beta.
func (b *Builder) Norm(name string, x *graph.Node, epsilon float64) *graph.Node {
	width := x.Shape().Dimensions[x.Rank()-1]
	gain, bias := name+".weight", name+".bias"
	if !b.Has(gain) && b.Has(name+".gamma") {
		gain, bias = name+".gamma", name+".beta"
	}
	centred := graph.Sub(x, graph.ReduceAndKeep(x, graph.ReduceMean, -1))
	variance := graph.ReduceAndKeep(graph.Square(centred), graph.ReduceMean, -1)
	y := graph.Div(centred, graph.Sqrt(graph.AddScalar(variance, epsilon)))
	y = graph.Mul(y, graph.ExpandLeftToRank(b.Array(gain, width), x.Rank()))
	return graph.Add(y, graph.ExpandLeftToRank(b.Array(bias, width), x.Rank()))
}

// hidden is what a masked key adds to its scores.
const hidden = -1e9

// Attention lets every token of x, [batch, tokens, width], attend to the
// tokens of mask, bool [batch, tokens], nil: all. The linear layers of
// queries, keys and values are name.query, name.key and name.value.
func (b *Builder) Attention(name string, x, mask *graph.Node, heads int) *graph.Node {
	dims := x.Shape().Dimensions
	width := dims[2]
	part := func(which string) *graph.Node {
		return graph.Reshape(b.Linear(name+"."+which, x, width), dims[0], dims[1], heads, width/heads)
	}
	queries, keys, values := part("query"), part("key"), part("value")
	scores := graph.EinsumAxes(queries, keys, [][2]int{{3, 3}}, [][2]int{{0, 0}, {2, 2}}) // [batch, heads, queries, keys]
	scores = graph.MulScalar(scores, 1/math.Sqrt(float64(width/heads)))
	if mask != nil {
		penalty := graph.MulScalar(graph.OneMinus(graph.ConvertDType(mask, x.DType())), hidden)
		scores = graph.Add(scores, graph.InsertAxes(penalty, 1, 1))
	}
	scores = graph.Exp(graph.Sub(scores, graph.ReduceAndKeep(scores, graph.ReduceMax, -1)))
	total := graph.ReduceAndKeep(scores, graph.ReduceSum, -1)
	mixed := graph.Div(graph.EinsumAxes(scores, values, [][2]int{{3, 1}}, [][2]int{{0, 0}, {1, 2}}), total)
	return graph.Reshape(graph.TransposeAllAxes(mixed, 0, 2, 1, 3), dims...)
}

// Activate applies the activation that a configuration of Hugging Face names.
func Activate(name string, x *graph.Node) *graph.Node {
	switch name {
	case "gelu", "relu", "silu", "tanh":
		return layer.Activate(name, x)
	case "gelu_new", "gelu_pytorch_tanh":
		cube := graph.Mul(x, graph.Square(x))
		inner := graph.MulScalar(graph.Add(x, graph.MulScalar(cube, 0.044715)), math.Sqrt(2/math.Pi))
		return graph.Mul(graph.MulScalar(x, .5), graph.OnePlus(graph.Tanh(inner)))
	}
	exceptions.Panicf("pretrained: unknown activation %q: want gelu, gelu_new, gelu_pytorch_tanh, relu, silu or tanh", name)
	return nil
}
