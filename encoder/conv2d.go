package encoder

import (
	"cmp"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/feature"
	"cggm/layer"
	"cggm/param"
)

// Conv2D encodes a map, such as a picture, with convolutions that keep the
// extent, each followed by batch normalisation (if asked for), the activation,
// max pooling and dropout. A sequence, such as a spectrogram, counts as a map
// of one channel.
//
// The last map is averaged over its positions, or flattened, and passes
// through a fully connected layer with the activation to features [batch,
// width]. With Dense it is the features itself, [batch, height, width,
// channels].
type Conv2D struct {
	// Channels of the layers; default: 16, 32, 64.
	Channels []int `yaml:"channels"`
	// Kernel is the extent of the kernels; 0: 3.
	Kernel int `yaml:"kernel"`
	// Pool is the extent of the pooling windows; 0: 2, 1: no pooling.
	Pool int `yaml:"pool"`
	// BatchNorm normalises before every activation.
	BatchNorm bool `yaml:"batch_norm"`
	// Activation is gelu, none, relu, sigmoid, silu or tanh; "": relu.
	Activation string `yaml:"activation"`
	// Dropout is the rate after every layer, in [0,1).
	Dropout float64 `yaml:"dropout"`
	// Flatten keeps the positions of the last map apart instead of averaging.
	Flatten bool `yaml:"flatten"`
	// Width of the features; 0: 64. Without meaning for Dense.
	Width int `yaml:"width"`
	// Dense keeps the map, for predictions per position.
	Dense bool `yaml:"dense"`
}

var _ Staged = (*Conv2D)(nil)

// Encode implements Encoder.
func (e *Conv2D) Encode(stem, body param.Scope, input feature.Feature) feature.Feature {
	return through(e.Stages(stem, body), input)
}

// Stages implements Staged: every layer is one.
func (e *Conv2D) Stages(_, body param.Scope) []Stage {
	channels := e.Channels
	if len(channels) == 0 {
		channels = []int{16, 32, 64}
	}
	stages := make([]Stage, len(channels), len(channels)+1)
	for i, out := range channels {
		s := body.At("conv", i)
		stages[i] = func(f feature.Feature) feature.Feature {
			x := f.Value
			if i == 0 {
				x = picture(f)
			}
			x = layer.Conv2D(s, x, out, layer.Convolution{Kernel: cmp.Or(e.Kernel, 3), Init: param.He, Unbiased: e.BatchNorm})
			if e.BatchNorm {
				x = layer.BatchNorm(s.In("norm"), x)
			}
			x = layer.MaxPool(layer.Activate(e.Activation, x), cmp.Or(e.Pool, 2))
			return feature.Feature{Value: layer.Dropout(s.In("dropout"), x, e.Dropout)}
		}
	}
	if e.Dense {
		return stages
	}
	return append(stages, func(f feature.Feature) feature.Feature {
		var x *graph.Node
		if e.Flatten {
			x = flatten(f)
		} else {
			x = f.Pool()
		}
		x = layer.Activate(e.Activation, layer.Linear(body.In("dense"), x, cmp.Or(e.Width, 64), param.He))
		return feature.Feature{Value: layer.Dropout(body.In("dropout"), x, e.Dropout)}
	})
}

// picture returns the input as a map.
func picture(input feature.Feature) *graph.Node {
	refuseIntegers("conv2d", input)
	switch input.Form() {
	case feature.Tokens:
		return graph.InsertAxes(layer.Silence(input.Value, input.Mask), -1)
	case feature.Vector:
		exceptions.Panicf("encoder: conv2d cannot read %s: want a map [batch, height, width, channels]: use mlp", input.Value.Shape())
	}
	return input.Value
}
