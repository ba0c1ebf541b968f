package brats2021

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"cggm/data/nifti"
)

// niftiScan is a patient in five NIfTI files.
type niftiScan struct {
	folder string
	files  [4]string // in the order of Modalities
	seg    string
}

var _ scan = niftiScan{}

func (s niftiScan) name() string { return s.folder }

func (s niftiScan) identity() (string, error) { return identify(append(s.files[:], s.seg)...) }

// identify tells files by path, size and time of change.
func identify(paths ...string) (string, error) {
	var b strings.Builder
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s %d %d\n", path, info.Size(), info.ModTime().UnixNano())
	}
	return b.String(), nil
}

func (s niftiScan) labels() (*volume, error) {
	f, err := openVolume(s.seg)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	shape := f.Shape()
	v := &volume{depth: shape[2], rows: shape[0], columns: shape[1]}
	for {
		a, err := f.Next()
		if errors.Is(err, io.EOF) {
			return v, nil
		}
		if err != nil {
			return nil, err
		}
		labels, err := a.Ints()
		if err != nil {
			return nil, fmt.Errorf("%s: labels: %w", s.seg, err)
		}
		values, err := relabel(s.seg, labels)
		if err != nil {
			return nil, err
		}
		v.values = append(v.values, values...)
	}
}

// openVolume opens a file with three axes.
func openVolume(path string) (*nifti.Slices, error) {
	f, err := nifti.OpenSlices(path)
	if err != nil {
		return nil, err
	}
	if shape := f.Shape(); len(shape) != 3 {
		_ = f.Close()
		return nil, fmt.Errorf("%s: shape %v: want a volume of three axes, x, y and z", path, shape)
	}
	return f, nil
}

func (s niftiScan) images(ctx context.Context, wanted []int) ([][4][]float32, error) {
	out := make([][4][]float32, len(wanted))
	for m, path := range s.files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		values, size, depth, err := readVolume(path)
		if err != nil {
			return nil, err
		}
		for i, z := range wanted {
			if z >= depth {
				return nil, fmt.Errorf("%s: %d slices, but %s has more: these files do not belong together", path, depth, s.seg)
			}
			out[i][m] = slices.Clone(values[z*size : (z+1)*size])
		}
	}
	return out, nil
}

// readVolume returns the standardised slices of a file, one after the other.
func readVolume(path string) (values []float32, size, depth int, err error) {
	f, err := openVolume(path)
	if err != nil {
		return nil, 0, 0, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	shape := f.Shape()
	for {
		a, err := f.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, 0, 0, err
		}
		plane, err := a.Float32()
		if err != nil {
			return nil, 0, 0, fmt.Errorf("%s: %w", path, err)
		}
		values = append(values, plane...)
	}
	if err := finite(path, values); err != nil {
		return nil, 0, 0, err
	}
	standardise(values)
	return values, shape[0] * shape[1], shape[2], nil
}

// examine compares the shapes and the places in space of the five files.
func (s niftiScan) examine() []string {
	var out []string
	var shape []int
	var affine [4][4]float64
	for i, path := range append([]string{s.seg}, s.files[:]...) {
		f, err := openVolume(path)
		if err != nil {
			out = append(out, err.Error())
			continue
		}
		switch {
		case i == 0 || shape == nil:
			shape, affine = f.Shape(), f.Affine()
		case !slices.Equal(shape, f.Shape()):
			out = append(out, fmt.Sprintf("%s: shape %v, that of %s is %v: the files of a patient must be registered to one grid", path, f.Shape(), s.seg, shape))
		case apart(affine, f.Affine()):
			out = append(out, fmt.Sprintf("%s: lies elsewhere in space than %s: the files of a patient must be registered to one grid", path, s.seg))
		}
		_ = f.Close()
	}
	return out
}

// apart reports whether two maps from voxels to space differ by more than
// rounding.
func apart(a, b [4][4]float64) bool {
	for i := range a {
		for j := range a[i] {
			if math.Abs(a[i][j]-b[i][j]) > 1e-3*(1+math.Abs(a[i][j])) {
				return true
			}
		}
	}
	return false
}
