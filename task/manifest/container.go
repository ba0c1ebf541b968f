package manifest

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"cggm/data"
	"cggm/data/npz"
)

// container is an open .npz or .npy file.
type container struct {
	path    string
	archive *npz.Archive // nil for a .npy file
	single  data.Array
	arrays  map[string]*series
}

func openContainer(path string) (*container, error) {
	c := &container{path: path, arrays: make(map[string]*series)}
	var err error
	if strings.EqualFold(filepath.Ext(path), ".npz") {
		c.archive, err = npz.Open(path)
	} else {
		c.single, err = npz.Read(path)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (c *container) close() {
	if c.archive != nil {
		_ = c.archive.Close() // nothing was written
	}
}

// series returns an array whose first axis counts samples.
func (c *container) series(key string) (*series, error) {
	if s, ok := c.arrays[key]; ok {
		return s, nil
	}
	a, err := c.single, error(nil)
	if c.archive != nil {
		a, err = c.archive.Array(key)
	} else if key != "." {
		err = fmt.Errorf("%s: array %q: a .npy file holds one array without a name: write \".\"", c.path, key)
	}
	if err != nil {
		return nil, err
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

func (c *container) has(key string) bool {
	if c.archive == nil {
		return key == "."
	}
	return slices.Contains(c.archive.Names(), key)
}

// between has no meaning for arrays.
func (c *container) between(_, _ string) ([]string, error) {
	return nil, fmt.Errorf("%s: ranges of columns need a table (.csv or .jsonl): name arrays one by one", c.path)
}
