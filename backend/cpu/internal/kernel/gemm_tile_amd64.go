//go:build !purego

package kernel

import "unsafe"

func (t *tileArgs) fast() bool {
	if active == levelPortable {
		return false
	}
	a, b, c, init := unsafe.SliceData(t.a), unsafe.SliceData(t.b), unsafe.SliceData(t.c), unsafe.SliceData(t.init) //nolint:gosec // empty slices have no first element to take the address of
	relu, packed := 0, 0
	if t.relu {
		relu = 1
	}
	if t.packed {
		packed = 1
	}
	half := (t.width + 7) / 8
	if active == levelAVX2 {
		last := t.width - (half-1)*8
		switch {
		case half == 1 && last == 8:
			tileAVX2w8full(t.tiles, t.taller, t.rows, t.k, a, t.ars, t.aks, packed, b, t.bks, c, t.ldc, init, t.irs, last, relu)
		case half == 1:
			tileAVX2w8(t.tiles, t.taller, t.rows, t.k, a, t.ars, t.aks, packed, b, t.bks, c, t.ldc, init, t.irs, last, relu)
		case last == 8:
			tileAVX2w16full(t.tiles, t.taller, t.rows, t.k, a, t.ars, t.aks, packed, b, t.bks, c, t.ldc, init, t.irs, last, relu)
		default:
			tileAVX2w16(t.tiles, t.taller, t.rows, t.k, a, t.ars, t.aks, packed, b, t.bks, c, t.ldc, init, t.irs, last, relu)
		}
		return true
	}
	last := t.width - (half-1)/2*16
	switch half {
	case 1:
		tileAVX512w8(t.tiles, t.taller, t.rows, t.k, a, t.ars, t.aks, packed, b, t.bks, c, t.ldc, init, t.irs, last, relu)
	case 2:
		tileAVX512w16(t.tiles, t.taller, t.rows, t.k, a, t.ars, t.aks, packed, b, t.bks, c, t.ldc, init, t.irs, last, relu)
	case 3:
		tileAVX512w24(t.tiles, t.taller, t.rows, t.k, a, t.ars, t.aks, packed, b, t.bks, c, t.ldc, init, t.irs, last, relu)
	case 4:
		tileAVX512w32(t.tiles, t.taller, t.rows, t.k, a, t.ars, t.aks, packed, b, t.bks, c, t.ldc, init, t.irs, last, relu)
	case 5:
		tileAVX512w40(t.tiles, t.taller, t.rows, t.k, a, t.ars, t.aks, packed, b, t.bks, c, t.ldc, init, t.irs, last, relu)
	default:
		tileAVX512w48(t.tiles, t.taller, t.rows, t.k, a, t.ars, t.aks, packed, b, t.bks, c, t.ldc, init, t.irs, last, relu)
	}
	return true
}
