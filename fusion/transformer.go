package fusion

import (
	"cmp"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/feature"
	"cggm/layer"
	"cggm/param"
)

// Transformer lets the tokens of all modalities attend to each other: they are
// concatenated in time, in the order of the modalities, and pass through a
// transformer encoder. A modality of another width is projected first.
type Transformer struct {
	// Width of the joint representation, a multiple of Heads; 0: the width of
	// the first modality's features.
	Width int `yaml:"width"`
	// Heads of the attention; 0: 5.
	Heads int `yaml:"heads"`
	// Layers is the number of blocks; 0: 2. CGGM's models use two less than
	// their encoders.
	Layers int `yaml:"layers"`
	// Pool says what represents the sequence: "first", the default, its first
	// token as in CGGM's models; "mean" the mean of its valid tokens.
	Pool string `yaml:"pool"`
	// Dropout holds the dropout rates; default: none.
	Dropout layer.Rates `yaml:"dropout"`
}

var _ Fusion = (*Transformer)(nil)

// Fuse implements Fusion.
func (t *Transformer) Fuse(s param.Scope, features []feature.Feature) *graph.Node {
	width := cmp.Or(t.Width, features[0].Width())
	tokens := make([]*graph.Node, len(features))
	for i, f := range features {
		tokens[i] = layer.Tokens(f)
		if f.Width() != width {
			tokens[i] = layer.Linear(s.At("project", i), tokens[i], width, nil)
		}
	}
	all := feature.Feature{Value: concatenate(tokens, 1), Mask: masks(features, tokens)}
	all.Value = layer.TransformerStack(s, all.Value, all.Mask, cmp.Or(t.Layers, 2), cmp.Or(t.Heads, 5), t.Dropout)
	switch t.Pool {
	case "", "first":
		return layer.First(all)
	case "mean":
		return all.Pool()
	}
	exceptions.Panicf("fusion: transformer: unknown pool %q: choose first or mean", t.Pool)
	return nil
}

// masks joins the masks of all features, nil where every token is valid.
func masks(features []feature.Feature, tokens []*graph.Node) *graph.Node {
	parts := make([]*graph.Node, len(features))
	masked := false
	for i, f := range features {
		parts[i] = f.Mask
		if f.Mask == nil {
			dims := tokens[i].Shape().Dimensions
			parts[i] = graph.Const(tokens[i].Graph(), true)
			parts[i] = graph.BroadcastToShape(parts[i], shapes.Make(dtypes.Bool, dims[0], dims[1]))
		} else {
			masked = true
		}
	}
	if !masked {
		return nil
	}
	return concatenate(parts, 1)
}
