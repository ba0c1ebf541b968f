package nifti

import (
	"slices"

	"cggm/data"
)

// Stack reads the file at path with its axes backwards: [z, y, x] of a volume,
// the slices as pictures with rows and columns; [time, z, y, x] of a series.
func Stack(path string) (data.Array, error) {
	s, err := OpenSlices(path)
	if err != nil {
		return data.Array{}, err
	}
	defer s.Close() //nolint:errcheck // nothing was written
	// The file holds the first axis fastest: backwards it is in row-major order.
	n := 1
	for _, d := range s.header.shape {
		n *= d
	}
	a, err := s.read([]int{n})
	if err != nil {
		return data.Array{}, err
	}
	a.Shape = s.Shape()
	slices.Reverse(a.Shape)
	return a, s.end()
}
