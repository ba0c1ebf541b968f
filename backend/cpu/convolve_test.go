package cpu_test

import (
	"fmt"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"pgregory.net/rapid"

	"cggm/backend/cpu/internal/twin"
)

// convolution is what a convolution is asked for. Orders hold the places of
// the axes batch, channels, space... of the input and the result, and of
// out, in, space... of the kernel.
type convolution struct {
	in, kernel, out     []int
	groups, batchGroups int
	windows             []twin.Window
	plain               bool // leave out settings that are the default
}

func (c convolution) operation() operation {
	axes := compute.ConvolveAxesConfig{
		InputBatch: c.in[0], InputChannels: c.in[1], InputSpatial: c.in[2:],
		KernelOutputChannels: c.kernel[0], KernelInputChannels: c.kernel[1], KernelSpatial: c.kernel[2:],
		OutputBatch: c.out[0], OutputChannels: c.out[1], OutputSpatial: c.out[2:],
	}
	var steps, base, spacing []int
	var pads [][2]int
	for _, w := range c.windows {
		steps, base, spacing = append(steps, w.Step), append(base, w.Base), append(spacing, w.Spacing)
		pads = append(pads, [2]int{w.Low, w.High})
	}
	if c.plain {
		steps, base, spacing, pads = nil, nil, nil, nil
	}
	return one(func(f compute.Function, in ...compute.Value) (compute.Value, error) {
		return f.ConvGeneral(in[0], in[1], axes, steps, pads, base, spacing, c.groups, c.batchGroups)
	})
}

// arranged moves axis i of x to places[i].
func arranged(x twin.Array, places []int) twin.Array {
	perm := make([]int, len(places))
	for i, at := range places {
		perm[at] = i
	}
	return twin.Transpose(x, perm...)
}

// of is the twin, of operands in the order [batch, channels, space...] and
// [out, in, space...].
func (c convolution) of(x, k twin.Array) twin.Array {
	return arranged(twin.Convolve(x, k, max(c.groups, 1), max(c.batchGroups, 1), c.windows...), c.out)
}

// check compares a convolution of whole numbers, which is exact.
func (c convolution) check(t failing, b compute.Backend, d dtypes.DType, x, k []int) {
	t.Helper()
	image, kernel := wholes(d, x...), wholes(d, k...)
	expect(t, b, c.operation(), []typed{as(d, c.of(image.Array, kernel.Array))}, 0,
		typed{d, arranged(image.Array, c.in)}, typed{d, arranged(kernel.Array, c.kernel)})
}

// convolvable are the dtypes of convolutions.
var convolvable = append([]dtypes.DType{dtypes.Float32, dtypes.Float32, dtypes.Float32}, numeric.list()...)

// Convolutions of one to three dimensions, in any order of axes.
func TestConvGeneral(t *testing.T) {
	b := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom(convolvable).Draw(t, "dtype")
		space := rapid.IntRange(1, 3).Draw(t, "space")
		c := convolution{groups: 1, batchGroups: 1}
		for _, order := range []*[]int{&c.in, &c.kernel, &c.out} {
			*order = rapid.Permutation(rising(space+2)).Draw(t, "order")
		}
		channels, outs, batch := rapid.IntRange(1, 3).Draw(t, "channels"), rapid.IntRange(1, 3).Draw(t, "outs"), rapid.IntRange(1, 3).Draw(t, "batch")
		switch rapid.IntRange(0, 3).Draw(t, "groups") {
		case 0:
			c.groups = rapid.IntRange(2, 3).Draw(t, "channel groups")
		case 1:
			c.batchGroups = rapid.IntRange(2, 3).Draw(t, "batch groups")
		}
		x := []int{batch * c.batchGroups, channels * c.groups}
		k := []int{outs * c.groups * c.batchGroups, channels}
		for range space {
			w := twin.Window{Size: rapid.IntRange(1, 4).Draw(t, "size"), Step: 1, Base: 1, Spacing: 1}
			if rapid.Bool().Draw(t, "steps") {
				w.Step = rapid.IntRange(1, 3).Draw(t, "step")
			}
			if rapid.Bool().Draw(t, "dilated") {
				w.Base, w.Spacing = rapid.IntRange(1, 3).Draw(t, "base"), rapid.IntRange(1, 3).Draw(t, "spacing")
			}
			if rapid.Bool().Draw(t, "padded") {
				w.Low, w.High = rapid.IntRange(0, 4).Draw(t, "low"), rapid.IntRange(0, 4).Draw(t, "high")
			}
			// The window fits in at least once.
			reach := (w.Size-1)*w.Spacing + 1 - w.Low - w.High
			least := 1
			if reach > 1 {
				least = (reach-1+w.Base-1)/w.Base + 1
			}
			x, k = append(x, rapid.IntRange(least, least+4).Draw(t, "length")), append(k, w.Size)
			c.windows = append(c.windows, w)
		}
		c.check(t, b, d, x, k)
	})
}

