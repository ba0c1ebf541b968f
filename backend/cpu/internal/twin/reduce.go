package twin

import (
	"math"
	"slices"
)

// Reduce folds axes with f, beginning with start; without axes, all of them.
func Reduce(x Array, start float64, f func(a, b float64) float64, axes ...int) Array {
	var dims []int
	for axis, d := range x.Dims {
		if len(axes) > 0 && !slices.Contains(axes, axis) {
			dims = append(dims, d)
		}
	}
	y := Of(dims, func([]int) float64 { return start })
	Each(x.Dims, func(at []int) {
		var to []int
		for axis := range at {
			if len(axes) > 0 && !slices.Contains(axes, axis) {
				to = append(to, at[axis])
			}
		}
		o := y.offset(to)
		y.Data[o] = f(y.Data[o], x.At(at...))
	})
	return y
}

// Sum adds.
func Sum(a, b float64) float64 { return a + b }

// Product multiplies.
func Product(a, b float64) float64 { return a * b }

// Window describes the windows that slide along an axis.
type Window struct {
	Size, Step    int
	Low, High     int // padding
	Base, Spacing int // dilation of the input, of the window
}

func (w Window) count(n int) int {
	if n > 0 {
		n = (n-1)*w.Base + 1
	}
	return max(0, (n+w.Low+w.High-((w.Size-1)*w.Spacing+1))/w.Step+1)
}

// source returns the index of the input at place k of window o.
func (w Window) source(o, k, n int) (int, bool) {
	at := o*w.Step + k*w.Spacing - w.Low
	if at < 0 || at%w.Base != 0 || at/w.Base >= n {
		return 0, false
	}
	return at / w.Base, true
}

// visit calls f with the input positions of the window at a result position.
func visit(ws []Window, dims, at []int, f func(from, within []int)) {
	sizes, from := make([]int, len(ws)), make([]int, len(ws))
	for i, w := range ws {
		sizes[i] = w.Size
	}
	Each(sizes, func(within []int) {
		for i, w := range ws {
			var ok bool
			if from[i], ok = w.source(at[i], within[i], dims[i]); !ok {
				return
			}
		}
		f(from, within)
	})
}

// ReduceWindow folds windows with f, one Window an axis.
func ReduceWindow(x Array, start float64, f func(a, b float64) float64, ws ...Window) Array {
	dims := make([]int, len(ws))
	for i, w := range ws {
		dims[i] = w.count(x.Dims[i])
	}
	return Of(dims, func(at []int) float64 {
		y := start
		visit(ws, x.Dims, at, func(from, _ []int) { y = f(y, x.At(from...)) })
		return y
	})
}

// SelectAndScatter adds every element of source to the place of x that its
// window selects: the first one that no later one is better than.
func SelectAndScatter(x, source Array, better func(a, b float64) bool, ws ...Window) Array {
	y := Of(x.Dims, func([]int) float64 { return 0 })
	Each(source.Dims, func(at []int) {
		best := -1
		visit(ws, x.Dims, at, func(from, _ []int) {
			if o := x.offset(from); best < 0 || better(x.Data[o], x.Data[best]) {
				best = o
			}
		})
		if best >= 0 {
			y.Data[best] += source.At(at...)
		}
	})
	return y
}

// ArgBest returns the index of the first NaN along an axis or, without one, of
// the first extremum.
func ArgBest(x Array, axis int, least bool) Array {
	dims := slices.Delete(slices.Clone(x.Dims), axis, axis+1)
	return Of(dims, func(at []int) float64 {
		best := 0
		value := func(k int) float64 { return x.At(slices.Insert(slices.Clone(at), axis, k)...) }
		for k := range x.Dims[axis] {
			v, b := value(k), value(best)
			switch {
			case math.IsNaN(b):
			case math.IsNaN(v), least && v < b, !least && v > b:
				best = k
			}
		}
		return float64(best)
	})
}
