// Package torch reads the tensors in files of PyTorch's torch.save, .pt and
// .pth, in the zip format and the older one. Nothing in a file is executed:
// the few functions that tensors are made of are rebuilt here, and any other
// class is an error.
//
// Format: https://docs.pytorch.org/docs/stable/notes/serialization.html
package torch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"cggm/data"
)

// File is an open file. The values of tensors are read when asked for.
type File struct {
	path    string
	r       io.ReaderAt
	size    int64
	order   binary.ByteOrder
	file    *os.File
	tensors map[string]any // *tensor or data.Array
	// ranges are the bytes of each storage, by key.
	ranges map[string]span
	// budget is the number of bytes that tensors may still have.
	budget int64
}

// span is a run of bytes in a file.
type span struct{ at, size int64 }

// Tensors that share their memory come out once each: one call of Read returns
// at most this multiple of the file's size.
const (
	viewFactor = 4
	viewSlack  = 1 << 20
)

// Open opens the file at path. Close it after use.
func Open(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("torch: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("torch: %w", err)
	}
	f, err := New(file, info.Size(), path)
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	f.file = file
	return f, nil
}

// New reads the names and shapes of a file of size bytes; name stands for it in
// errors.
func New(r io.ReaderAt, size int64, name string) (*File, error) {
	f := &File{path: name, r: r, size: size, order: binary.LittleEndian, ranges: make(map[string]span)}
	f.budget = viewFactor*size + viewSlack
	var magic [4]byte
	if _, err := r.ReadAt(magic[:], 0); err != nil {
		return nil, f.bad("offset 0", fmt.Sprintf("%d bytes", size), "a file of torch.save", err)
	}
	open := f.openLegacy
	if bytes.Equal(magic[:], []byte("PK\x03\x04")) {
		open = f.openZip
	}
	root, err := open()
	if err != nil {
		return nil, err
	}
	if err := f.flatten(root); err != nil {
		return nil, err
	}
	return f, nil
}

// Read returns all tensors of the file at path by name: see [File.Names].
func Read(path string) (map[string]data.Array, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	out := make(map[string]data.Array, len(f.tensors))
	for _, name := range f.Names() {
		if out[name], err = f.Array(name); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Names returns the names of the tensors, sorted. The keys of nested
// dictionaries and the positions in lists are joined by dots, such as
// "state_dict.conv1.weight"; a file of one tensor calls it ".". Values other
// than tensors and numpy arrays have no name here.
func (f *File) Names() []string { return slices.Sorted(maps.Keys(f.tensors)) }

// Shape returns the shape of the named tensor, and whether it exists.
func (f *File) Shape(name string) ([]int, bool) {
	switch t := f.tensors[name].(type) {
	case *tensor:
		return slices.Clone(t.shape), true
	case data.Array:
		return slices.Clone(t.Shape), true
	}
	return nil, false
}

// Array reads the named tensor in row-major order, whatever its strides. Half
// precision and bfloat16 become float32. The error for an unknown name lists
// known ones.
func (f *File) Array(name string) (data.Array, error) {
	switch t := f.tensors[name].(type) {
	case *tensor:
		return f.gather(name, t)
	case data.Array:
		return t, nil
	}
	return data.Array{}, f.bad("key "+name, "no such tensor", "one of "+list(f.Names()), nil)
}

// Close closes the file that Open opened.
func (f *File) Close() error {
	if f.file == nil {
		return nil
	}
	return f.file.Close()
}

func (f *File) bad(where, found, want string, err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return &data.FileError{Path: f.path, Where: where, Found: found, Want: want, Err: err}
}

// list joins names, but not hundreds of them.
func list(names []string) string {
	const most = 20
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
