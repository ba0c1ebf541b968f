package hdf5

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"cggm/data"
)

// File is an open file. Datasets are read when asked for.
type File struct {
	path   string
	blocks blocks
	names  []string
	sets   map[string]*dataset
	groups map[string]header
	// objects names the datasets by address.
	objects map[uint64]string
	// lost tells why other names are no datasets.
	lost map[string]string
	file *os.File
}

// Open opens the file at path. Close it after use.
func Open(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("hdf5: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("hdf5: %w", err)
	}
	f, err := New(file, info.Size(), path)
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	f.file = file
	return f, nil
}

// New finds the datasets in a file of size bytes; name stands for the file in
// errors. A group that cannot be read is an error, so that nothing is missing
// unnoticed.
func New(r io.ReaderAt, size int64, name string) (*File, error) {
	f := &File{
		path: name, blocks: blocks{r: r, size: size}, sets: make(map[string]*dataset), groups: make(map[string]header),
		objects: make(map[uint64]string), lost: make(map[string]string),
	}
	b := f.blocks.fresh()
	root, err := b.superblock()
	if err != nil {
		return nil, f.located(err, "")
	}
	f.blocks = *b
	w := &walker{blocks: b, file: f, groups: map[uint64]string{root: ""}}
	h, err := b.object(root)
	if err == nil && len(h) == 0 {
		err = &data.FileError{Where: place(root), Found: "an empty object header", Want: "the root group"}
	}
	if err == nil {
		f.groups[""] = h
		err = w.group("", h, 0)
	}
	if err != nil {
		return nil, f.located(err, "")
	}
	w.resolve()
	slices.Sort(f.names)
	return f, nil
}

// add notes a name of a dataset; of two alike the first counts.
func (f *File) add(name string, d *dataset) {
	if f.sets[name] == nil {
		f.sets[name] = d
		f.names = append(f.names, name)
	}
}

// located completes an error: the file, and the dataset if there is one.
func (f *File) located(err error, name string) error {
	var fe *data.FileError
	if !errors.As(err, &fe) {
		return fmt.Errorf("hdf5: %s: %w", f.path, err)
	}
	fe.Path = f.path
	switch {
	case name == "":
	case fe.Where == "":
		fe.Where = "dataset " + name
	default:
		fe.Where = "dataset " + name + ", " + fe.Where
	}
	return fe
}

// Names returns the names of all datasets, sorted: "x", or "group/x".
func (f *File) Names() []string { return slices.Clone(f.names) }

// Expect returns an error that lists those of the given datasets that the file
// lacks, nil if it has them all.
func (f *File) Expect(names ...string) error {
	var missing []string
	for _, name := range names {
		if f.sets[name] == nil {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return &data.FileError{Path: f.path, Where: "the root group", Found: "no dataset " + list(missing), Want: "them among " + list(f.names)}
}

// Shape returns the sizes of the axes of the named dataset, and whether it
// exists and can be read.
func (f *File) Shape(name string) ([]int, bool) {
	d, err := f.dataset(name)
	if err != nil {
		return nil, false
	}
	return slices.Clone(d.shape), true
}

// Array reads the named dataset. The error for an unknown name lists known
// ones.
func (f *File) Array(name string) (data.Array, error) {
	d, err := f.dataset(name)
	if err != nil {
		return data.Array{}, err
	}
	a, err := d.read(f.blocks.fresh(), 0, d.rows())
	if err != nil {
		return data.Array{}, f.located(err, name)
	}
	return a, nil
}

// dataset returns a dataset whose description has been read.
func (f *File) dataset(name string) (*dataset, error) {
	d := f.sets[name]
	if d == nil {
		found := "no such dataset"
		if why := f.lost[name]; why != "" {
			found = why
		} else if _, ok := f.groups[name]; ok {
			found = "a group"
		}
		return nil, &data.FileError{Path: f.path, Where: "dataset " + name, Found: found, Want: "one of " + list(f.names)}
	}
	d, err := d.described(f.blocks.fresh())
	if err != nil {
		return nil, f.located(err, name)
	}
	return d, nil
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
