package kernel

// CopyStrided copies the box of the given dims: element (i0, i1, ...) goes from src[Σ i*srcStrides] to
// dst[Σ i*dstStrides]. Strides are in elements and may be 0 in src (broadcast) or negative, in which case the slices begin
// at an offset passed in dstOffset and srcOffset. Permutations of axes are done in cache-sized blocks.
func CopyStrided[T any](dst []T, dstOffset int, dstStrides []int, src []T, srcOffset int, srcStrides, dims []int) {
	for _, d := range dims {
		if d == 0 {
			return
		}
	}
	if len(dims) == 0 {
		dst[dstOffset] = src[srcOffset]
		return
	}
	boxes := mergeAxes(dims, dstStrides, srcStrides)
	copyBox(dst, dstOffset, src, srcOffset, boxes)
}

// boxAxis is one axis of a strided copy.
type boxAxis struct{ dim, dst, src int }

// mergeAxes drops axes of length 1 and joins neighbours that are contiguous on both sides, then puts the axis of smallest
// destination stride last.
func mergeAxes(dims, dstStrides, srcStrides []int) []boxAxis {
	axes := make([]boxAxis, 0, len(dims))
	for i, d := range dims {
		if d == 1 {
			continue
		}
		a := boxAxis{d, dstStrides[i], srcStrides[i]}
		if n := len(axes); n > 0 && axes[n-1].dst == a.dst*d && axes[n-1].src == a.src*d {
			axes[n-1] = boxAxis{axes[n-1].dim * d, a.dst, a.src}
			continue
		}
		axes = append(axes, a)
	}
	if len(axes) == 0 {
		return append(axes, boxAxis{1, 1, 1})
	}
	last := len(axes) - 1
	for i, a := range axes {
		if a.dst == 1 {
			axes[i], axes[last] = axes[last], axes[i]
			break
		}
	}
	// A unit source stride just outside the innermost axis lets copyBox use the blocked transpose.
	if last >= 1 && axes[last].src != 1 {
		for i, a := range axes[:last] {
			if a.src == 1 {
				axes[i], axes[last-1] = axes[last-1], axes[i]
				break
			}
		}
	}
	return axes
}

func copyBox[T any](dst []T, d int, src []T, s int, axes []boxAxis) {
	a := axes[0]
	switch {
	case len(axes) == 1 && a.dst == 1 && a.src == 1:
		copy(dst[d:d+a.dim], src[s:s+a.dim])
	case len(axes) == 1:
		copyLine(dst, d, src, s, a)
	case len(axes) == 2 && a.src == 1 && axes[1].dst == 1 && a.dst > 0 && axes[1].src > 0:
		Transpose2D(dst[d:], src[s:], axes[1].dim, a.dim, a.dst, axes[1].src)
	default:
		for range a.dim {
			copyBox(dst, d, src, s, axes[1:])
			d, s = d+a.dst, s+a.src
		}
	}
}

func copyLine[T any](dst []T, d int, src []T, s int, a boxAxis) {
	if a.src == 0 && a.dst == 1 {
		v, to := src[s], dst[d:d+a.dim]
		for i := range to {
			to[i] = v
		}
		return
	}
	for range a.dim {
		dst[d] = src[s]
		d, s = d+a.dst, s+a.src
	}
}
