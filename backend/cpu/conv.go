package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"cggm/backend/cpu/internal/kernel"
)

// convGeneral runs one- and two-dimensional float32 convolutions of any axis
// order, with strides, padding, dilation of kernel and input, and groups, and
// leaves others to convAny.
func convGeneral(n *node, in, out []int) func(*frame) error {
	axes := n.args[0].(compute.ConvolveAxesConfig)
	steps, pads := n.args[1].([]int), n.args[2].([][2]int)
	inDil, kerDil := n.args[3].([]int), n.args[4].([]int)
	groups, batchGroups := n.args[5].(int), n.args[6].(int)
	spatial := len(axes.InputSpatial)
	if n.outputs[0].shape.DType != dtypes.Float32 || n.inputs[1].shape.DType != dtypes.Float32 || spatial < 1 || spatial > 2 || batchGroups > 1 {
		return convAny(n, in, out)
	}
	x, k, y := n.inputs[0].shape.Dimensions, n.inputs[1].shape.Dimensions, n.outputs[0].shape.Dimensions
	xs, ks, ys := strides(x), strides(k), strides(y)
	a := kernel.ConvArgs{
		Batch: x[axes.InputBatch], InC: x[axes.InputChannels], OutC: y[axes.OutputChannels],
		InH: 1, OutH: 1, KerH: 1, StrideH: 1, StrideW: 1, DilH: 1, DilW: 1, InDilH: 1, InDilW: 1, Groups: max(groups, 1),
		In:  kernel.Layout4{N: xs[axes.InputBatch], C: xs[axes.InputChannels]},
		Ker: kernel.Layout4{N: ks[axes.KernelOutputChannels], C: ks[axes.KernelInputChannels]},
		Out: kernel.Layout4{N: ys[axes.OutputBatch], C: ys[axes.OutputChannels]},
	}
	setting := func(list []int, axis int) int {
		if axis < len(list) && list[axis] > 0 {
			return list[axis]
		}
		return 1
	}
	for axis := range spatial {
		size := [3]int{x[axes.InputSpatial[axis]], k[axes.KernelSpatial[axis]], y[axes.OutputSpatial[axis]]}
		stride := [3]int{xs[axes.InputSpatial[axis]], ks[axes.KernelSpatial[axis]], ys[axes.OutputSpatial[axis]]}
		before := 0
		if axis < len(pads) {
			before = pads[axis][0]
		}
		if axis == spatial-1 {
			a.InW, a.KerW, a.OutW = size[0], size[1], size[2]
			a.In.W, a.Ker.W, a.Out.W = stride[0], stride[1], stride[2]
			a.StrideW, a.InDilW, a.DilW, a.PadLeft = setting(steps, axis), setting(inDil, axis), setting(kerDil, axis), before
		} else {
			a.InH, a.KerH, a.OutH = size[0], size[1], size[2]
			a.In.H, a.Ker.H, a.Out.H = stride[0], stride[1], stride[2]
			a.StrideH, a.InDilH, a.DilH, a.PadTop = setting(steps, axis), setting(inDil, axis), setting(kerDil, axis), before
		}
	}
	// The gradient of a kernel arrives as a convolution whose kernel is larger
	// than its result; as such it runs with the roles put right.
	if a.KerH*a.KerW > a.OutH*a.OutW && a.InDilH == 1 && a.InDilW == 1 && a.Groups == 1 {
		g := kernel.ConvArgs{
			Batch: a.InC, InC: a.Batch, OutC: a.OutC, InH: a.InH, InW: a.InW,
			OutH: a.KerH, OutW: a.KerW, KerH: a.OutH, KerW: a.OutW,
			StrideH: a.DilH, StrideW: a.DilW, DilH: a.StrideH, DilW: a.StrideW, InDilH: 1, InDilW: 1,
			PadTop: a.PadTop, PadLeft: a.PadLeft, Groups: 1,
			In:  kernel.Layout4{N: a.In.C, C: a.In.N, H: a.In.H, W: a.In.W},
			Ker: kernel.Layout4{N: a.Out.C, C: a.Out.N, H: a.Out.H, W: a.Out.W},
			Out: kernel.Layout4{N: a.Ker.C, C: a.Ker.N, H: a.Ker.H, W: a.Ker.W},
		}
		return func(fr *frame) error {
			kernel.ConvKernelGrad(fr.workers, g, fr.bufs[out[0]].([]float32), fr.bufs[in[0]].([]float32), fr.bufs[in[1]].([]float32))
			return nil
		}
	}
	return func(fr *frame) error {
		kernel.Conv(fr.workers, a, fr.bufs[out[0]].([]float32), fr.bufs[in[0]].([]float32), fr.bufs[in[1]].([]float32))
		return nil
	}
}
