package encoder

import (
	"cmp"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/feature"
	"cggm/layer"
	"cggm/param"
)

// MLP encodes a vector with fully connected layers, each followed by the
// activation and dropout. Sequences and maps are flattened, padding as 0. The
// features are [batch, width].
type MLP struct {
	// Width of the features; 0: 64.
	Width int `yaml:"width"`
	// Hidden lists the widths of the layers before the last; default: none.
	Hidden []int `yaml:"hidden"`
	// Activation is gelu, none, relu, sigmoid, silu or tanh; "": relu.
	Activation string `yaml:"activation"`
	// Dropout is the rate after every layer, in [0,1).
	Dropout float64 `yaml:"dropout"`
}

var _ Staged = (*MLP)(nil)

// Encode implements Encoder.
func (e *MLP) Encode(stem, body param.Scope, input feature.Feature) feature.Feature {
	return through(e.Stages(stem, body), input)
}

// Stages implements Staged: every layer is one.
func (e *MLP) Stages(_, body param.Scope) []Stage {
	var stages []Stage
	for i, width := range append(append([]int(nil), e.Hidden...), cmp.Or(e.Width, 64)) {
		s := body.At("layer", i)
		stages = append(stages, func(f feature.Feature) feature.Feature {
			x := f.Value
			if i == 0 {
				refuseIntegers("mlp", f)
				x = flatten(f)
			}
			x = layer.Activate(e.Activation, layer.Linear(s, x, width, param.He))
			return feature.Feature{Value: layer.Dropout(s.In("dropout"), x, e.Dropout)}
		})
	}
	return stages
}

// flatten returns the input as [batch, values].
func flatten(input feature.Feature) *graph.Node {
	x := layer.Silence(input.Value, input.Mask)
	if x.Rank() == 2 {
		return x
	}
	return graph.Reshape(x, input.Batch(), -1)
}
