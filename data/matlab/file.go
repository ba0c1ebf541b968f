package matlab

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"cggm/data"
	"cggm/data/hdf5"
)

// File is an open file. Arrays are read when asked for, those inside of
// structs and cells of version 5 when the file is opened.
type File struct {
	path   string
	names  []string
	leaves map[string]func() (data.Array, error)
	file   *os.File
}

// Open opens the file at path. Close it after use.
func Open(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("matlab: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("matlab: %w", err)
	}
	f, err := New(file, info.Size(), path)
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	f.file = file
	return f, nil
}

// headerSize is that of the header of version 5.
const headerSize = 128

// New lists the arrays of a file of size bytes; name stands for the file in
// errors.
func New(r io.ReaderAt, size int64, name string) (*File, error) {
	f := &File{path: name, leaves: make(map[string]func() (data.Array, error))}
	head := make([]byte, min(size, headerSize))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, f.bad("offset 0", "unreadable bytes", "a header", err)
	}
	if strings.HasPrefix(string(head), "\x89HDF") || strings.HasPrefix(string(head), "MATLAB 7.3") {
		h, err := hdf5.New(r, size, name)
		if err != nil {
			return nil, err
		}
		return f, f.list73(h)
	}
	if len(head) < headerSize {
		return nil, f.bad("offset 0", fmt.Sprintf("%d bytes", len(head)), "a header of 128", io.ErrUnexpectedEOF)
	}
	return f, f.list5(r, size, head)
}

// add lists an array.
func (f *File) add(name string, read func() (data.Array, error)) error {
	if f.leaves[name] != nil {
		return f.bad("variable "+name, "two of that name", "one", nil)
	}
	f.names = append(f.names, name)
	f.leaves[name] = read
	return nil
}

// Names returns the names of the arrays in the order of the file.
func (f *File) Names() []string { return slices.Clone(f.names) }

// Array reads the named array, in row-major order with the axes of MATLAB: at
// least two, where text has one for each row of characters. Numbers have the
// type of their class, also where they are stored in fewer bytes. The error
// for an unknown name lists known ones.
func (f *File) Array(name string) (data.Array, error) {
	read := f.leaves[name]
	if read == nil {
		return data.Array{}, f.bad("variable "+name, "no such variable", "one of "+list(f.names), nil)
	}
	return read()
}

// Close closes the file that Open opened.
func (f *File) Close() error {
	if f.file == nil {
		return nil
	}
	return f.file.Close()
}

func (f *File) bad(where, found, want string, err error) error {
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