// The sizes that networks of images and sound use, in the two usual orders of
// axes; also kernels larger than the result, as gradients of kernels are.
func TestConvolutionOfNetworks(t *testing.T) {
	b := engine(t)
	first, last := []int{0, 1, 2, 3}, []int{0, 3, 1, 2}
	kernelLast := []int{3, 2, 0, 1} // [height, width, in, out]
	window := func(size, step, pad int) twin.Window {
		return twin.Window{Size: size, Step: step, Low: pad, High: pad, Base: 1, Spacing: 1}
	}
	for _, s := range []struct {
		name        string
		x, k        []int
		steps, pad  int
		groups      int
		base, space int
	}{
		{"1x1", []int{2, 17, 7, 5}, []int{19, 17, 1, 1}, 1, 0, 1, 1, 1},
		{"1x1 in steps", []int{2, 8, 8, 9}, []int{16, 8, 1, 1}, 2, 0, 1, 1, 1},
		{"3x3", []int{2, 16, 9, 11}, []int{17, 16, 3, 3}, 1, 1, 1, 1, 1},
		{"3x3 in steps", []int{2, 16, 9, 12}, []int{24, 16, 3, 3}, 2, 1, 1, 1, 1},
		{"3x3 of one channel", []int{3, 1, 28, 28}, []int{8, 1, 3, 3}, 1, 1, 1, 1, 1},
		{"7x7 stem", []int{1, 3, 32, 33}, []int{16, 3, 7, 7}, 2, 3, 1, 1, 1},
		{"9x9", []int{1, 2, 20, 20}, []int{5, 2, 9, 9}, 1, 4, 1, 1, 1},
		{"depthwise", []int{2, 16, 10, 9}, []int{16, 1, 3, 3}, 1, 1, 16, 1, 1},
		{"depthwise in steps", []int{2, 6, 10, 9}, []int{12, 1, 3, 3}, 2, 1, 6, 1, 1},
		{"groups", []int{2, 12, 8, 8}, []int{18, 4, 3, 3}, 1, 1, 3, 1, 1},
		{"spread kernel", []int{1, 5, 15, 16}, []int{7, 5, 3, 3}, 1, 2, 1, 1, 2},
		{"transposed", []int{1, 6, 7, 6}, []int{9, 6, 4, 4}, 1, 2, 1, 2, 1},
		{"gradient of a kernel", []int{6, 9, 12, 12}, []int{7, 9, 12, 12}, 1, 1, 1, 1, 1},
		{"gradient of a kernel in steps", []int{6, 9, 13, 13}, []int{7, 9, 6, 6}, 1, 1, 1, 1, 2},
		{"whole image", []int{4, 5, 6, 6}, []int{8, 5, 6, 6}, 1, 0, 1, 1, 1},
		{"many channels", []int{1, 130, 5, 5}, []int{170, 130, 3, 3}, 1, 1, 1, 1, 1},
	} {
		for name, order := range map[string][2][]int{"channels first": {first, first}, "channels last": {last, kernelLast}} {
			t.Run(s.name+"/"+name, func(t *testing.T) {
				c := convolution{in: order[0], kernel: order[1], out: order[0], groups: s.groups, batchGroups: 1}
				for axis := range 2 {
					w := window(s.k[2+axis], s.steps, s.pad)
					w.Base, w.Spacing = s.base, s.space
					c.windows = append(c.windows, w)
				}
				c.check(t, b, dtypes.Float32, s.x, s.k)
			})
		}
	}
	for _, s := range []struct{ batch, channels, length, outs, size, step, pad int }{
		{2, 40, 33, 24, 3, 1, 1}, {1, 80, 50, 17, 5, 2, 2}, {3, 1, 400, 16, 80, 4, 0}, {2, 9, 1, 8, 1, 1, 0}, {2, 1, 9, 1, 9, 1, 8},
	} {
		t.Run(fmt.Sprintf("sound/%v", s), func(t *testing.T) {
			order := []int{0, 2, 1}
			c := convolution{in: order, kernel: []int{2, 1, 0}, out: order, groups: 1, batchGroups: 1, windows: []twin.Window{window(s.size, s.step, s.pad)}}
			c.check(t, b, dtypes.Float32, []int{s.batch, s.channels, s.length}, []int{s.outs, s.channels, s.size})
		})
	}
}

