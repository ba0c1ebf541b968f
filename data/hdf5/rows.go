package hdf5

import (
	"fmt"
	"slices"

	"cggm/data"
)

// Rows reads a dataset by ranges of rows, for datasets that are larger than
// memory should be. Of a chunked dataset every call unpacks all chunks that
// the range touches: ranges of whole chunks cost least.
type Rows struct {
	file *File
	d    *dataset
}

// Rows returns the named dataset by rows. It needs at least one axis.
func (f *File) Rows(name string) (*Rows, error) {
	d, err := f.dataset(name)
	if err != nil {
		return nil, err
	}
	if len(d.shape) == 0 {
		return nil, &data.FileError{Path: f.path, Where: "dataset " + name, Found: "a scalar", Want: "a dataset with rows"}
	}
	if d.class == chunked {
		if d.listed, err = d.index(f.blocks.fresh(), 0, d.shape[0]); err != nil {
			return nil, f.located(err, name)
		}
	}
	return &Rows{f, d}, nil
}

// Shape returns the sizes of the axes of the whole dataset.
func (r *Rows) Shape() []int { return slices.Clone(r.d.shape) }

// Band returns the number of rows of one chunk, 1 where the dataset is not
// chunked.
func (r *Rows) Band() int {
	if r.d.class != chunked {
		return 1
	}
	return r.d.chunks.dims[0]
}

// Read returns the rows [from, to).
func (r *Rows) Read(from, to int) (data.Array, error) {
	if from < 0 || to < from || to > r.d.shape[0] {
		return data.Array{}, fmt.Errorf("hdf5: %s: dataset %s: rows [%d,%d), want a range in [0,%d]", r.file.path, r.d.name, from, to, r.d.shape[0])
	}
	a, err := r.d.read(r.file.blocks.fresh(), from, to)
	if err != nil {
		return data.Array{}, r.file.located(err, r.d.name)
	}
	return a, nil
}
