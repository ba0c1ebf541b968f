//go:build !purego

package kernel

import "unsafe"

// fastTranspose transposes elements of four bytes, strip after strip. No such element can hold a pointer.
func fastTranspose[T any](dst, src []T, r, c, ldd, lds int) bool {
	var zero T
	if unsafe.Sizeof(zero) != 4 || active == levelPortable || ldd < 0 || lds < 0 {
		return false
	}
	if active == levelAVX2 && r >= blockSide && c >= blockSide {
		transposeBlocks(dst, src, r, c, ldd, lds)
		return true
	}
	side := 16
	if active == levelAVX2 {
		side = blockSide
	}
	for i := 0; i < r; i += side {
		to, from := words(dst[i:]), words(src[i*lds:])
		if active == levelAVX512 {
			transposeAVX512(to, from, min(side, r-i), c, ldd, lds)
		} else {
			transposeAVX2(to, from, min(side, r-i), c, ldd, lds)
		}
	}
	return true
}

// blockSide is the side of the square blocks of AVX2.
const blockSide = 8

// transposeBlocks transposes whole blocks. The last rows and columns reach back over ones that are done: masked stores are
// slow on some processors.
func transposeBlocks[T any](dst, src []T, r, c, ldd, lds int) {
	rows, cols := r&^(blockSide-1), c&^(blockSide-1)
	part := func(i, j, r, c int) {
		transposeBlocksAVX2(words(dst[j*ldd+i:]), words(src[i*lds+j:]), r, c, ldd, lds)
	}
	part(0, 0, rows, cols)
	if rows < r {
		part(r-blockSide, 0, blockSide, cols)
	}
	if cols < c {
		part(0, c-blockSide, rows, blockSide)
	}
	if rows < r && cols < c {
		part(r-blockSide, c-blockSide, blockSide, blockSide)
	}
}

// words returns the address of a slice of elements of four bytes.
func words[T any](s []T) *float32 {
	return (*float32)(unsafe.Pointer(unsafe.SliceData(s))) //nolint:gosec // the caller checked the size
}
