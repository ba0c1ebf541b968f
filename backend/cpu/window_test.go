package cpu_test

import (
	"fmt"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"pgregory.net/rapid"

	"cggm/backend/cpu/internal/twin"
)

// folding is one of the reductions of windows.
type folding struct {
	name  string
	kind  compute.ReduceOpType
	twin  func(a, b float64) float64
	start func(d dtypes.DType) float64
}

var foldings = []folding{
	{"sum", compute.ReduceOpSum, twin.Sum, always(0)},
	{"product", compute.ReduceOpProduct, twin.Product, always(1)},
	{"max", compute.ReduceOpMax, largest, lowest},
	{"min", compute.ReduceOpMin, least, highest},
}

// pooling is a reduction of windows, one for every axis.
type pooling struct {
	folding
	windows []twin.Window
}

func (p pooling) settings() (size, step, base, spacing []int, pads [][2]int) {
	for _, w := range p.windows {
		size, step, base, spacing = append(size, w.Size), append(step, w.Step), append(base, w.Base), append(spacing, w.Spacing)
		pads = append(pads, [2]int{w.Low, w.High})
	}
	return size, step, base, spacing, pads
}

func (p pooling) operation() operation {
	size, step, base, spacing, pads := p.settings()
	return one(func(f compute.Function, in ...compute.Value) (compute.Value, error) {
		return f.ReduceWindow(in[0], p.kind, size, step, base, spacing, pads)
	})
}

func (p pooling) of(x typed) typed {
	return as(x.dtype, twin.ReduceWindow(x.Array, p.start(x.dtype), p.twin, p.windows...))
}

// drawWindow draws the window of an axis and a length that holds it. The
// window at every place lies at least in part within the axis.
func drawWindow(t *rapid.T, dilated bool) (twin.Window, int) {
	w := twin.Window{Size: rapid.IntRange(1, 3).Draw(t, "size"), Step: rapid.IntRange(1, 3).Draw(t, "step"), Base: 1, Spacing: 1}
	if dilated && rapid.Bool().Draw(t, "dilated") {
		w.Base, w.Spacing = rapid.IntRange(1, 3).Draw(t, "base"), rapid.IntRange(1, 3).Draw(t, "spacing")
	}
	if rapid.Bool().Draw(t, "padded") {
		w.Low, w.High = rapid.IntRange(0, w.Size-1).Draw(t, "low"), rapid.IntRange(0, w.Size-1).Draw(t, "high")
	}
	reach := (w.Size-1)*w.Spacing + 1
	return w, rapid.IntRange(reach, reach+4).Draw(t, "length")
}

// factors are numbers whose products every dtype holds.
func factors(d dtypes.DType, dims []int) typed {
	n := 0
	return as(d, twin.Of(dims, func([]int) float64 { n++; return 1 + twin.Truth(n%19 == 3) }))
}

// Windows over any axes, in steps, with padding and with gaps.
func TestReduceWindow(t *testing.T) {
	b := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom(append([]dtypes.DType{dtypes.Float32, dtypes.Float32, dtypes.Float32}, numeric.list()...)).Draw(t, "dtype")
		p := pooling{folding: rapid.SampledFrom(foldings).Draw(t, "kind")}
		dilated := rapid.Bool().Draw(t, "with gaps")
		var dims []int
		for range rapid.IntRange(1, 4).Draw(t, "rank") {
			w, n := twin.Window{Size: 1, Step: 1, Base: 1, Spacing: 1}, rapid.IntRange(1, 4).Draw(t, "whole")
			if rapid.Bool().Draw(t, "windows") {
				w, n = drawWindow(t, dilated)
			}
			p.windows, dims = append(p.windows, w), append(dims, n)
		}
		x := wholes(d, dims...)
		if p.name == "product" {
			x = factors(d, dims)
		}
		expect(t, b, p.operation(), []typed{p.of(x)}, 0, x)
	})
}

// Without steps windows do not overlap; other settings that are left out are
// the plain ones.
func TestReduceWindowDefaults(t *testing.T) {
	b := engine(t)
	for _, kind := range foldings {
		for _, d := range []dtypes.DType{dtypes.Float32, dtypes.Float64, dtypes.Int32} {
			t.Run(fmt.Sprintf("%s/%s", kind.name, d), func(t *testing.T) {
				p := pooling{folding: kind}
				size := []int{1, 2, 3, 1}
				for _, n := range size {
					p.windows = append(p.windows, twin.Window{Size: n, Step: n, Base: 1, Spacing: 1})
				}
				x := factors(d, []int{2, 5, 6, 3})
				op := one(func(f compute.Function, in ...compute.Value) (compute.Value, error) {
					return f.ReduceWindow(in[0], kind.kind, size, nil, nil, nil, nil)
				})
				expect(t, b, op, []typed{p.of(x)}, 0, x)
			})
		}
	}
}

