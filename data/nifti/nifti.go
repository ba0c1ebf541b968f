// Package nifti reads volumes from NIfTI-1 and NIfTI-2 files (.nii and
// .nii.gz) of either byte order.
//
// Format: https://nifti.nimh.nih.gov
package nifti

import (
	"fmt"
	"io"
	"os"

	"cggm/data"
)

// Volume is the content of a file.
type Volume struct {
	// Array has the axes of the file in its order: x, y, z, time and so on. It
	// has the stored type, or is float32 where the file scales its values.
	Array data.Array
	// Spacing holds the size of a voxel along each axis, in the units of the
	// file (mostly millimetres and seconds).
	Spacing []float64
	// Affine takes (i, j, k, 1) to the position (x, y, z, 1) in space.
	Affine [4][4]float64
}

// Read reads the file at path.
func Read(path string) (*Volume, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("nifti: %w", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("nifti: %w", err)
	}
	return Decode(f, info.Size(), path)
}

// Decode reads a file of size bytes, plain or compressed by gzip; name stands
// for it in errors.
func Decode(r io.Reader, size int64, name string) (*Volume, error) {
	s, err := NewSlices(r, size, name)
	if err != nil {
		return nil, err
	}
	a, err := s.read(s.header.shape)
	if err != nil {
		return nil, err
	}
	if err := s.end(); err != nil {
		return nil, err
	}
	return &Volume{Array: a, Spacing: s.Spacing(), Affine: s.Affine()}, nil
}
