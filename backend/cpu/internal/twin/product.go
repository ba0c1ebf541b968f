package twin

import "slices"

// Dot contracts and batches axes; the result has the batch axes, then the free
// axes of x, then those of y.
func Dot(x Array, xContract, xBatch []int, y Array, yContract, yBatch []int) Array {
	var dims, inner, xFree, yFree []int
	for _, axis := range xBatch {
		dims = append(dims, x.Dims[axis])
	}
	for axis, d := range x.Dims {
		if !slices.Contains(xContract, axis) && !slices.Contains(xBatch, axis) {
			dims, xFree = append(dims, d), append(xFree, axis)
		}
	}
	for axis, d := range y.Dims {
		if !slices.Contains(yContract, axis) && !slices.Contains(yBatch, axis) {
			dims, yFree = append(dims, d), append(yFree, axis)
		}
	}
	for _, axis := range xContract {
		inner = append(inner, x.Dims[axis])
	}
	p, q := make([]int, len(x.Dims)), make([]int, len(y.Dims))
	place := func(to, axes, at []int) []int {
		for i, axis := range axes {
			to[axis] = at[i]
		}
		return at[len(axes):]
	}
	return Of(dims, func(at []int) float64 {
		place(q, yBatch, at)
		rest := place(p, xBatch, at)
		place(q, yFree, place(p, xFree, rest))
		var sum float64
		Each(inner, func(k []int) {
			place(p, xContract, k)
			place(q, yContract, k)
			sum += x.At(p...) * y.At(q...)
		})
		return sum
	})
}

// Convolve takes x as [batch, channels, space...], k as [out, in/groups,
// space...] and gives [batch, out, space...]. With batch groups, the batch is
// parted instead of the channels.
func Convolve(x, k Array, groups, batchGroups int, ws ...Window) Array {
	dims := []int{x.Dims[0] / batchGroups, k.Dims[0]}
	for i, w := range ws {
		dims = append(dims, w.count(x.Dims[2+i]))
	}
	each, outs := k.Dims[1], k.Dims[0]/max(groups, batchGroups)
	return Of(dims, func(at []int) float64 {
		batch, first := at[0], 0
		if batchGroups > 1 {
			batch += at[1] / outs * dims[0]
		} else {
			first = at[1] / outs * each
		}
		var sum float64
		visit(ws, x.Dims[2:], at[2:], func(from, within []int) {
			for c := range each {
				sum += x.At(append([]int{batch, first + c}, from...)...) * k.At(append([]int{at[1], c}, within...)...)
			}
		})
		return sum
	})
}
