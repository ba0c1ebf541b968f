package encoder

import (
	"cmp"

	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/feature"
	"cggm/layer"
	"cggm/param"
)

// Transformer encodes a sequence with a pre-layer-norm transformer: the
// encoder of CGGM's models on features (Zong et al., 2023, after Tsai et al.,
// 2019). A linear projection, or an embedding of integer tokens, brings the
// input to the width; it is declared in the stem, the transformer in the body.
//
// A vector counts as a sequence of one token, a map as one of its positions.
// The features are [batch, tokens, width] and keep the mask.
type Transformer struct {
	// Width of the features, a multiple of Heads; 0: 40.
	Width int `yaml:"width"`
	// Heads of the attention; 0: 5.
	Heads int `yaml:"heads"`
	// Layers is the number of blocks; 0: 4.
	Layers int `yaml:"layers"`
	// Vocabulary is the number of token ids, needed for integer tokens; token
	// 0 is padding.
	Vocabulary int `yaml:"vocabulary"`
	// Dropout holds the dropout rates; default: none.
	Dropout layer.Rates `yaml:"dropout"`
}

var _ Staged = (*Transformer)(nil)

// Encode implements Encoder.
func (e *Transformer) Encode(stem, body param.Scope, input feature.Feature) feature.Feature {
	return through(e.Stages(stem, body), input)
}

// Stages implements Staged: every block is one.
func (e *Transformer) Stages(stem, body param.Scope) []Stage {
	layers := cmp.Or(e.Layers, 4)
	if layers < 1 {
		exceptions.Panicf("encoder: transformer of %d layers: want at least one layer", layers)
	}
	stages := make([]Stage, layers)
	for i := range stages {
		stages[i] = func(f feature.Feature) feature.Feature {
			if i == 0 {
				f = e.project(stem, f)
			}
			f.Value = layer.TransformerStage(body, f.Value, f.Mask, i, layers, cmp.Or(e.Heads, 5), e.Dropout)
			return f
		}
	}
	return stages
}

// project brings the input to the width.
func (e *Transformer) project(stem param.Scope, input feature.Feature) feature.Feature {
	width := cmp.Or(e.Width, 40)
	if integers(input) {
		return embed(stem.In("embedding"), input, e.Vocabulary, width)
	}
	return feature.Feature{Value: layer.Linear(stem.In("project"), layer.Tokens(input), width, nil), Mask: input.Mask}
}
