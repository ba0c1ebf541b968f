package brats2021

import (
	"context"
	"fmt"
	"slices"

	"cggm/data/hdf5"
)

// stored holds the place of every modality in an HDF5 file's images.
var stored = [4]int{2, 1, 3, 0} // of t1, t1ce, t2 and flair

// hdf5Scan is a patient in HDF5 files: one volume, or one slice each.
type hdf5Scan struct {
	files []string
}

var _ scan = hdf5Scan{}

func (s hdf5Scan) name() string { return s.files[0] }

func (s hdf5Scan) identity() (string, error) { return identify(s.files...) }

func (s hdf5Scan) labels() (*volume, error) {
	var v *volume
	for _, path := range s.files {
		one, err := readLabels(path)
		switch {
		case err != nil:
			return nil, err
		case v == nil:
			v = one
		case one.rows != v.rows || one.columns != v.columns:
			return nil, fmt.Errorf("%s: slices of %d x %d, those of %s have %d x %d", path, one.rows, one.columns, s.files[0], v.rows, v.columns)
		default:
			v.depth += one.depth
			v.values = append(v.values, one.values...)
		}
	}
	return v, nil
}

// openScan opens a file and checks that its images and labels fit together. It
// returns the shape of the labels.
func openScan(path string) (*hdf5.File, []int, error) {
	f, err := hdf5.Open(path)
	if err != nil {
		return nil, nil, err
	}
	shape, err := fit(f, path)
	if err != nil {
		_ = f.Close()
		return nil, nil, err
	}
	return f, shape, nil
}

func fit(f *hdf5.File, path string) ([]int, error) {
	if err := f.Expect("image", "label"); err != nil {
		return nil, err
	}
	label, ok := f.Shape("label")
	image, known := f.Shape("image")
	if !ok || !known || (len(label) != 2 && len(label) != 3) || !slices.Equal(image, append([]int{4}, label...)) || slices.Contains(label, 0) {
		return nil, fmt.Errorf("%s: image %v and label %v: want [4 x y z] and [x y z], or [4 x y] and [x y] for a slice, the images in the order flair, t1ce, t1, t2",
			path, image, label)
	}
	if len(label) == 2 {
		label = append(label, 1)
	}
	return label, nil
}

func readLabels(path string) (*volume, error) {
	f, shape, err := openScan(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	a, err := f.Array("label")
	if err != nil {
		return nil, err
	}
	labels, err := a.Ints()
	if err != nil {
		return nil, fmt.Errorf("%s: label: %w", path, err)
	}
	values, err := relabel(path+": label", labels)
	if err != nil {
		return nil, err
	}
	v := &volume{depth: shape[2], rows: shape[0], columns: shape[1], values: make([]uint8, len(values))}
	size := v.rows * v.columns
	for z := range v.depth {
		for i := range size {
			v.values[z*size+i] = values[i*v.depth+z]
		}
	}
	return v, nil
}

// images reads one modality of one file at a time.
func (s hdf5Scan) images(ctx context.Context, wanted []int) ([][4][]float32, error) {
	out := make([][4][]float32, len(wanted))
	first := 0
	for _, path := range s.files {
		depth, err := s.read(ctx, path, first, wanted, out)
		if err != nil {
			return nil, err
		}
		first += depth
	}
	return out, nil
}

// read fills in those of the wanted slices that the file holds, whose first
// slice has the given number. It returns the file's number of slices.
func (s hdf5Scan) read(ctx context.Context, path string, first int, wanted []int, out [][4][]float32) (int, error) {
	if len(s.files) > 1 && !slices.Contains(wanted, first) {
		return 1, nil // files of several hold one slice each
	}
	f, shape, err := openScan(path)
	if err != nil {
		return 0, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	rows, err := f.Rows("image")
	if err != nil {
		return 0, err
	}
	size, depth := shape[0]*shape[1], shape[2]
	for m, at := range stored {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		a, err := rows.Read(at, at+1)
		if err != nil {
			return 0, err
		}
		values, err := a.Float32()
		if err != nil {
			return 0, fmt.Errorf("%s: image: %w", path, err)
		}
		if err := finite(fmt.Sprintf("%s: image %d, %s", path, at, Modalities[m]), values); err != nil {
			return 0, err
		}
		for i, z := range wanted {
			if z < first || z >= first+depth {
				continue
			}
			plane := make([]float32, size)
			for k := range plane {
				plane[k] = values[k*depth+z-first]
			}
			out[i][m] = plane
		}
	}
	return depth, nil
}

// examine opens the files: what they hold must fit together.
func (s hdf5Scan) examine() []string {
	var out []string
	for _, path := range s.files {
		f, shape, err := openScan(path)
		if err != nil {
			out = append(out, err.Error())
			continue
		}
		if len(s.files) > 1 && shape[2] != 1 {
			out = append(out, fmt.Sprintf("%s: %d slices, but the patient has several files: want one slice in each", path, shape[2]))
		}
		_ = f.Close()
	}
	return out
}
