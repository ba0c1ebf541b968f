package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"
)

// convAny runs the convolutions that convGeneral leaves: of any number of
// dimensions, any type, and with groups of the batch. Floats other than
// float64 are summed in float64.
func convAny(n *node, in, out []int) func(*frame) error {
	wide := func(x float32) float64 { return float64(x) }
	narrow := func(x float64) float32 { return float32(x) }
	switch n.outputs[0].shape.DType {
	case dtypes.Float32:
		return convOf(n, in, out, wide, narrow)
	case dtypes.Float16:
		return convOf(n, in, out, func(x float16.Float16) float64 { return wide(x.Float32()) }, func(x float64) float16.Float16 { return float16.FromFloat32(narrow(x)) })
	case dtypes.BFloat16:
		return convOf(n, in, out, func(x bfloat16.BFloat16) float64 { return wide(x.Float32()) }, func(x float64) bfloat16.BFloat16 { return bfloat16.FromFloat32(narrow(x)) })
	case dtypes.Float64:
		return convSame[float64](n, in, out)
	case dtypes.Int8:
		return convSame[int8](n, in, out)
	case dtypes.Int16:
		return convSame[int16](n, in, out)
	case dtypes.Int32:
		return convSame[int32](n, in, out)
	case dtypes.Int64:
		return convSame[int64](n, in, out)
	case dtypes.Uint8:
		return convSame[uint8](n, in, out)
	case dtypes.Uint16:
		return convSame[uint16](n, in, out)
	case dtypes.Uint32:
		return convSame[uint32](n, in, out)
	case dtypes.Uint64:
		return convSame[uint64](n, in, out)
	}
	return nil
}

func convSame[T number](n *node, in, out []int) func(*frame) error {
	same := func(x T) T { return x }
	return convOf(n, in, out, same, same)
}

// slide is one spatial axis of a convolution: lengths and strides of input,
// kernel and result, and the settings of the window.
type slide struct {
	size, stride                      [3]int
	step, before, inputGap, kernelGap int
}

// tap is where a product of a sum begins in the input and in the kernel.
type tap struct{ in, kernel int }

// taps appends the taps of the result at a position that lie in the input.
func taps(list []tap, axes []slide, at []int, from tap) []tap {
	if len(axes) == 0 {
		return append(list, from)
	}
	a := axes[0]
	for k := range a.size[1] {
		i := at[0]*a.step + k*a.kernelGap - a.before
		if i < 0 || i%a.inputGap != 0 || i/a.inputGap >= a.size[0] {
			continue
		}
		list = taps(list, axes[1:], at[1:], tap{from.in + i/a.inputGap*a.stride[0], from.kernel + k*a.stride[1]})
	}
	return list
}

func newSlides(n *node) []slide {
	axes := n.args[0].(compute.ConvolveAxesConfig)
	steps, pads := n.args[1].([]int), n.args[2].([][2]int)
	setting := func(list []int, axis int) int {
		if axis < len(list) {
			return max(list[axis], 1)
		}
		return 1
	}
	var list []slide
	for i := range axes.InputSpatial {
		s := slide{step: setting(steps, i), inputGap: setting(n.args[3].([]int), i), kernelGap: setting(n.args[4].([]int), i)}
		if i < len(pads) {
			s.before = pads[i][0]
		}
		for side, v := range []*value{n.inputs[0], n.inputs[1], n.outputs[0]} {
			axis := [3]int{axes.InputSpatial[i], axes.KernelSpatial[i], axes.OutputSpatial[i]}[side]
			s.size[side], s.stride[side] = v.shape.Dimensions[axis], strides(v.shape.Dimensions)[axis]
		}
		list = append(list, s)
	}
	return list
}

// convOf computes every number of the result by itself, position after
// position.
func convOf[S any, T number](n *node, in, out []int, load func(S) T, store func(T) S) func(*frame) error {
	axes := n.args[0].(compute.ConvolveAxesConfig)
	groups, batchGroups := max(n.args[5].(int), 1), max(n.args[6].(int), 1)
	x, k, y := n.inputs[0].shape.Dimensions, n.inputs[1].shape.Dimensions, n.outputs[0].shape.Dimensions
	xs, ks, ys := strides(x), strides(k), strides(y)
	channels, outs, batch := k[axes.KernelInputChannels], y[axes.OutputChannels], y[axes.OutputBatch]
	slides := newSlides(n)
	positions := 1
	for _, s := range slides {
		positions *= s.size[2]
	}
	xc, kc := xs[axes.InputChannels], ks[axes.KernelInputChannels]
	return func(fr *frame) error {
		image, weights, dst := fr.bufs[in[0]].([]S), fr.bufs[in[1]].([]S), fr.bufs[out[0]].([]S)
		fr.parallel(positions, func(p int) {
			at, to := make([]int, len(slides)), 0
			for i := len(slides) - 1; i >= 0; i-- {
				at[i] = p % slides[i].size[2]
				p /= slides[i].size[2]
				to += at[i] * slides[i].stride[2]
			}
			list := taps(nil, slides, at, tap{})
			for o := range outs {
				channel := o / (outs / groups) * channels
				for b := range batch {
					row := b + o/(outs/batchGroups)*batch
					first := tap{row*xs[axes.InputBatch] + channel*xc, o * ks[axes.KernelOutputChannels]}
					var sum T
					for _, t := range list {
						i, j := first.in+t.in, first.kernel+t.kernel
						for range channels {
							sum += load(image[i]) * load(weights[j])
							i, j = i+xc, j+kc
						}
					}
					dst[to+b*ys[axes.OutputBatch]+o*ys[axes.OutputChannels]] = store(sum)
				}
			}
		})
		return nil
	}
}
