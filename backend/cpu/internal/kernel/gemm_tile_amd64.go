//go:build !purego

package kernel

import "unsafe"

// tileFunction computes tiles of one height; see the functions of the assembly.
type tileFunction func(tiles, rows, k int, a *float32, ars, aks, next int, b *float32, bks int, c *float32, ldc int, add, last int)

// The functions by the number of half vectors of 8 columns, less one, in which the width ends.
var (
	tilesAVX2     = [...]tileFunction{tileAVX2w8, tileAVX2w16}
	tilesAVX2full = [...]tileFunction{tileAVX2w8full, tileAVX2w16full}
	tilesAVX512   = [...]tileFunction{tileAVX512w8, tileAVX512w16, tileAVX512w24, tileAVX512w32, tileAVX512w40, tileAVX512w48}
)

// function returns the function for the width, and the columns of its last vector.
func (t *tileArgs) function() (f tileFunction, last int) {
	half := (t.width - 1) / 8
	switch last = t.width - half*8; {
	case active == levelAVX512:
		return tilesAVX512[half], t.width - half/2*16
	case last < 8:
		return tilesAVX2[half], last
	case half == 0 && halves:
		return tileAVX2w8fullby4, last
	default:
		return tilesAVX2full[half], last
	}
}

func (t *tileArgs) fast() bool {
	if active == levelPortable {
		return false
	}
	f, last := t.function()
	add := 0
	if t.add {
		add = 1
	}
	a, b, c := t.a, t.b, t.c
	rows, tiles := t.rows, t.taller
	for rest := t.tiles - t.taller; ; rest = 0 {
		aks, next := t.aks, rows*t.ars
		if t.packed {
			aks, next = rows, rows*t.k
		}
		pa, pb, pc := unsafe.SliceData(a), unsafe.SliceData(b), unsafe.SliceData(c) //nolint:gosec // empty slices have no first element to take the address of
		f(tiles, rows, t.k, pa, t.ars, aks, next, pb, t.bks, pc, t.ldc, add, last)
		if rest == 0 {
			return true
		}
		if t.k > 0 {
			a = a[tiles*next:]
		}
		c = c[tiles*rows*t.ldc:]
		rows, tiles = rows-1, rest
	}
}
