package layer

import (
	"github.com/gomlx/gomlx/core/graph"

	"cggm/feature"
)

// Tokens returns the feature's value as a sequence [batch, tokens, width]: a
// vector becomes one token, a map one token per position.
func Tokens(f feature.Feature) *graph.Node {
	switch f.Form() {
	case feature.Vector:
		return graph.InsertAxes(f.Value, 1)
	case feature.Map:
		return graph.Reshape(f.Value, f.Batch(), -1, f.Width())
	default:
		return f.Value
	}
}

// First returns the first token of a sequence, [batch, width].
func First(f feature.Feature) *graph.Node {
	return graph.Reshape(graph.Slice(f.Value, graph.AxisRange(), graph.AxisElem(0)), f.Batch(), f.Width())
}

// Silence sets masked tokens of a sequence to 0; a nil mask keeps all.
func Silence(x, mask *graph.Node) *graph.Node {
	if mask == nil {
		return x
	}
	return graph.Where(mask, x, graph.ScalarZero(x.Graph(), x.DType()))
}
