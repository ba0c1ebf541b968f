package kernel

// tileSide is the side of the square blocks a transpose works in, so that both sides stay in the first cache.
const tileSide = 16

// Transpose2D sets dst[j*ldd+i] = src[i*lds+j] for i < r and j < c: dst is [c, r] with row stride ldd, src is [r, c] with
// row stride lds, both in elements.
func Transpose2D[T any](dst, src []T, r, c, ldd, lds int) {
	if r == 0 || c == 0 {
		return
	}
	_, _ = dst[(c-1)*ldd+r-1], src[(r-1)*lds+c-1]
	if fastTranspose(dst, src, r, c, ldd, lds) {
		return
	}
	for i0 := 0; i0 < r; i0 += tileSide {
		for j0 := 0; j0 < c; j0 += tileSide {
			transposeTile(dst[j0*ldd+i0:], src[i0*lds+j0:], min(tileSide, r-i0), min(tileSide, c-j0), ldd, lds)
		}
	}
}

func transposeTile[T any](dst, src []T, r, c, ldd, lds int) {
	for i := range r {
		row := src[i*lds : i*lds+c]
		for j, v := range row {
			dst[j*ldd+i] = v
		}
	}
}
