package kernel

import (
	bytesIn "encoding/binary"
	"unsafe"
)

// And sets dst[i] to whether x[i] and y[i] hold, for i < len(dst). dst may be x or y.
func And(dst, x, y []bool) {
	to, a, b := bytesOf(dst), bytesOf(x[:len(dst)]), bytesOf(y[:len(dst)])
	for len(to) >= 8 {
		bytesIn.NativeEndian.PutUint64(to, bytesIn.NativeEndian.Uint64(a)&bytesIn.NativeEndian.Uint64(b))
		to, a, b = to[8:], a[8:], b[8:]
	}
	for i := range to {
		to[i] = a[i] & b[i]
	}
}

// bytesOf returns the memory of truth values, which are 0 or 1 each.
func bytesOf(x []bool) []uint8 {
	return unsafe.Slice((*uint8)(unsafe.Pointer(unsafe.SliceData(x))), len(x)) //nolint:gosec // both have one byte
}
