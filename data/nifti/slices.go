package nifti

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"cggm/data"
	"cggm/data/internal/inflate"
	"cggm/data/internal/raw"
)

// Slices reads a volume slice by slice along its last axis, the order in which
// files hold them: x-y planes of a volume, volumes of a time series. It holds
// one slice in memory at a time.
type Slices struct {
	path   string
	r      io.Reader
	header *header
	// likely is the number of bytes worth reserving memory for.
	likely int64
	next   int
	file   *os.File
}

// OpenSlices opens the file at path. Close it after use.
func OpenSlices(path string) (*Slices, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("nifti: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("nifti: %w", err)
	}
	s, err := NewSlices(f, info.Size(), path)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	s.file = f
	return s, nil
}

// NewSlices reads the header of a file of size bytes, plain or compressed by
// gzip; name stands for it in errors.
func NewSlices(r io.Reader, size int64, name string) (*Slices, error) {
	br := bufio.NewReaderSize(r, 1<<16)
	s := &Slices{path: name, r: br, likely: size}
	limit := size
	if magic, err := br.Peek(2); err == nil && string(magic) == "\x1f\x8b" {
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, s.bad("offset 0", "a broken gzip header", "a complete one", err)
		}
		limit = inflate.Limit(size)
		s.likely = inflate.Likely(size, limit)
		s.r = inflate.Reader(z, size)
	}
	h, err := readHeader(s.r)
	if err != nil {
		var fe *data.FileError
		if errors.As(err, &fe) {
			fe.Path = name
		}
		return nil, err
	}
	s.header = h
	if _, err := raw.Reserve(h.shape, h.kind.Size(), max(0, limit-h.offset)); err != nil {
		return nil, s.bad("dim", fmt.Sprintf("shape %v of %d-byte voxels from offset %d", h.shape, h.kind.Size(), h.offset),
			fmt.Sprintf("no more than the %d bytes that can follow", max(0, limit-h.offset)), err)
	}
	if _, err := io.CopyN(io.Discard, s.r, h.offset-h.size); err != nil {
		return nil, s.bad("vox_offset", fmt.Sprint(h.offset), "a place in the file", err)
	}
	return s, nil
}

// Shape returns the axes of the volume in the order of the file.
func (s *Slices) Shape() []int { return slices.Clone(s.header.shape) }

// Spacing returns the size of a voxel along each axis: see [Volume].
func (s *Slices) Spacing() []float64 {
	return slices.Clone(s.header.spacing[1 : 1+len(s.header.shape)])
}

// Affine takes (i, j, k, 1) to the position (x, y, z, 1) in space.
func (s *Slices) Affine() [4][4]float64 { return s.header.affine() }

// Next returns the next slice, of the axes but the last, and io.EOF after the
// last slice.
func (s *Slices) Next() (data.Array, error) {
	within, count := s.split()
	if s.next == count {
		if err := s.end(); err != nil {
			return data.Array{}, err
		}
		return data.Array{}, io.EOF
	}
	s.next++
	return s.read(within)
}

// Skip passes over n slices, which costs less than reading them. It is an
// error to pass over more than are left.
func (s *Slices) Skip(n int) error {
	within, count := s.split()
	if n < 0 || n > count-s.next {
		return fmt.Errorf("nifti: %s: skip %d slices, want 0 to the %d that are left", s.path, n, count-s.next)
	}
	size := int64(s.header.kind.Size() * n)
	for _, d := range within {
		size *= int64(d)
	}
	if _, err := io.CopyN(io.Discard, s.r, size); err != nil {
		return s.bad(fmt.Sprintf("slice %d", s.next), "damaged voxels or too few", fmt.Sprintf("%d bytes", size), err)
	}
	s.next += n
	return nil
}

// Close closes the file that OpenSlices opened.
func (s *Slices) Close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// split returns the axes of a slice and the number of slices.
func (s *Slices) split() (within []int, count int) {
	last := len(s.header.shape) - 1
	return s.header.shape[:last], s.header.shape[last]
}

// read reads the next voxels as an array of the given shape, which NewSlices
// has found to fit into the file.
func (s *Slices) read(shape []int) (data.Array, error) {
	n := 1
	for _, d := range shape {
		n *= d
	}
	h := s.header
	values, err := raw.Read(s.r, h.kind, h.order, n, s.likely)
	if err != nil {
		return data.Array{}, s.bad(fmt.Sprintf("offset %d", h.offset), "damaged voxels or too few",
			fmt.Sprintf("%d of %d bytes each", n, h.kind.Size()), err)
	}
	if h.scales() {
		values = scale(values, h.slope, h.inter)
	}
	return data.Array{Shape: slices.Clone(shape), Values: raw.FromFortran(values, shape)}, nil
}

// end reads what follows the voxels: the checksum of compressed contents is
// compared at their end.
func (s *Slices) end() error {
	if _, err := io.Copy(io.Discard, s.r); err != nil {
		return s.bad("", "a damaged end", "the checksum of the contents", err)
	}
	return nil
}

func (s *Slices) bad(where, found, want string, err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return &data.FileError{Path: s.path, Where: where, Found: found, Want: want, Err: err}
}
