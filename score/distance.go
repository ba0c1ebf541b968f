package score

import "math"

// squaredDistances returns for every voxel the squared Euclidean distance to the nearest voxel of the mask, exact and in
// time linear in the voxels: one pass of lower envelopes of parabolas per axis (Felzenszwalb and Huttenlocher, "Distance
// Transforms of Sampled Functions", 2012). The mask must not be empty.
func squaredDistances(mask []bool, grid Grid) []float64 {
	squares := make([]float64, len(mask))
	for i, in := range mask {
		if !in {
			squares[i] = math.Inf(1)
		}
	}
	strides := [3]int{grid.Shape[1] * grid.Shape[2], grid.Shape[2], 1}
	for axis, n := range grid.Shape {
		if n == 1 {
			continue
		}
		e := newEnvelope(n, grid.Spacing[axis])
		stride := strides[axis]
		for start := range squares {
			if start/stride%n == 0 {
				e.transform(squares[start:], stride)
			}
		}
	}
	return squares
}

// envelope holds the scratch memory of the passes along one axis.
type envelope struct {
	values  []float64 // of the line, before the pass
	centers []int     // of the parabolas of the lower envelope
	starts  []float64 // where each of them begins to be the lowest
	spacing float64
}

func newEnvelope(n int, spacing float64) *envelope {
	return &envelope{
		values: make([]float64, n), centers: make([]int, n), starts: make([]float64, n), spacing: spacing,
	}
}

// transform replaces the values f(q) of a line by the minimum over q of f(q) + (spacing (p - q))^2.
func (e *envelope) transform(line []float64, stride int) {
	for q := range e.values {
		e.values[q] = line[q*stride]
	}
	count := 0
	for q, v := range e.values {
		if math.IsInf(v, 1) {
			continue
		}
		start := math.Inf(-1)
		for count > 0 {
			start = e.crossing(e.centers[count-1], q)
			if start > e.starts[count-1] {
				break
			}
			start = math.Inf(-1)
			count--
		}
		e.centers[count], e.starts[count] = q, start
		count++
	}
	if count == 0 {
		return
	}
	k := 0
	for p := range e.values {
		for k+1 < count && e.starts[k+1] < float64(p) {
			k++
		}
		d := e.spacing * float64(p-e.centers[k])
		line[p*stride] = e.values[e.centers[k]] + d*d
	}
}

// crossing returns where, in voxels, the parabola of the right center gets below that of the left one.
func (e *envelope) crossing(left, right int) float64 {
	square := e.spacing * e.spacing
	rise := e.values[right] - e.values[left]
	return (rise/square + float64(right*right-left*left)) / float64(2*(right-left))
}
