package layer

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/param"
)

// Rates are the dropout rates of a transformer, each in [0,1); the zero value
// drops nothing.
type Rates struct {
	// Attention applies to the attention weights.
	Attention float64 `yaml:"attention"`
	// ReLU applies inside the feed-forward layers.
	ReLU float64 `yaml:"relu"`
	// Embed applies to the input with its positions.
	Embed float64 `yaml:"embed"`
	// Residual applies to what every block adds.
	Residual float64 `yaml:"residual"`
}

// TransformerBlock is self-attention and a feed-forward layer of four times
// the width with ReLU, each behind a layer normalisation and with a residual
// connection around both. Arguments as in MultiHeadAttention.
func TransformerBlock(s param.Scope, x, mask *graph.Node, heads int, rates Rates) *graph.Node {
	y := MultiHeadAttention(s.In("attention"), Norm(s.In("norm0"), x), mask, heads, rates.Attention)
	x = graph.Add(x, Dropout(s.In("dropout0"), y, rates.Residual))

	width := last(x)
	y = ReLU(Linear(s.In("fc1"), Norm(s.In("norm1"), x), 4*width, param.Glorot))
	y = Linear(s.In("fc2"), Dropout(s.In("dropout1"), y, rates.ReLU), width, param.Glorot)
	return graph.Add(x, Dropout(s.In("dropout2"), y, rates.Residual))
}

// TransformerStack is a transformer encoder: x, [batch, tokens, width], is
// scaled by sqrt(width), sinusoidal positions are added, and the given number
// of blocks and a final layer normalisation follow.
func TransformerStack(s param.Scope, x, mask *graph.Node, layers, heads int, rates Rates) *graph.Node {
	if layers < 1 {
		exceptions.Panicf("layer: transformer of %d layers: want at least one", layers)
	}
	for i := range layers {
		x = TransformerStage(s, x, mask, i, layers, heads, rates)
	}
	return x
}

// TransformerStage is block i of a TransformerStack of the given number of
// layers, the first with what comes before all blocks and the last with what
// comes after them.
func TransformerStage(s param.Scope, x, mask *graph.Node, i, layers, heads int, rates Rates) *graph.Node {
	if x.Rank() != 3 {
		exceptions.Panicf("layer: transformer on %s: want [batch, tokens, width]", x.Shape())
	}
	if i == 0 {
		tokens, width := x.Shape().Dimensions[1], last(x)
		place := graph.ConstTensor(x.Graph(), tensors.FromFlatDataAndDimensions(positions(tokens, width), tokens, width))
		x = graph.Add(graph.MulScalar(x, math.Sqrt(float64(width))), graph.InsertAxes(place, 0))
		x = Dropout(s.In("dropout"), x, rates.Embed)
	}
	x = TransformerBlock(s.At("block", i), x, mask, heads, rates)
	if i < layers-1 {
		return x
	}
	return Norm(s.In("norm"), x)
}
