// Package twin computes the operations of a graph naively, in float64, one
// element after the other: the measure that the engine's tests compare with.
package twin

import (
	"fmt"
	"math"
	"slices"
)

// Array is a row-major array of any rank. Truth values are 0 and 1.
type Array struct {
	Dims []int
	Data []float64
}

// Scalar returns an array of rank 0.
func Scalar(v float64) Array { return Array{Data: []float64{v}} }

// Vector returns an array of rank 1.
func Vector(v ...float64) Array { return Array{Dims: []int{len(v)}, Data: v} }

// Of returns the array that has f(index) at every index. The index given to f
// must not be kept.
func Of(dims []int, f func(at []int) float64) Array {
	a := Array{Dims: slices.Clone(dims), Data: make([]float64, Size(dims))}
	at := make([]int, len(dims))
	for i := range a.Data {
		a.Data[i] = f(at)
		next(at, dims)
	}
	return a
}

// Size returns the number of elements of an array of the given dimensions.
func Size(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

// Each calls f with every index of a box, the last axis fastest.
func Each(dims []int, f func(at []int)) {
	at := make([]int, len(dims))
	for range Size(dims) {
		f(at)
		next(at, dims)
	}
}

func next(at, dims []int) {
	for axis := len(dims) - 1; axis >= 0; axis-- {
		if at[axis]++; at[axis] < dims[axis] {
			return
		}
		at[axis] = 0
	}
}

// Clone returns a copy.
func (a Array) Clone() Array { return Array{slices.Clone(a.Dims), slices.Clone(a.Data)} }

// At returns the element at an index.
func (a Array) At(at ...int) float64 { return a.Data[a.offset(at)] }

func (a Array) offset(at []int) int {
	if len(at) != len(a.Dims) {
		panic(fmt.Sprintf("twin: index %v into dimensions %v", at, a.Dims))
	}
	o := 0
	for i, d := range a.Dims {
		if at[i] < 0 || at[i] >= d {
			panic(fmt.Sprintf("twin: index %v into dimensions %v", at, a.Dims))
		}
		o = o*d + at[i]
	}
	return o
}

// Inside reports whether an index lies within the dimensions.
func Inside(at, dims []int) bool {
	for i, d := range dims {
		if at[i] < 0 || at[i] >= d {
			return false
		}
	}
	return true
}

// Map applies f to the elements of arrays that broadcast: axes of size 1 and
// scalars are repeated.
func Map(f func(x ...float64) float64, arrays ...Array) Array {
	var dims []int
	for _, a := range arrays {
		if len(a.Dims) > len(dims) {
			dims = slices.Clone(a.Dims)
		}
	}
	for _, a := range arrays {
		for i, d := range a.Dims {
			if d != 1 {
				dims[i] = d
			}
		}
	}
	x := make([]float64, len(arrays))
	return Of(dims, func(at []int) float64 {
		for i, a := range arrays {
			o := 0
			for axis, d := range a.Dims {
				o *= d
				if d != 1 {
					o += at[axis]
				}
			}
			x[i] = a.Data[o]
		}
		return f(x...)
	})
}

// Truth is 1 for true and 0 for false.
func Truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Same reports whether two numbers are equal, NaN being equal to NaN and zeros
// of any sign to each other.
func Same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
