package npz

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"cggm/data"
	"cggm/data/internal/inflate"
)

// Archive is an open .npz file. Arrays are read when asked for.
type Archive struct {
	path    string
	size    int64
	entries map[string]*zip.File
	names   []string
	file    *os.File
}

// Open opens the .npz file at path. Close it after use.
func Open(path string) (*Archive, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("npz: %w", err)
	}
	a, err := New(f, info.Size(), path)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	a.file = f
	return a, nil
}

// New opens an archive of size bytes; name stands for the file in errors.
func New(r io.ReaderAt, size int64, name string) (*Archive, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, &data.FileError{Path: name, Found: "no zip directory", Want: "an npz archive, complete to its last byte", Err: err}
	}
	a := &Archive{path: name, size: size, entries: make(map[string]*zip.File)}
	for _, e := range z.File {
		key, ok := strings.CutSuffix(e.Name, ".npy")
		if !ok {
			continue
		}
		if a.entries[key] != nil {
			return nil, &data.FileError{Path: name, Where: "key " + key, Found: "two arrays of that name", Want: "one"}
		}
		a.entries[key] = e
		a.names = append(a.names, key)
	}
	return a, nil
}

// Names returns the names of the arrays in the order of the file.
func (a *Archive) Names() []string { return slices.Clone(a.names) }

// Array reads the named array. The error for an unknown name lists the known
// ones.
func (a *Archive) Array(name string) (data.Array, error) {
	e := a.entries[name]
	if e == nil {
		return data.Array{}, &data.FileError{
			Path: a.path, Where: "key " + name, Found: "no such array", Want: "one of " + strings.Join(a.names, ", "),
		}
	}
	compressed := min(int64(min(e.CompressedSize64, 1<<62)), a.size)
	claim := int64(min(e.UncompressedSize64, 1<<62))
	limit := inflate.Limit(compressed)
	if e.Method == zip.Store {
		limit = compressed
	}
	if claim > limit {
		return data.Array{}, &data.FileError{
			Path: a.path, Where: "key " + name, Found: fmt.Sprintf("%d bytes in %d compressed ones", claim, compressed),
			Want: fmt.Sprintf("at most %d", limit), Err: inflate.ErrTooLarge,
		}
	}
	r, err := e.Open()
	if err != nil {
		return data.Array{}, &data.FileError{Path: a.path, Where: "key " + name, Found: "an unreadable entry", Want: "a stored or deflated one", Err: err}
	}
	defer r.Close() //nolint:errcheck // nothing was written
	out, err := decode(r, claim, inflate.Likely(compressed, claim), a.path+"["+name+"]")
	if err != nil {
		return data.Array{}, err
	}
	// The checksum of the entry is compared at its end.
	if n, err := io.CopyN(io.Discard, r, claim); err != nil && !errors.Is(err, io.EOF) {
		return data.Array{}, &data.FileError{Path: a.path, Where: "key " + name, Found: "damaged bytes", Want: "those that were written", Err: err}
	} else if n > 0 {
		return data.Array{}, &data.FileError{
			Path: a.path, Where: "key " + name, Found: fmt.Sprintf("%d bytes after the array", n), Want: "none",
		}
	}
	return out, nil
}

// Close closes the file that Open opened.
func (a *Archive) Close() error {
	if a.file == nil {
		return nil
	}
	return a.file.Close()
}
