package kernel

import "math"

// SumRows sets dst[i] to the sum of row i of x, a matrix [r, c].
func SumRows(dst, x []float32, r, c int) {
	if shortRows(dst, x, r, c) && fastRowSums(&dst[0], &x[0], r, c) {
		return
	}
	for i := range r {
		dst[i] = Sum(x[i*c : (i+1)*c])
	}
}

// MaxRows sets dst[i] to the largest element of row i of x, a matrix [r, c], as [ReduceMax] does.
func MaxRows(dst, x []float32, r, c int) {
	if shortRows(dst, x, r, c) && fastRowLargest(&dst[0], &x[0], r, c) {
		return
	}
	for i := range r {
		dst[i] = ReduceMax(x[i*c : (i+1)*c])
	}
}

// MinRows sets dst[i] to the smallest element of row i of x, a matrix [r, c], as [ReduceMin] does.
func MinRows(dst, x []float32, r, c int) {
	if shortRows(dst, x, r, c) && fastRowSmallest(&dst[0], &x[0], r, c) {
		return
	}
	for i := range r {
		dst[i] = ReduceMin(x[i*c : (i+1)*c])
	}
}

// ExpRows sets element (i, j) of dst to e^(x-less[i]) and sums[i] to the sum of row i of dst. Both are matrices [r, c].
func ExpRows(dst, sums, x, less []float32, r, c int) {
	if shortRows(sums, x, r, c) && len(less) >= r && len(dst) >= r*c && fastRowExp(&dst[0], &sums[0], &x[0], &less[0], r, c) {
		return
	}
	for i := range r {
		row := dst[i*c : (i+1)*c]
		SubScalar(row, x[i*c:(i+1)*c], less[i])
		Exp(row, row)
		sums[i] = Sum(row)
	}
}

// longestRow is the length of rows that are reduced in one run.
const longestRow = 1024

// shortRows reports whether there is a matrix of rows that one call reduces.
func shortRows(dst, x []float32, r, c int) bool {
	if r < 1 || c < 1 || c > longestRow {
		return false
	}
	_, _ = dst[r-1], x[r*c-1]
	return true
}

// colBlock is the number of rows whose columns are summed in one run by SumCols.
const colBlock = 256

// SumCols sets dst[j] to the sum of column j of x, a matrix [r, c]: the gradient of a bias. Rows are summed in runs of 256
// and the runs are added in pairs; the runs are shared among the workers of p.
func SumCols(p Parallel, dst, x []float32, r, c int) {
	dst = dst[:c]
	if r <= colBlock {
		sumColsRun(dst, x, r, c)
		return
	}
	blocks := (r + colBlock - 1) / colBlock
	partial := getScratch(blocks * c)
	defer putScratch(partial)
	p.run(blocks, func(i int) {
		lo, hi := i*colBlock, min((i+1)*colBlock, r)
		sumColsRun(partial.data[i*c:(i+1)*c], x[lo*c:hi*c], hi-lo, c)
	})
	for step := 1; step < blocks; step *= 2 {
		for i := 0; i+step < blocks; i += 2 * step {
			a := partial.data[i*c : (i+1)*c]
			Add(a, a, partial.data[(i+step)*c:(i+step+1)*c])
		}
	}
	copy(dst, partial.data[:c])
}

func sumColsRun(dst, x []float32, r, c int) {
	if r > 0 && c > 0 && fastColumnSums(&dst[0], &x[:r*c][0], r, c) {
		return
	}
	clear(dst)
	for i := range r {
		Add(dst, dst, x[i*c:(i+1)*c])
	}
}

// MaxCols sets dst[j] to the largest element of column j of x, a matrix [r, c]; -Inf when r is 0.
func MaxCols(dst, x []float32, r, c int) {
	dst = dst[:c]
	Fill(dst, float32(math.Inf(-1)))
	for i := range r {
		Max(dst, dst, x[i*c:(i+1)*c])
	}
}

// MinCols sets dst[j] to the smallest element of column j of x, a matrix [r, c]; +Inf when r is 0.
func MinCols(dst, x []float32, r, c int) {
	dst = dst[:c]
	Fill(dst, float32(math.Inf(1)))
	for i := range r {
		Min(dst, dst, x[i*c:(i+1)*c])
	}
}
