package brats2021

import (
	"context"
	"fmt"
	"math"
)

// scan is what is stored about one patient.
type scan interface {
	// name tells the files, for errors.
	name() string
	// identity changes when the files do.
	identity() (string, error)
	// labels returns the labels of all slices.
	labels() (*volume, error)
	// images returns the given slices of the four modalities, in the order of
	// Modalities: [slices][modalities][rows x columns].
	images(ctx context.Context, slices []int) ([][4][]float32, error)
	// examine returns what differs between the files that belong together.
	examine() []string
}

// patient is one sample.
type patient struct {
	id string
	scan
	// rows and columns of a slice, and within the crop the number of voxels
	// with tumour of each slice, and of each class.
	rows, columns int
	tumour        []int
	voxels        [Classes]int
}

// volume holds labels [depth, rows, columns].
type volume struct {
	depth, rows, columns int
	values               []uint8
}

// slice returns the labels of one slice.
func (v *volume) slice(z int) []uint8 {
	n := v.rows * v.columns
	return v.values[z*n : (z+1)*n]
}

// enhancing is the published label of the enhancing tumour, which becomes 3.
const enhancing = 4

// relabel makes published labels classes; name stands for the file in errors.
func relabel(name string, values []int) ([]uint8, error) {
	out := make([]uint8, len(values))
	for i, y := range values {
		if y == enhancing {
			y = Classes - 1
		}
		if y < 0 || y >= Classes {
			return nil, fmt.Errorf("%s: label %d at voxel %d: want 0, 1, 2, 3 or 4", name, y, i)
		}
		out[i] = uint8(y)
	}
	return out, nil
}

// finite refuses values that are no numbers.
func finite(name string, values []float32) error {
	for i, v := range values {
		if wide := float64(v); math.IsNaN(wide) || math.IsInf(wide, 0) {
			return fmt.Errorf("%s: value %g at voxel %d: want finite numbers", name, v, i)
		}
	}
	return nil
}

// standardise gives the voxels that are not 0 mean 0 and deviation 1. The
// others, outside the brain, stay 0.
func standardise(values []float32) {
	var sum, squares float64
	n := 0
	for _, v := range values {
		if v != 0 {
			sum += float64(v)
			n++
		}
	}
	if n == 0 {
		return
	}
	mean := sum / float64(n)
	for _, v := range values {
		if v != 0 {
			squares += (float64(v) - mean) * (float64(v) - mean)
		}
	}
	deviation := math.Sqrt(squares / float64(n))
	if deviation == 0 {
		deviation = 1
	}
	for i, v := range values {
		if v != 0 {
			values[i] = float32((float64(v) - mean) / deviation)
		}
	}
}
