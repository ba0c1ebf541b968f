package layer

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/param"
)

// Pyramid is the atrous spatial pyramid pooling of DeepLab v3 (Chen et al.,
// 2017): a map x, [batch, height, width, channels], passes side by side
// through one convolution per rate, and through the mean over all positions;
// a convolution of kernel size 1 joins them to out channels. Every convolution
// is followed by batch normalisation and ReLU. A rate is the distance of
// neighbouring elements of a kernel of size 3; rate 1 stands for kernel size
// 1. dropout applies to the result.
func Pyramid(s param.Scope, x *graph.Node, out int, rates []int, dropout float64) *graph.Node {
	if x.Rank() != 4 || len(rates) == 0 {
		exceptions.Panicf("layer: pyramid of rates %v on %s: want at least one rate and a map", rates, x.Shape())
	}
	dims := x.Shape().Dimensions
	var parts []*graph.Node
	for i, rate := range rates {
		c := Convolution{Kernel: 3, Dilation: rate}
		if rate == 1 {
			c = Convolution{}
		}
		parts = append(parts, normalised(s.At("rate", i), x, out, c))
	}
	mean := normalised(s.In("mean"), graph.ReduceAndKeep(x, graph.ReduceMean, 1, 2), out, Convolution{})
	parts = append(parts, graph.BroadcastToDims(mean, dims[0], dims[1], dims[2], out))
	return Dropout(s.In("dropout"), normalised(s.In("join"), graph.Concatenate(parts, 3), out, Convolution{}), dropout)
}

// normalised is a convolution without bias, batch normalisation and ReLU.
func normalised(s param.Scope, x *graph.Node, out int, c Convolution) *graph.Node {
	c.Unbiased, c.Init = true, param.He
	return ReLU(BatchNorm(s.In("norm"), Conv2D(s, x, out, c)))
}
