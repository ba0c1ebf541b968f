package twin

import "slices"

func clamp(v, low, high int) int { return max(low, min(v, high)) }

// DynamicSlice takes a box of the given sizes; starts that would let it reach
// outside are moved inside.
func DynamicSlice(x Array, starts, sizes []int) Array {
	return Of(sizes, func(at []int) float64 {
		from := slices.Clone(at)
		for i := range from {
			from[i] += clamp(starts[i], 0, x.Dims[i]-sizes[i])
		}
		return x.At(from...)
	})
}

// DynamicUpdate puts a box into x; starts are moved as by DynamicSlice.
func DynamicUpdate(x, update Array, starts []int) Array {
	y := x.Clone()
	Each(update.Dims, func(at []int) {
		to := slices.Clone(at)
		for i := range to {
			to[i] += clamp(starts[i], 0, x.Dims[i]-update.Dims[i])
		}
		y.Data[y.offset(to)] = update.At(at...)
	})
	return y
}

// Windows names the axes of gathers and scatters, in XLA's terms.
type Windows struct {
	IndexAxis int   // of the indices, along which an index lies
	Offset    []int // axes of the result (updates) that lie within a window
	Collapsed []int // axes of the operand that the result lacks
	Map       []int // operand axis of every component of an index
}

// index returns the operand position where the window of a result position
// begins, and the position within the window.
func (w Windows) index(indices Array, rank int, at []int) (start, within []int) {
	var batch []int
	for axis := range at {
		if !slices.Contains(w.Offset, axis) {
			batch = append(batch, at[axis])
		}
	}
	start, within = make([]int, rank), make([]int, rank)
	for k, axis := range w.Map {
		full := slices.Clone(batch)
		if w.IndexAxis < len(indices.Dims) {
			full = slices.Insert(full, w.IndexAxis, k)
		}
		start[axis] = int(indices.At(full...))
	}
	next := 0
	for axis := range rank {
		if !slices.Contains(w.Collapsed, axis) {
			within[axis] = at[w.Offset[next]]
			next++
		}
	}
	return start, within
}

// Gather takes windows of the given sizes; windows that would reach outside
// are moved inside.
func Gather(x, indices Array, w Windows, sizes, dims []int) Array {
	return Of(dims, func(at []int) float64 {
		start, within := w.index(indices, len(x.Dims), at)
		for i := range start {
			start[i] = clamp(start[i], 0, x.Dims[i]-sizes[i]) + within[i]
		}
		return x.At(start...)
	})
}

// Scatter combines updates with x. Windows that do not lie within x as a whole
// are left out.
func Scatter(x, indices, updates Array, w Windows, combine func(a, b float64) float64) Array {
	y := x.Clone()
	sizes := make([]int, len(x.Dims))
	next := 0
	for axis := range sizes {
		sizes[axis] = 1
		if !slices.Contains(w.Collapsed, axis) {
			sizes[axis] = updates.Dims[w.Offset[next]]
			next++
		}
	}
	Each(updates.Dims, func(at []int) {
		start, within := w.index(indices, len(x.Dims), at)
		for i, s := range start {
			if s < 0 || s+sizes[i] > x.Dims[i] {
				return
			}
			start[i] += within[i]
		}
		o := y.offset(start)
		y.Data[o] = combine(y.Data[o], updates.At(at...))
	})
	return y
}
