package encoder

import (
	"cmp"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/feature"
	"cggm/layer"
	"cggm/param"
)

// Conv1D encodes a sequence with convolutions over time, each followed by the
// activation, pooling and dropout. Padding is silent: it reads as 0 in every
// layer. Integer tokens are embedded first, in the stem; a vector counts as a
// sequence of one token, a map as one of its positions.
//
// The features are [batch, tokens, channels] with the mask pooled along.
type Conv1D struct {
	// Channels of the layers; default: 64, 64.
	Channels []int `yaml:"channels"`
	// Kernel is the number of tokens that a layer sees at once; 0: 3.
	Kernel int `yaml:"kernel"`
	// Pool is the number of tokens that max pooling joins after every layer;
	// 0: 1, no pooling.
	Pool int `yaml:"pool"`
	// Activation is gelu, none, relu, sigmoid, silu or tanh; "": relu.
	Activation string `yaml:"activation"`
	// Dropout is the rate after every layer, in [0,1).
	Dropout float64 `yaml:"dropout"`
	// Vocabulary is the number of token ids, needed for integer tokens.
	Vocabulary int `yaml:"vocabulary"`
	// Embed is the width of the tokens' vectors; 0: 64.
	Embed int `yaml:"embed"`
}

var _ Staged = (*Conv1D)(nil)

// Encode implements Encoder.
func (e *Conv1D) Encode(stem, body param.Scope, input feature.Feature) feature.Feature {
	return through(e.Stages(stem, body), input)
}

// Stages implements Staged: every layer is one.
func (e *Conv1D) Stages(stem, body param.Scope) []Stage {
	channels, pool := e.Channels, cmp.Or(e.Pool, 1)
	if len(channels) == 0 {
		channels = []int{64, 64}
	}
	stages := make([]Stage, len(channels))
	for i, out := range channels {
		s := body.At("conv", i)
		stages[i] = func(f feature.Feature) feature.Feature {
			if i == 0 {
				f = e.sequence(stem, f)
			}
			x := layer.Conv1D(s, f.Value, out, layer.Convolution{Kernel: cmp.Or(e.Kernel, 3), Init: param.He})
			x = layer.Silence(layer.Activate(e.Activation, x), f.Mask)
			x = layer.MaxPool(x, pool)
			return feature.Feature{Value: layer.Dropout(s.In("dropout"), x, e.Dropout), Mask: poolMask(f.Mask, pool)}
		}
	}
	return stages
}

// sequence returns the input as a sequence with silent padding.
func (e *Conv1D) sequence(stem param.Scope, input feature.Feature) feature.Feature {
	f := input
	if integers(input) {
		f = embed(stem.In("embedding"), input, e.Vocabulary, cmp.Or(e.Embed, 64))
	} else {
		f.Value = layer.Tokens(input)
	}
	f.Value = layer.Silence(f.Value, f.Mask)
	return f
}

// poolMask returns the mask of pooled tokens: a token is valid where any of
// those it was made from is.
func poolMask(mask *graph.Node, size int) *graph.Node {
	if mask == nil || size == 1 {
		return mask
	}
	dims := mask.Shape().Dimensions
	n := dims[1] / size
	mask = graph.Slice(mask, graph.AxisRange(), graph.AxisRange(0, n*size))
	return graph.LogicalAny(graph.Reshape(mask, dims[0], n, size), 2)
}
