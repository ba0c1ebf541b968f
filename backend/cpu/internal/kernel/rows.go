package kernel

// The functions of this file combine matrices [r, c] with one number for each row. dst may be one of the matrices.

// AddRows sets element (i, j) of dst to x + s[i].
func AddRows(dst, x, s []float32, r, c int) { byRow(fastRowAdd, AddScalar, dst, x, s, r, c) }

// SubRows sets element (i, j) of dst to x - s[i].
func SubRows(dst, x, s []float32, r, c int) { byRow(fastRowSub, SubScalar, dst, x, s, r, c) }

// MulRows sets element (i, j) of dst to x * s[i].
func MulRows(dst, x, s []float32, r, c int) { byRow(fastRowMul, MulScalar, dst, x, s, r, c) }

// byRow carries out one operation for all rows at once where that can be, row by row elsewhere.
func byRow(fast func(dst, x, s *float32, r, c int) bool, one func(dst, x []float32, s float32), dst, x, s []float32, r, c int) {
	if rowsFit(r, c, s, dst, x) && fast(&dst[0], &x[0], &s[0], r, c) {
		return
	}
	for i := range r {
		one(dst[i*c:(i+1)*c], x[i*c:(i+1)*c], s[i])
	}
}

// MulAddRows sets element (i, j) of dst to x*s[i] + y, rounded once where the processor can.
func MulAddRows(dst, x, s, y []float32, r, c int) {
	if rowsFit(r, c, s, dst, x, y) && fastRowMulAdd(&dst[0], &x[0], &s[0], &y[0], r, c) {
		return
	}
	for i := range r * c {
		dst[i] = x[i]*s[i/c] + y[i]
	}
}

// AddMulRows sets element (i, j) of dst to (x + s[i]) * y.
func AddMulRows(dst, x, s, y []float32, r, c int) {
	if rowsFit(r, c, s, dst, x, y) && fastRowAddMul(&dst[0], &x[0], &s[0], &y[0], r, c) {
		return
	}
	for i := range r * c {
		dst[i] = (x[i] + s[i/c]) * y[i]
	}
}

// rowsFit reports whether there are elements, and panics when a slice is too short for them: the assembly does not look.
func rowsFit(r, c int, s []float32, matrices ...[]float32) bool {
	if r < 1 || c < 1 {
		return false
	}
	_ = s[r-1]
	for _, x := range matrices {
		_ = x[r*c-1]
	}
	return true
}
