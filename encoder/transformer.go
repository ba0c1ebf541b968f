package encoder

import (
	"cmp"

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

var _ Encoder = (*Transformer)(nil)

// Encode implements Encoder.
func (e *Transformer) Encode(stem, body param.Scope, input feature.Feature) feature.Feature {
	width := cmp.Or(e.Width, 40)
	f := feature.Feature{Mask: input.Mask}
	if integers(input) {
		f = embed(stem.In("embedding"), input, e.Vocabulary, width)
	} else {
		f.Value = layer.Linear(stem.In("project"), layer.Tokens(input), width, nil)
	}
	f.Value = layer.TransformerStack(body, f.Value, f.Mask, cmp.Or(e.Layers, 4), cmp.Or(e.Heads, 5), e.Dropout)
	return f
}
