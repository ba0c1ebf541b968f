package encoder

import (
	"cmp"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/feature"
	"cggm/layer"
	"cggm/param"
)

// Embedding encodes integer tokens, int32 [batch, tokens] with 0 as padding,
// by learned vectors that are put together and pass through a fully connected
// layer with ReLU.
type Embedding struct {
	// Width of the features; 0: 64.
	Width int `yaml:"width"`
	// Vocabulary is the number of token ids; needed.
	Vocabulary int `yaml:"vocabulary"`
	// Embed is the width of the tokens' vectors; 0: Width.
	Embed int `yaml:"embed"`
	// Bag says how the vectors are put together: "mean", the default, and
	// "sum" over the tokens give [batch, width]; "none" keeps the sequence.
	Bag string `yaml:"bag"`
	// Dropout is the rate before and after the fully connected layer, in
	// [0,1).
	Dropout float64 `yaml:"dropout"`
}

var _ Staged = (*Embedding)(nil)

// Encode implements Encoder.
func (e *Embedding) Encode(stem, body param.Scope, input feature.Feature) feature.Feature {
	return through(e.Stages(stem, body), input)
}

// Stages implements Staged: the vectors put together, and the layer.
func (e *Embedding) Stages(_, body param.Scope) []Stage {
	width := cmp.Or(e.Width, 64)
	return []Stage{
		func(f feature.Feature) feature.Feature { return e.bag(body, f, width) },
		func(f feature.Feature) feature.Feature {
			f.Value = layer.Dropout(body.In("dropout0"), f.Value, e.Dropout)
			f.Value = layer.ReLU(layer.Linear(body.In("dense"), f.Value, width, param.He))
			f.Value = layer.Dropout(body.In("dropout1"), f.Value, e.Dropout)
			return f
		},
	}
}

// bag returns the tokens' vectors put together.
func (e *Embedding) bag(body param.Scope, input feature.Feature, width int) feature.Feature {
	if !integers(input) {
		exceptions.Panicf("encoder: embedding cannot read %s: want integer tokens, use another encoder", input.Value.Shape())
	}
	f := embed(body.In("embedding"), input, e.Vocabulary, cmp.Or(e.Embed, width))
	switch e.Bag {
	case "", "mean":
		f = feature.Feature{Value: f.Pool()}
	case "sum":
		f = feature.Feature{Value: graph.ReduceSum(layer.Silence(f.Value, f.Mask), 1)}
	case "none":
	default:
		exceptions.Panicf("encoder: embedding: unknown bag %q: choose mean, sum or none", e.Bag)
	}
	return f
}

// embed maps integer tokens to vectors; padding is masked.
func embed(s param.Scope, input feature.Feature, vocabulary, width int) feature.Feature {
	if vocabulary < 2 {
		exceptions.Panicf("encoder: vocabulary %d: give the number of token ids, at least 2 (0 is padding)", vocabulary)
	}
	f := feature.Feature{Value: layer.Embedding(s, input.Value, vocabulary, width), Mask: layer.Real(input.Value)}
	if input.Mask != nil {
		f.Mask = graph.LogicalAnd(f.Mask, input.Mask)
	}
	return f
}
