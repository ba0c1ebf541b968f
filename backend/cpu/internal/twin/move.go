package twin

import "slices"

// Transpose permutes axes: axis i of the result is axis perm[i] of x.
func Transpose(x Array, perm ...int) Array {
	dims, from := make([]int, len(perm)), make([]int, len(perm))
	for i, axis := range perm {
		dims[i] = x.Dims[axis]
	}
	return Of(dims, func(at []int) float64 {
		for i, axis := range perm {
			from[axis] = at[i]
		}
		return x.At(from...)
	})
}

// Broadcast gives axis i of x the place axes[i] among dims.
func Broadcast(x Array, dims, axes []int) Array {
	from := make([]int, len(axes))
	return Of(dims, func(at []int) float64 {
		for i, axis := range axes {
			from[i] = at[axis]
			if x.Dims[i] == 1 {
				from[i] = 0
			}
		}
		return x.At(from...)
	})
}

// Reshape gives the elements other dimensions.
func Reshape(x Array, dims ...int) Array { return Array{slices.Clone(dims), slices.Clone(x.Data)} }

// Slice takes every steps[i]-th index of [starts[i], limits[i]).
func Slice(x Array, starts, limits, steps []int) Array {
	dims := make([]int, len(x.Dims))
	for i := range dims {
		dims[i] = (limits[i] - starts[i] + steps[i] - 1) / steps[i]
	}
	from := make([]int, len(dims))
	return Of(dims, func(at []int) float64 {
		for i := range at {
			from[i] = starts[i] + at[i]*steps[i]
		}
		return x.At(from...)
	})
}

// Reverse turns axes around.
func Reverse(x Array, axes ...int) Array {
	return Of(x.Dims, func(at []int) float64 {
		from := slices.Clone(at)
		for _, axis := range axes {
			from[axis] = x.Dims[axis] - 1 - from[axis]
		}
		return x.At(from...)
	})
}

// Concatenate joins arrays along an axis.
func Concatenate(axis int, arrays ...Array) Array {
	dims := slices.Clone(arrays[0].Dims)
	dims[axis] = 0
	for _, a := range arrays {
		dims[axis] += a.Dims[axis]
	}
	return Of(dims, func(at []int) float64 {
		from := slices.Clone(at)
		for _, a := range arrays {
			if from[axis] < a.Dims[axis] {
				return a.At(from...)
			}
			from[axis] -= a.Dims[axis]
		}
		panic("twin: concatenation too short")
	})
}

// Padding is what is put before, after and between the elements of an axis;
// negative numbers before and after take elements away.
type Padding struct{ Low, High, Interior int }

// Pad surrounds x with value.
func Pad(x Array, value float64, pads ...Padding) Array {
	dims := slices.Clone(x.Dims)
	for i, p := range pads {
		dims[i] = p.Low + p.High + x.Dims[i] + max(0, x.Dims[i]-1)*p.Interior
	}
	from := make([]int, len(dims))
	return Of(dims, func(at []int) float64 {
		for i, p := range pads {
			o := at[i] - p.Low
			if o < 0 || o%(p.Interior+1) != 0 || o/(p.Interior+1) >= x.Dims[i] {
				return value
			}
			from[i] = o / (p.Interior + 1)
		}
		return x.At(from...)
	})
}

// Iota counts along an axis.
func Iota(dims []int, axis int) Array {
	return Of(dims, func(at []int) float64 { return float64(at[axis]) })
}
