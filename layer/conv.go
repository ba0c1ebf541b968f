package layer

import (
	"cmp"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/param"
)

// Convolution holds the settings of a convolution. The zero value is a
// convolution of kernel size 1 with a bias.
type Convolution struct {
	// Kernel is the size of the kernel on every spatial axis; 0: 1.
	Kernel int
	// Stride is the distance of neighbouring windows; 0: 1.
	Stride int
	// Dilation is the distance of neighbouring kernel elements; 0: 1. Strides
	// and dilations cannot be combined.
	Dilation int
	// Valid places the kernel only where it lies inside the input; otherwise
	// zeros pad the input, so that stride 1 keeps its size.
	Valid bool
	// Unbiased leaves out the bias, for layers that a normalisation follows.
	Unbiased bool
	// Init draws the kernel; nil: as Linear does.
	Init param.Init
}

// Conv1D convolves a sequence x, [batch, tokens, width], to out channels.
func Conv1D(s param.Scope, x *graph.Node, out int, c Convolution) *graph.Node {
	return convolve(s, x, out, 1, c)
}

// Conv2D convolves a map x, [batch, height, width, channels], to out channels.
func Conv2D(s param.Scope, x *graph.Node, out int, c Convolution) *graph.Node {
	return convolve(s, x, out, 2, c)
}

func convolve(s param.Scope, x *graph.Node, out, spatial int, c Convolution) *graph.Node {
	kernel, stride, dilation := cmp.Or(c.Kernel, 1), cmp.Or(c.Stride, 1), cmp.Or(c.Dilation, 1)
	if x.Rank() != spatial+2 {
		exceptions.Panicf("layer: convolution over %d axes of %s: want batch, %d axes and channels", spatial, x.Shape(), spatial)
	}
	if out < 1 || kernel < 1 || stride < 1 || dilation < 1 || (stride > 1 && dilation > 1) {
		exceptions.Panicf("layer: convolution to %d channels, kernel %d, stride %d, dilation %d: want positive numbers, stride or dilation 1",
			out, kernel, stride, dilation)
	}
	reach := (kernel-1)*dilation + 1
	in := last(x)
	dims := make([]int, 0, spatial+2)
	size := in
	for axis := range spatial {
		if n := x.Shape().Dimensions[axis+1]; c.Valid && n < reach {
			exceptions.Panicf("layer: convolution without padding: the kernel reaches over %d of %d positions: choose a smaller kernel or pad",
				reach, n)
		}
		dims = append(dims, kernel)
		size *= kernel
	}
	init, biasInit := c.Init, param.Init(param.Zeros)
	if init == nil {
		init = param.FanIn(size)
		biasInit = init
	}
	weight := s.Var("weight", init, append(dims, in, out)...)

	var y *graph.Node
	if kernel == 1 && stride == 1 {
		y = project(x, graph.Reshape(weight, in, out))
	} else {
		before, after := 0, 0
		if !c.Valid {
			before, after = (reach-1)/2, reach/2
		}
		if reach%2 == 0 {
			// GoMLX shifts the input's gradient for kernels of even reach: an
			// element of zeros makes it odd without changing the result.
			for axis := range spatial {
				weight = graph.Concatenate([]*graph.Node{
					weight, graph.ZerosLike(graph.SliceAxis(weight, axis, graph.AxisElem(0))),
				}, axis)
			}
			after += dilation
		}
		padding := make([][2]int, spatial)
		for axis := range padding {
			padding[axis] = [2]int{before, after}
		}
		y = graph.Convolve(x, weight).Strides(stride).Dilations(dilation).PaddingPerDim(padding).Done()
	}
	if c.Unbiased {
		return y
	}
	return addBias(y, s.Var("bias", biasInit, out))
}
