package kernel

import "math"

// sumBlock is the number of elements summed in one run; runs are added in pairs, which keeps the rounding error of long
// sums small and lets workers share a sum without changing it.
const sumBlock = 4096

// Sum returns the sum of x, 0 when x is empty.
func Sum(x []float32) float32 {
	return pairwise(0, len(x), func(i, j int) float32 { return sumRun(x[i:j]) })
}

// SumSquares returns the sum of x[i]².
func SumSquares(x []float32) float32 {
	return Dot(x, x)
}

// Dot returns the sum of a[i]*b[i].
func Dot(a, b []float32) float32 {
	b = b[:len(a)]
	if len(a) <= sumBlock {
		return dotRun(a, b)
	}
	return pairwise(0, len(a), func(i, j int) float32 { return dotRun(a[i:j], b[i:j]) })
}

// pairwise adds the runs [i, j) of [lo, hi) as a balanced tree.
func pairwise(lo, hi int, run func(i, j int) float32) float32 {
	if hi-lo <= sumBlock {
		return run(lo, hi)
	}
	blocks := (hi - lo + sumBlock - 1) / sumBlock
	mid := lo + blocks/2*sumBlock
	return pairwise(lo, mid, run) + pairwise(mid, hi, run)
}

// ReduceMax returns the largest element of x: NaN if one is NaN, -Inf when x is empty.
func ReduceMax(x []float32) float32 {
	if len(x) == 0 {
		return float32(math.Inf(-1))
	}
	if y, ok := fastLargest(&x[0], len(x)); ok {
		return y
	}
	y := float32(math.Inf(-1))
	for _, v := range x {
		y = max(y, v)
	}
	return y
}

// ReduceMin returns the smallest element of x: NaN if one is NaN, +Inf when x is empty.
func ReduceMin(x []float32) float32 {
	if len(x) == 0 {
		return float32(math.Inf(1))
	}
	if y, ok := fastSmallest(&x[0], len(x)); ok {
		return y
	}
	y := float32(math.Inf(1))
	for _, v := range x {
		y = min(y, v)
	}
	return y
}

func sumRun(x []float32) float32 {
	if len(x) == 0 {
		return 0
	}
	if y, ok := fastSum(&x[0], len(x)); ok {
		return y
	}
	var lanes [8]float32
	for ; len(x) >= 8; x = x[8:] {
		for j, v := range x[:8] {
			lanes[j] += v
		}
	}
	for j, v := range x {
		lanes[j] += v
	}
	return foldLanes(&lanes)
}

func dotRun(a, b []float32) float32 {
	if len(a) == 0 {
		return 0
	}
	if y, ok := fastDot(&a[0], &b[0], len(a)); ok {
		return y
	}
	var lanes [8]float32
	for ; len(a) >= 8; a, b = a[8:], b[8:] {
		for j, v := range a[:8] {
			lanes[j] += v * b[j]
		}
	}
	for j, v := range a {
		lanes[j] += v * b[j]
	}
	return foldLanes(&lanes)
}

func foldLanes(l *[8]float32) float32 {
	return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]))
}
