package npz

import (
	"fmt"
	"io"
	"os"

	"cggm/data"
	"cggm/data/internal/raw"
)

// Read reads the .npy file at path.
func Read(path string) (data.Array, error) {
	f, err := os.Open(path)
	if err != nil {
		return data.Array{}, fmt.Errorf("npz: %w", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	info, err := f.Stat()
	if err != nil {
		return data.Array{}, fmt.Errorf("npz: %w", err)
	}
	return Decode(f, info.Size(), path)
}

// Decode reads one array in the npy format. size is the number of bytes that r
// holds; name stands for the file in errors.
func Decode(r io.Reader, size int64, name string) (data.Array, error) {
	return decode(r, size, size, name)
}

// decode reads an array from at most limit bytes, of which likely ones are
// worth reserving memory for.
func decode(r io.Reader, limit, likely int64, name string) (data.Array, error) {
	h, err := readHeader(r, name)
	if err != nil {
		return data.Array{}, err
	}
	n, err := h.elements(limit-h.offset, name)
	if err != nil {
		return data.Array{}, err
	}
	values, err := h.Read(r, n, likely-h.offset)
	if err != nil {
		return data.Array{}, &data.FileError{
			Path: name, Where: fmt.Sprintf("offset %d", h.offset), Found: "too few bytes or unreadable ones",
			Want: fmt.Sprintf("%d elements of %d bytes", n, h.Size), Err: err,
		}
	}
	if h.fortran {
		values = raw.FromFortran(values, h.shape)
	}
	return data.Array{Shape: h.shape, Values: values}, nil
}

// elements returns the number of elements after checking that have bytes can
// hold them.
func (h *header) elements(have int64, name string) (int, error) {
	n, err := raw.Reserve(h.shape, h.Size, max(0, have))
	if err != nil {
		return 0, &data.FileError{
			Path: name, Where: "shape", Found: fmt.Sprintf("%v of %d-byte elements", h.shape, h.Size),
			Want: fmt.Sprintf("no more than the %d bytes that follow", max(0, have)), Err: err,
		}
	}
	return n, nil
}
