package npz

import (
	"fmt"
	"io"
	"os"
	"slices"

	"cggm/data"
)

// Rows reads an array of a .npy file by ranges of rows, for arrays that are
// larger than memory should be.
type Rows struct {
	path   string
	r      io.ReaderAt
	header *header
	width  int
	file   *os.File
}

// OpenRows opens the .npy file at path. The array needs at least one axis and
// C order. Close the rows after use.
func OpenRows(path string) (*Rows, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("npz: %w", err)
	}
	rows, err := NewRows(f, info.Size(), path)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	rows.file = f
	return rows, nil
}

// NewRows opens an npy array of size bytes; name stands for the file in errors.
func NewRows(r io.ReaderAt, size int64, name string) (*Rows, error) {
	h, err := readHeader(io.NewSectionReader(r, 0, size), name)
	if err != nil {
		return nil, err
	}
	n, err := h.elements(size-h.offset, name)
	if err != nil {
		return nil, err
	}
	if len(h.shape) == 0 || (h.fortran && len(h.shape) > 1) {
		return nil, &data.FileError{
			Path: name, Where: "shape", Found: fmt.Sprintf("%v, Fortran order %t", h.shape, h.fortran),
			Want: "rows in C order; save with numpy.ascontiguousarray",
		}
	}
	rows := &Rows{path: name, r: r, header: h}
	if h.shape[0] > 0 {
		rows.width = n / h.shape[0]
	}
	return rows, nil
}

// Shape returns the sizes of the axes of the whole array.
func (r *Rows) Shape() []int { return slices.Clone(r.header.shape) }

// Read returns the rows [from, to).
func (r *Rows) Read(from, to int) (data.Array, error) {
	if from < 0 || to < from || to > r.header.shape[0] {
		return data.Array{}, fmt.Errorf("npz: %s: rows [%d,%d), want a range in [0,%d]", r.path, from, to, r.header.shape[0])
	}
	shape := r.Shape()
	shape[0] = to - from
	width := int64(r.width) * int64(r.header.Size)
	start := r.header.offset + int64(from)*width
	length := int64(to-from) * width
	values, err := r.header.Read(io.NewSectionReader(r.r, start, length), (to-from)*r.width, length)
	if err != nil {
		return data.Array{}, &data.FileError{
			Path: r.path, Where: fmt.Sprintf("offset %d", start), Found: "unreadable rows", Want: fmt.Sprintf("%d bytes", length), Err: err,
		}
	}
	return data.Array{Shape: shape, Values: values}, nil
}

// Close closes the file that OpenRows opened.
func (r *Rows) Close() error {
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}
