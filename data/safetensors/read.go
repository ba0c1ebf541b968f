// Package safetensors reads and writes named arrays in the safetensors format
// of Hugging Face: an 8-byte length, a JSON header, and the values.
//
// Format: https://huggingface.co/docs/safetensors
package safetensors

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"cggm/data"
	"cggm/data/internal/raw"
)

// File is an open file. Tensors are read when asked for.
type File struct {
	path     string
	r        io.ReaderAt
	start    int64
	entries  map[string]*entry
	names    []string
	metadata map[string]string
	file     *os.File
}

// Open opens the file at path. Close it after use.
func Open(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	f, err := New(file, info.Size(), path)
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	f.file = file
	return f, nil
}

// New reads the header of a file of size bytes and checks that it accounts for
// every byte; name stands for the file in errors.
func New(r io.ReaderAt, size int64, name string) (*File, error) {
	f := &File{path: name, r: r}
	if err := f.readHeader(size); err != nil {
		return nil, err
	}
	slices.Sort(f.names)
	return f, nil
}

// Names returns the names of the tensors, sorted.
func (f *File) Names() []string { return slices.Clone(f.names) }

// Metadata returns a copy of the free-form entries of the header.
func (f *File) Metadata() map[string]string { return maps.Clone(f.metadata) }

// Shape returns the shape of the named tensor, and whether it exists.
func (f *File) Shape(name string) ([]int, bool) {
	e := f.entries[name]
	if e == nil {
		return nil, false
	}
	return slices.Clone(e.Shape), true
}

// Tensor reads the named tensor. F16 and BF16 become float32. The error for an
// unknown name lists known ones.
func (f *File) Tensor(name string) (data.Array, error) {
	e := f.entries[name]
	if e == nil {
		return data.Array{}, f.bad("key "+name, "no such tensor", "one of "+list(f.names), nil)
	}
	kind, ok := kinds[e.DType]
	if !ok {
		known := slices.Sorted(maps.Keys(kinds))
		return data.Array{}, f.bad("key "+name, "dtype "+e.DType, "one of "+strings.Join(known, ", "), nil)
	}
	length := e.Offsets[1] - e.Offsets[0]
	section := io.NewSectionReader(f.r, f.start+e.Offsets[0], length)
	values, err := raw.Read(bufio.NewReader(section), kind, binary.LittleEndian, int(length)/kind.Size(), length)
	if err != nil {
		return data.Array{}, f.bad("key "+name, "unreadable values", fmt.Sprintf("%d bytes", length), err)
	}
	return data.Array{Shape: slices.Clone(e.Shape), Values: values}, nil
}

// list joins names, but not hundreds of them.
func list(names []string) string {
	const most = 20
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// Close closes the file that Open opened.
func (f *File) Close() error {
	if f.file == nil {
		return nil
	}
	return f.file.Close()
}