// Settings that are left out are steps and dilations of one, and no padding.
func TestConvolutionDefaults(t *testing.T) {
	b := engine(t)
	for space := 1; space <= 3; space++ {
		order := rising(space + 2)
		c := convolution{in: order, kernel: order, out: order, plain: true}
		x, k := []int{2, 3}, []int{4, 3}
		for axis := range space {
			c.windows = append(c.windows, twin.Window{Size: 1 + axis, Step: 1, Base: 1, Spacing: 1})
			x, k = append(x, 5), append(k, 1+axis)
		}
		c.check(t, b, dtypes.Float32, x, k)
	}
}

// Convolutions of real numbers err like sums of as many products.
func TestConvolutionRounds(t *testing.T) {
	b := engine(t)
	order := []int{0, 3, 1, 2}
	w := twin.Window{Size: 3, Step: 1, Low: 1, High: 1, Base: 1, Spacing: 1}
	for _, d := range []dtypes.DType{dtypes.Float32, dtypes.Float64} {
		for _, channels := range []int{1, 16, 65} {
			t.Run(fmt.Sprintf("%s/%d channels", d, channels), func(t *testing.T) {
				c := convolution{in: order, kernel: []int{3, 2, 0, 1}, out: order, groups: 1, batchGroups: 1, windows: []twin.Window{w, w}}
				x, k := as(d, waves(2, channels, 7, 8)), as(d, waves(9, channels, 3, 3))
				limit := bound(d, 9*channels, c.of(magnitudes(x.Array), magnitudes(k.Array)))
				near(t, b, c.operation(), typed{d, c.of(x.Array, k.Array)}, limit, typed{d, arranged(x.Array, c.in)}, typed{d, arranged(k.Array, c.kernel)})
			})
		}
	}
}

// A number that is not finite reaches the results whose windows hold it. The
// kernel's must not lie over padding, whose zeros it would turn into NaN.
func TestConvolutionNotFinite(t *testing.T) {
	b := engine(t)
	order := rising(4)
	ones := func(dims ...int) twin.Array { return twin.Of(dims, func([]int) float64 { return 1 }) }
	for _, special := range []float64{nan, inf, -inf} {
		for _, place := range []int{0, 30, 59} {
			for _, kernel := range []bool{false, true} {
				x, k := ones(1, 3, 5, 4), ones(2, 3, 3, 3)
				w := twin.Window{Size: 3, Step: 2, Low: 1, High: 1, Base: 1, Spacing: 1}
				if kernel {
					w.Low, w.High = 0, 0
					k.Data[min(place, len(k.Data)-1)] = special
				} else {
					x.Data[place] = special
				}
				c := convolution{in: order, kernel: order, out: order, groups: 1, batchGroups: 1, windows: []twin.Window{w, w}}
				t.Run(fmt.Sprintf("%g at %d, kernel %t", special, place, kernel), func(t *testing.T) {
					expect(t, b, c.operation(), []typed{single(c.of(x, k))}, 0, single(x), single(k))
				})
			}
		}
	}
}
