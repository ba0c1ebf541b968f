package encoder

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/feature"
	"cggm/layer"
	"cggm/param"
	"cggm/pretrained"
)

// ResNet is the residual network of He et al. (2016) for maps such as
// pictures, in the form and with the parameter names of torchvision (the
// stride of a bottleneck is in its 3x3 convolution).
//
// The last map is averaged over its positions to features [batch, width],
// with width 512 for depths 18 and 34 and 2048 for the others. With Dense it
// is the features itself, [batch, height/Stride, width/Stride, width].
type ResNet struct {
	// Depth is the number of layers: 18, 34, 50, 101 or 152; 0: 18.
	Depth int `yaml:"depth"`
	// Stride is how many positions of the input one position of the last map
	// stands for: 8, 16 or 32; 0: 32. Below 32 the last stages dilate their
	// kernels instead of skipping positions.
	Stride int `yaml:"stride"`
	// Channels of the first stage, which every further stage doubles; 0: 64,
	// as published, and the widths above are for that.
	Channels int `yaml:"channels"`
	// Dense keeps the map, for predictions per position.
	Dense bool `yaml:"dense"`
	// Weights is the path of a safetensors, .pt or .pth file to start from, with
	// torchvision's names. Inputs of other than three channels are adapted.
	Weights string `yaml:"weights"`
}

var _ Staged = (*ResNet)(nil)

// stages holds, by depth, the number of blocks of the four stages.
var stages = map[int][4]int{
	18: {2, 2, 2, 2}, 34: {3, 4, 6, 3}, 50: {3, 4, 6, 3}, 101: {3, 4, 23, 3}, 152: {3, 8, 36, 3},
}

// bottleneckDepth is the smallest depth whose blocks are bottlenecks.
const bottleneckDepth = 50

// Encode implements Encoder.
func (e *ResNet) Encode(stem, body param.Scope, input feature.Feature) feature.Feature {
	return through(e.Stages(stem, body), input)
}

// Stages implements Staged: the four of the network, the last with the mean over
// the positions.
func (e *ResNet) Stages(_, body param.Scope) []Stage {
	stages := e.parts(body)
	if last := stages[3]; !e.Dense {
		stages[3] = func(f feature.Feature) feature.Feature { return feature.Feature{Value: last(f).Pool()} }
	}
	return stages
}

// parts returns the four stages, each from map to map.
func (e *ResNet) parts(s param.Scope) []Stage {
	depth, stride := cmp.Or(e.Depth, 18), cmp.Or(e.Stride, 32)
	blocks, ok := stages[depth]
	if !ok {
		exceptions.Panicf("encoder: resnet of depth %d: choose 18, 34, 50, 101 or 152", depth)
	}
	if stride != 8 && stride != 16 && stride != 32 {
		exceptions.Panicf("encoder: resnet with stride %d: choose 8, 16 or 32", stride)
	}
	b := &residual{weights: openWeights(e.Weights), deep: depth >= bottleneckDepth}
	channels := cmp.Or(e.Channels, 64)
	parts := make([]Stage, len(blocks))
	reached, dilation := 4, 1
	for i, count := range blocks {
		step, first := 1, dilation
		if i > 0 && reached < stride {
			step, reached = 2, 2*reached
		} else if i > 0 {
			dilation *= 2
		}
		spread := dilation
		parts[i] = func(f feature.Feature) feature.Feature {
			x := f.Value
			if i == 0 {
				x = b.enter(s, f, channels)
			}
			step, first := step, first
			for k := range count {
				name := fmt.Sprintf("layer%d.%d", i+1, k)
				x = b.block(s, name, x, channels<<i, layer.Convolution{Kernel: 3, Stride: step, Dilation: first}, spread)
				step, first = 1, spread
			}
			return feature.Feature{Value: x}
		}
	}
	return parts
}

// residual builds the blocks of a ResNet.
type residual struct {
	weights *pretrained.Weights // nil: none
	deep    bool
}

// enter is what comes before the first stage.
func (b *residual) enter(s param.Scope, input feature.Feature, channels int) *graph.Node {
	if integers(input) || input.Form() != feature.Map {
		exceptions.Panicf("encoder: resnet cannot read %s: want a map [batch, height, width, channels]", input.Value.Shape())
	}
	x := b.conv(s, "conv1", input.Value, channels, layer.Convolution{Kernel: 7, Stride: 2})
	x = layer.ReLU(b.norm(s, "bn1", x))
	return graph.MaxPool(x).Window(3).Strides(2).PaddingPerDim([][2]int{{1, 1}, {1, 1}}).Done()
}

// block is one residual block. Its convolutions have width channels, a
// bottleneck's result four times as many. spread is its first convolution of
// kernel size 3; what follows on that dilates its kernels by dilation, which
// differs where dilation stands for the stride of spread.
func (b *residual) block(s param.Scope, name string, x *graph.Node, width int, spread layer.Convolution, dilation int) *graph.Node {
	var y *graph.Node
	out := width
	if b.deep {
		out = 4 * width
		y = layer.ReLU(b.norm(s, name+".bn1", b.conv(s, name+".conv1", x, width, layer.Convolution{})))
		y = layer.ReLU(b.norm(s, name+".bn2", b.conv(s, name+".conv2", y, width, spread)))
		y = b.norm(s, name+".bn3", b.conv(s, name+".conv3", y, out, layer.Convolution{}))
	} else {
		y = layer.ReLU(b.norm(s, name+".bn1", b.conv(s, name+".conv1", x, width, spread)))
		// torchvision refuses to dilate these blocks.
		y = b.norm(s, name+".bn2", b.conv(s, name+".conv2", y, out, layer.Convolution{Kernel: 3, Dilation: dilation}))
	}
	if channels := x.Shape().Dimensions[3]; spread.Stride != 1 || channels != out {
		x = b.norm(s, name+".downsample.1", b.conv(s, name+".downsample.0", x, out, layer.Convolution{Stride: spread.Stride}))
	}
	return layer.ReLU(graph.Add(x, y))
}

// conv is a convolution without bias.
func (b *residual) conv(s param.Scope, name string, x *graph.Node, out int, c layer.Convolution) *graph.Node {
	c.Unbiased, c.Init = true, heOut
	in, kernel := x.Shape().Dimensions[3], cmp.Or(c.Kernel, 1)
	s = s.In(name)
	x = layer.Conv2D(s, x, out, c)
	if b.weights != nil {
		preset(s, "weight", func() ([]float32, error) { return b.weights.Kernel(name+".weight", kernel, kernel, in, out) })
	}
	return x
}

// norm is a batch normalisation.
func (b *residual) norm(s param.Scope, name string, x *graph.Node) *graph.Node {
	width := x.Shape().Dimensions[3]
	s = s.In(name)
	x = layer.BatchNorm(s, x)
	if b.weights != nil {
		for _, names := range [][2]string{{"gain", "weight"}, {"bias", "bias"}, {"mean", "running_mean"}, {"variance", "running_var"}} {
			preset(s, names[0], func() ([]float32, error) { return b.weights.Read(name+"."+names[1], width) })
		}
	}
	return x
}

// heOut is the initialisation of torchvision's convolutions: normal with
// variance 2/(area·out).
func heOut(rng *rand.Rand, dims []int, values []float32) {
	param.Normal(math.Sqrt(2/float64(dims[0]*dims[1]*dims[3])))(rng, dims, values)
}
