//go:build !purego

package kernel

import "unsafe"

// fastTranspose transposes elements of four bytes, strip after strip. No such element can hold a pointer.
func fastTranspose[T any](dst, src []T, r, c, ldd, lds int) bool {
	var zero T
	if unsafe.Sizeof(zero) != 4 || active == levelPortable || ldd < 0 || lds < 0 {
		return false
	}
	side := 16
	if active == levelAVX2 {
		side = 8
	}
	for i := 0; i < r; i += side {
		if active == levelAVX2 && r > side {
			i = min(i, r-side) // rows done twice cost less than a strip of a few
		}
		to, from := (*float32)(unsafe.Pointer(&dst[i])), (*float32)(unsafe.Pointer(&src[i*lds])) //nolint:gosec // the size was checked above
		if active == levelAVX512 {
			transposeAVX512(to, from, min(side, r-i), c, ldd, lds)
		} else {
			transposeAVX2(to, from, min(side, r-i), c, ldd, lds)
		}
	}
	return true
}
