package encoder

import (
	"cmp"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/feature"
	"cggm/layer"
	"cggm/param"
)

// DeepLab is the encoder of DeepLab v3+ (Chen et al., 2018) for segmentation: a
// ResNet whose last map passes through atrous spatial pyramid pooling, in the
// form of torchvision.
//
// The features are a map at a fourth of the input's extent. Its first Width
// channels are the pooled pyramid, resized, the others the ResNet's map after
// its first stage (256 channels, 64 for depths 18 and 34). The fusion and the
// classifier "decoder" tell them apart by Width.
type DeepLab struct {
	// Depth is that of the ResNet; 0: 101.
	Depth int `yaml:"depth"`
	// Stride is that of the ResNet; 0: 16.
	Stride int `yaml:"stride"`
	// Channels is that of the ResNet; 0: 64.
	Channels int `yaml:"channels"`
	// Rates are the distances of the pyramid's kernel elements; rate 1 stands
	// for a kernel of size 1. Default: 1, 2, 4, 6.
	Rates []int `yaml:"rates"`
	// Width is the number of channels of the pyramid; 0: 256.
	Width int `yaml:"width"`
	// Dropout is the rate after the pyramid, in [0,1).
	Dropout float64 `yaml:"dropout"`
	// Weights is the path of a safetensors, .pt or .pth file with torchvision's names that
	// the ResNet starts from. Inputs of other than three channels are adapted.
	Weights string `yaml:"weights"`
}

var _ Staged = (*DeepLab)(nil)

// DefaultDeepLab returns the encoder with the dropout of torchvision, 0.5.
func DefaultDeepLab() *DeepLab { return &DeepLab{Dropout: .5} }

// Encode implements Encoder.
func (e *DeepLab) Encode(stem, body param.Scope, input feature.Feature) feature.Feature {
	return through(e.Stages(stem, body), input)
}

// Stages implements Staged: those of the ResNet, the last with the pyramid. The
// map after the first stage is what enters the second.
func (e *DeepLab) Stages(_, body param.Scope) []Stage {
	net := ResNet{Depth: cmp.Or(e.Depth, 101), Stride: cmp.Or(e.Stride, 16), Channels: e.Channels, Weights: e.Weights}
	stages := net.parts(body.In("backbone"))
	second, last := stages[1], stages[len(stages)-1]
	var low *graph.Node
	stages[1] = func(f feature.Feature) feature.Feature {
		low = f.Value
		return second(f)
	}
	stages[len(stages)-1] = func(f feature.Feature) feature.Feature {
		rates := e.Rates
		if len(rates) == 0 {
			rates = []int{1, 2, 4, 6}
		}
		high := layer.Pyramid(body.In("pyramid"), last(f).Value, cmp.Or(e.Width, 256), rates, e.Dropout)
		dims := low.Shape().Dimensions
		return feature.Feature{Value: graph.Concatenate([]*graph.Node{layer.Resize(high, dims[1], dims[2]), low}, 3)}
	}
	return stages
}
