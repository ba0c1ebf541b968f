package score

import (
	"fmt"
	"math"
	"slices"
)

// Grid describes the voxels of a volume, row-major with the last axis fastest. A picture is a grid of depth 1.
type Grid struct {
	Shape   [3]int     // voxels along each axis
	Spacing [3]float64 // distance of neighbours along each axis, usually in millimetres
}

// check returns an error unless the grid holds that many voxels.
func (g Grid) check(voxels int) error {
	size := 1
	for axis, n := range g.Shape {
		if n < 1 || size > math.MaxInt32/n {
			return fmt.Errorf("%w: a grid of shape %v", ErrLength, g.Shape)
		}
		if s := g.Spacing[axis]; !(s > 0) || math.IsInf(s, 0) {
			return fmt.Errorf("score: spacing %v: want positive distances", g.Spacing)
		}
		size *= n
	}
	if size != voxels {
		return fmt.Errorf("%w: %d voxels for a grid of shape %v", ErrLength, voxels, g.Shape)
	}
	return nil
}

// diagonal returns the length of the volume's diagonal.
func (g Grid) diagonal() float64 {
	var square float64
	for axis, n := range g.Shape {
		d := float64(n) * g.Spacing[axis]
		square += d * d
	}
	return math.Sqrt(square)
}

// Hausdorff95 returns the symmetric 95 % Hausdorff distance of two masks of one case: of the distances of all surface
// voxels of one mask to the nearest surface voxel of the other the 95th percentile (linear interpolation), the larger of
// both directions. A voxel is on the surface if it has a neighbour across a face, or an edge of the grid, outside the
// mask; axes of length 1 do not count, so pictures are measured in their plane.
//
// Two empty masks have the distance 0. If one alone is empty, it is the diagonal of the volume: the 373.13 mm that BraTS
// assigns for its volumes of 240 x 240 x 155 voxels of 1 mm.
func Hausdorff95(pred, truth []bool, grid Grid) (float64, error) {
	if err := sameLength(len(pred), len(truth)); err != nil {
		return 0, err
	}
	if err := grid.check(len(truth)); err != nil {
		return 0, err
	}
	inPred, inTruth := slices.Contains(pred, true), slices.Contains(truth, true)
	switch {
	case !inPred && !inTruth:
		return 0, nil
	case !inPred || !inTruth:
		return grid.diagonal(), nil
	}
	surfacePred, surfaceTruth := surface(pred, grid.Shape), surface(truth, grid.Shape)
	surfacePred, surfaceTruth, grid = crop(surfacePred, surfaceTruth, grid)
	return max(
		percentile95(surfacePred, squaredDistances(surfaceTruth, grid)),
		percentile95(surfaceTruth, squaredDistances(surfacePred, grid)),
	), nil
}

// surface returns the voxels of a mask that have a neighbour outside it.
func surface(mask []bool, shape [3]int) []bool {
	strides := [3]int{shape[1] * shape[2], shape[2], 1}
	border := make([]bool, len(mask))
	for i, in := range mask {
		if !in {
			continue
		}
		for axis, n := range shape {
			if n == 1 {
				continue
			}
			stride := strides[axis]
			at := i / stride % n
			if at == 0 || at == n-1 || !mask[i-stride] || !mask[i+stride] {
				border[i] = true
				break
			}
		}
	}
	if !slices.Contains(border, true) { // a single voxel on a grid of one voxel
		return mask
	}
	return border
}

// crop cuts both masks to the smallest box that holds both, which spares most of the work.
func crop(a, b []bool, grid Grid) (cropA, cropB []bool, box Grid) {
	shape := grid.Shape
	low, high := shape, [3]int{}
	for i := range a {
		if !a[i] && !b[i] {
			continue
		}
		at := [3]int{i / (shape[1] * shape[2]), i / shape[2] % shape[1], i % shape[2]}
		for axis, x := range at {
			low[axis], high[axis] = min(low[axis], x), max(high[axis], x+1)
		}
	}
	for z := low[0]; z < high[0]; z++ {
		for y := low[1]; y < high[1]; y++ {
			line := (z*shape[1] + y) * shape[2]
			cropA = append(cropA, a[line+low[2]:line+high[2]]...)
			cropB = append(cropB, b[line+low[2]:line+high[2]]...)
		}
	}
	for axis := range shape {
		box.Shape[axis] = high[axis] - low[axis]
	}
	box.Spacing = grid.Spacing
	return cropA, cropB, box
}

// percentile95 returns the 95th percentile of the distances at the voxels of a mask, from their squares.
func percentile95(mask []bool, squares []float64) float64 {
	var distances []float64
	for i, in := range mask {
		if in {
			distances = append(distances, math.Sqrt(squares[i]))
		}
	}
	slices.Sort(distances)
	position := .95 * float64(len(distances)-1)
	below := int(position)
	above := min(below+1, len(distances)-1)
	return distances[below] + (position-float64(below))*(distances[above]-distances[below])
}
