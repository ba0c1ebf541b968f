package augment

import (
	"math"
	"slices"
)

// maxWidth bounds the standard deviation of a blur.
const maxWidth = 100

// Blur is a Gaussian blur of the given standard deviation in pixels, cut off
// at three of them. Beyond its edges the map continues mirrored.
func Blur(m *Map, deviation float64) {
	reach := min(int(math.Ceil(3*deviation)), maxWidth*3)
	weights := make([]float32, 2*reach+1)
	sum := float32(0)
	for i := range weights {
		d := float64(i-reach) / deviation
		weights[i] = float32(math.Exp(-d * d / 2))
		sum += weights[i]
	}
	for i := range weights {
		weights[i] /= sum
	}
	convolve(m, weights, m.Width, func(v *Map, line, at int) []float32 { return v.pixel(line, at) }, m.Height)
	convolve(m, weights, m.Height, func(v *Map, line, at int) []float32 { return v.pixel(at, line) }, m.Width)
}

// convolve blurs along lines of n positions.
func convolve(m *Map, weights []float32, n int, at func(m *Map, line, at int) []float32, lines int) {
	from := *m
	from.Values = slices.Clone(m.Values)
	for line := range lines {
		for i := range n {
			to := at(m, line, i)
			clear(to)
			for k, w := range weights {
				for c, v := range at(&from, line, mirror(i+k-len(weights)/2, n)) {
					to[c] += w * v
				}
			}
		}
	}
}

// mirror returns the position in [0,n) that i, beyond the edges, mirrors.
func mirror(i, n int) int {
	if n == 1 {
		return 0
	}
	period := 2 * (n - 1)
	i = ((i % period) + period) % period
	return min(i, period-i)
}
