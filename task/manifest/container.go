package manifest

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"cggm/config"
	"cggm/data"
	"cggm/data/hdf5"
	"cggm/data/matlab"
	"cggm/data/nifti"
	"cggm/data/npz"
	"cggm/data/safetensors"
	"cggm/data/torch"
)

// arrayFile is a file of arrays by name.
type arrayFile interface {
	Names() []string
	Array(name string) (data.Array, error)
	Close() error
}

// containers open the files of arrays by extension.
var containers = map[string]func(path string) (arrayFile, error){
	".npz":         func(path string) (arrayFile, error) { return npz.Open(path) },
	".npy":         func(path string) (arrayFile, error) { return openLone(path, npz.Read) },
	".h5":          func(path string) (arrayFile, error) { return hdf5.Open(path) },
	".hdf5":        func(path string) (arrayFile, error) { return hdf5.Open(path) },
	".mat":         openMatlab,
	".nii":         func(path string) (arrayFile, error) { return openLone(path, nifti.Stack) },
	".nii.gz":      func(path string) (arrayFile, error) { return openLone(path, nifti.Stack) },
	".safetensors": openTensors,
	".pkl":         openPickle,
	".pickle":      openPickle,
	".pt":          openTorch,
	".pth":         openTorch,
}

// extension returns the end of a name that says how to read the file.
func extension(name string) string {
	name = strings.ToLower(name)
	if strings.HasSuffix(name, ".nii.gz") {
		return ".nii.gz"
	}
	return filepath.Ext(name)
}

// lone is a file of one array without a name, called ".".
type lone struct {
	path  string
	array data.Array
}

func openLone(path string, read func(string) (data.Array, error)) (arrayFile, error) {
	a, err := read(path)
	if err != nil {
		return nil, err
	}
	return lone{path, a}, nil
}

func (l lone) Names() []string { return []string{"."} }

func (l lone) Close() error { return nil }

func (l lone) Array(name string) (data.Array, error) {
	if name != "." {
		return data.Array{}, fmt.Errorf("%s: array %q: a %s file holds one array without a name: write \".\"", l.path, name, extension(l.path))
	}
	return l.array, nil
}

// vectors is a MATLAB file whose vectors, rows or columns, have one axis.
type vectors struct{ *matlab.File }

func openMatlab(path string) (arrayFile, error) {
	f, err := matlab.Open(path)
	if err != nil {
		return nil, err
	}
	return vectors{f}, nil
}

func (v vectors) Array(name string) (data.Array, error) {
	a, err := v.File.Array(name)
	if err == nil && len(a.Shape) == 2 && min(a.Shape[0], a.Shape[1]) == 1 {
		a.Shape = []int{max(a.Shape[0], a.Shape[1])}
	}
	return a, err
}

// tensors is a safetensors file.
type tensors struct{ *safetensors.File }

func openTensors(path string) (arrayFile, error) {
	f, err := safetensors.Open(path)
	if err != nil {
		return nil, err
	}
	return tensors{f}, nil
}

func (t tensors) Array(name string) (data.Array, error) { return t.Tensor(name) }

func openTorch(path string) (arrayFile, error) {
	f, err := torch.Open(path)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// container is an open file of arrays whose first axis counts samples.
type container struct {
	path   string
	file   arrayFile
	arrays map[string]*series
}

func openContainer(path string) (*container, error) {
	file, err := containers[extension(path)](path)
	if err != nil {
		return nil, err
	}
	return &container{path: path, file: file, arrays: make(map[string]*series)}, nil
}

func (c *container) close() {
	_ = c.file.Close() // nothing was written
}

// series returns an array whose first axis counts samples.
func (c *container) series(key string) (*series, error) {
	if s, ok := c.arrays[key]; ok {
		return s, nil
	}
	a, err := c.file.Array(key)
	if err != nil {
		return nil, fmt.Errorf("%w%s", err, config.Suggest(key, c.file.Names()))
	}
	if len(a.Shape) == 0 {
		return nil, fmt.Errorf("%s: array %q is a single number: want one value for every sample", c.path, key)
	}
	s := &series{
		file: c.path, name: fmt.Sprintf("array %q", key), values: a,
		place: func(i int) string { return fmt.Sprintf("%s, sample %d", c.path, i) },
	}
	c.arrays[key] = s
	return s, nil
}

func (c *container) has(key string) bool { return slices.Contains(c.file.Names(), key) }

// between has no meaning for arrays.
func (c *container) between(_, _ string) ([]string, error) {
	return nil, fmt.Errorf("%s: ranges of columns need a table (.csv or .jsonl): name arrays one by one", c.path)
}