// NaN and infinities come through in every window that holds them, padding is
// never an extremum, and running sums are windows that reach back to the
// beginning.
func TestReduceWindowTells(t *testing.T) {
	b := engine(t)
	plain := twin.Window{Size: 1, Step: 1, Base: 1, Spacing: 1}
	window := twin.Window{Size: 3, Step: 1, Low: 1, High: 1, Base: 1, Spacing: 1}
	for _, kind := range foldings {
		for _, d := range floats.list() {
			for _, special := range []float64{nan, inf, -inf} {
				for place := range 7 {
					t.Run(fmt.Sprintf("%s/%s/%g at %d", kind.name, d, special, place), func(t *testing.T) {
						p := pooling{kind, []twin.Window{plain, window, plain}}
						x := as(d, twin.Of([]int{1, 7, 2}, func(at []int) float64 {
							if at[1] == place && at[2] == 1 {
								return special
							}
							return -1
						}))
						expect(t, b, p.operation(), []typed{p.of(x)}, 0, x)
					})
				}
			}
		}
		t.Run("running "+kind.name, func(t *testing.T) {
			for _, n := range []int{1, 2, 9} {
				p := pooling{kind, []twin.Window{{Size: n, Step: 1, Low: n - 1, Base: 1, Spacing: 1}, plain}}
				x := factors(dtypes.Float32, []int{n, 5})
				expect(t, b, p.operation(), []typed{p.of(x)}, 0, x)
			}
		})
	}
}

// selection builds the gradient of a pooling by maxima or minima.
func selection(p pooling, least bool) operation {
	size, step, _, _, pads := p.settings()
	return one(func(f compute.Function, in ...compute.Value) (compute.Value, error) {
		if least {
			return f.SelectAndScatterMin(in[0], in[1], size, step, pads)
		}
		return f.SelectAndScatterMax(in[0], in[1], size, step, pads)
	})
}

// The first extremum of a window gets what is added, in overlapping windows
// what every one of them adds.
func TestSelectAndScatter(t *testing.T) {
	b := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom(append([]dtypes.DType{dtypes.Float32, dtypes.Float32, dtypes.Float32}, numeric.list()...)).Draw(t, "dtype")
		smallest := rapid.Bool().Draw(t, "least")
		better := func(a, b float64) bool { return a > b }
		if smallest {
			better = func(a, b float64) bool { return a < b }
		}
		var p pooling
		var dims []int
		for range rapid.IntRange(1, 4).Draw(t, "rank") {
			w, n := twin.Window{Size: 1, Step: 1, Base: 1, Spacing: 1}, rapid.IntRange(1, 3).Draw(t, "whole")
			if rapid.Bool().Draw(t, "windows") {
				w, n = drawWindow(t, false)
			}
			p.windows, dims = append(p.windows, w), append(dims, n)
		}
		x := wholes(d, dims...)
		counted := twin.ReduceWindow(x.Array, 0, twin.Sum, p.windows...)
		source := wholes(d, counted.Dims...)
		expect(t, b, selection(p, smallest), []typed{as(d, twin.SelectAndScatter(x.Array, source.Array, better, p.windows...))}, 0, x, source)
	})
}

// The sizes that networks pool with, forwards and backwards.
func TestPoolingOfNetworks(t *testing.T) {
	b := engine(t)
	for _, s := range []struct {
		dims            []int
		size, step, pad int
	}{
		{[]int{2, 12, 12, 16}, 2, 2, 0}, {[]int{2, 13, 11, 17}, 3, 2, 1}, {[]int{1, 9, 9, 65}, 3, 1, 1}, {[]int{3, 7, 7, 8}, 7, 1, 0}, {[]int{2, 28, 28, 1}, 2, 2, 0},
	} {
		var p pooling
		for axis := range s.dims {
			w := twin.Window{Size: 1, Step: 1, Base: 1, Spacing: 1}
			if axis == 1 || axis == 2 {
				w = twin.Window{Size: s.size, Step: s.step, Low: s.pad, High: s.pad, Base: 1, Spacing: 1}
			}
			p.windows = append(p.windows, w)
		}
		for _, p.folding = range foldings {
			t.Run(fmt.Sprintf("%s of %v", p.name, s), func(t *testing.T) {
				x := wholes(dtypes.Float32, s.dims...)
				if p.name == "product" {
					x = factors(dtypes.Float32, s.dims)
				}
				expect(t, b, p.operation(), []typed{p.of(x)}, 0, x)
			})
		}
		for _, smallest := range []bool{false, true} {
			t.Run(fmt.Sprintf("gradient of %v, least %t", s, smallest), func(t *testing.T) {
				better := func(a, b float64) bool { return a > b != smallest && a != b }
				x := single(waves(s.dims...))
				source := wholes(dtypes.Float32, p.of(x).Dims...)
				expect(t, b, selection(p, smallest), []typed{single(twin.SelectAndScatter(x.Array, source.Array, better, p.windows...))}, 0, x, source)
			})
		}
	}
}

// Windows of numbers that are all infinite select one of them.
func TestSelectNotFinite(t *testing.T) {
	b := engine(t)
	p := pooling{windows: []twin.Window{{Size: 1, Step: 1, Base: 1, Spacing: 1}, {Size: 2, Step: 2, Base: 1, Spacing: 1}, {Size: 1, Step: 1, Base: 1, Spacing: 1}}}
	for _, smallest := range []bool{false, true} {
		for _, d := range floats.list() {
			x := as(d, twin.Reshape(twin.Vector(inf, inf, -inf, -inf, 1, inf, 1, -inf, inf, 1), 1, 10, 1))
			source := as(d, twin.Reshape(twin.Vector(1, 2, 3, 4, 5), 1, 5, 1))
			better := func(a, b float64) bool { return a != b && a > b != smallest }
			t.Run(fmt.Sprintf("%s/least %t", d, smallest), func(t *testing.T) {
				expect(t, b, selection(p, smallest), []typed{as(d, twin.SelectAndScatter(x.Array, source.Array, better, p.windows...))}, 0, x, source)
			})
		}
	}
}
