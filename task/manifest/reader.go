package manifest

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"cggm/data"
)

// source is one open data file.
type source interface {
	// series returns the values of a column or array.
	series(key string) (*series, error)
	// has reports whether there is such a column or array.
	has(key string) bool
	// between returns the keys from first to last in the order of the file.
	between(first, last string) ([]string, error)
	close()
}

// reader reads the files of a manifest, each once. The name of a file or array
// with {split} stands for those of all splits, one after the other.
type reader struct {
	folder     string
	headerless bool
	splits     []string // what replaces {split}, in the order of train, val, test
	numbers    []int    // 0, 1 and 2 for each of splits
	sources    map[string]source
}

func newReader(m *Manifest, folder string) *reader {
	r := &reader{folder: folder, headerless: m.Headerless, sources: make(map[string]source)}
	names := m.Split.Files
	if names == (SplitFiles{}) {
		names = SplitFiles{Train: "train", Val: "val", Test: "test"}
	}
	for k, name := range []string{names.Train, names.Val, names.Test} {
		if name != "" {
			r.splits, r.numbers = append(r.splits, name), append(r.numbers, k)
		}
	}
	return r
}

func (r *reader) close() {
	for _, s := range r.sources {
		s.close()
	}
}

// paths returns the files that a name stands for.
func (r *reader) paths(name string) ([]string, error) {
	names := []string{name}
	if strings.Contains(name, placeholder) {
		names = nil
		for _, s := range r.splits {
			names = append(names, strings.ReplaceAll(name, placeholder, s))
		}
	}
	for i := range names {
		path, err := locate(r.folder, names[i])
		if err != nil {
			return nil, err
		}
		names[i] = path
	}
	return names, nil
}

func (r *reader) open(path string) (source, error) {
	if s, ok := r.sources[path]; ok {
		return s, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a file", path)
	}
	var s source
	if containers[extension(path)] != nil {
		s, err = openContainer(path)
	} else {
		s, err = openTable(path, r.headerless)
	}
	if err != nil {
		return nil, err
	}
	r.sources[path] = s
	return s, nil
}

// keys returns the key for each of the paths. A key with {split} in a single
// file stands for one key a split; the path is repeated as often.
func (r *reader) keys(paths []string, key string) (repeated, keys []string) {
	if !strings.Contains(key, placeholder) {
		return paths, slices.Repeat([]string{key}, len(paths))
	}
	for i, s := range r.splits {
		repeated = append(repeated, paths[min(i, len(paths)-1)])
		keys = append(keys, strings.ReplaceAll(key, placeholder, s))
	}
	return repeated, keys
}

// series reads one key of all files and splits that the names stand for. With
// ragged, the parts may differ in the number of steps.
func (r *reader) series(name, key string, ragged bool) (*series, []int, error) {
	paths, err := r.paths(name)
	if err != nil {
		return nil, nil, err
	}
	paths, keys := r.keys(paths, key)
	var parts []*series
	var sizes []int
	for i, path := range paths {
		s, err := r.open(path)
		if err != nil {
			return nil, nil, err
		}
		part, err := s.series(keys[i])
		if err != nil {
			return nil, nil, err
		}
		parts, sizes = append(parts, part), append(sizes, part.rows())
	}
	whole, err := concat(parts, ragged)
	return whole, sizes, err
}

// columns reads names and ranges "first:last" of a table.
func (r *reader) columns(name string, specs []string) (out []*series, sizes []int, err error) {
	paths, err := r.paths(name)
	if err != nil {
		return nil, nil, err
	}
	first, err := r.open(paths[0])
	if err != nil {
		return nil, nil, err
	}
	for _, spec := range specs {
		keys := []string{spec}
		if from, to, isRange := strings.Cut(spec, ":"); isRange && !first.has(spec) {
			if keys, err = first.between(strings.TrimSpace(from), strings.TrimSpace(to)); err != nil {
				return nil, nil, fmt.Errorf("%s: columns %q: %w", paths[0], spec, err)
			}
		}
		for _, key := range keys {
			var s *series
			if s, sizes, err = r.series(name, key, false); err != nil {
				return nil, nil, err
			}
			out = append(out, s)
		}
	}
	return out, sizes, nil
}

// concat puts series one after the other along the samples.
func concat(parts []*series, ragged bool) (*series, error) {
	if len(parts) == 1 {
		return parts[0], nil
	}
	out := &series{file: parts[0].file, name: parts[0].name}
	starts := make([]int, len(parts))
	rows, steps := 0, 0
	for i, p := range parts {
		starts[i] = rows
		rows += p.rows()
		if d := p.dims(); len(d) > 0 {
			steps = max(steps, d[0])
		}
	}
	dims := slices.Clone(parts[0].dims())
	for _, p := range parts {
		d := slices.Clone(p.dims())
		// One axis of numbers is the width of steps that are joined, not steps.
		if ragged && len(d) > 0 && len(dims) > 0 && (len(d) > 1 || p.isInteger()) {
			d[0], dims[0] = steps, steps
		}
		if !slices.Equal(d, dims) {
			return nil, fmt.Errorf("%s has samples of shape %v, %s of shape %v: the splits must agree",
				parts[0].origin(), parts[0].dims(), p.origin(), p.dims())
		}
	}
	values, err := appendAll(parts, steps)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", parts[0].origin(), err)
	}
	out.values = data.Array{Shape: append([]int{rows}, dims...), Values: values}
	out.place = func(i int) string {
		for k, start := range slices.Backward(starts) {
			if i >= start {
				return parts[k].place(i - start)
			}
		}
		return parts[0].place(i)
	}
	return out, nil
}

// appendAll joins the values of all parts. Different types of numbers become
// float32; numbers in some files and text in others, which an empty cell makes
// of a column, become text.
func appendAll(parts []*series, steps int) (any, error) {
	same, text := true, false
	for _, p := range parts {
		same = same && p.values.Type() == parts[0].values.Type()
		_, isText := p.text()
		text = text || isText
	}
	switch {
	case text:
		return joinValues[string](parts, steps, (*series).cells)
	case same && parts[0].values.Type() == "uint8":
		return joinValues[uint8](parts, steps, func(s *series) ([]uint8, error) { v, _ := s.values.Values.([]uint8); return v, nil })
	case same && parts[0].isInteger():
		return joinValues[int64](parts, steps, func(s *series) ([]int64, error) {
			v, err := s.values.Ints()
			out := make([]int64, len(v))
			for i := range v {
				out[i] = int64(v[i])
			}
			return out, err
		})
	}
	return joinValues[float32](parts, steps, func(s *series) ([]float32, error) { return s.values.Float32() })
}

// joinValues appends the samples of all parts, each padded to steps.
func joinValues[T any](parts []*series, steps int, values func(*series) ([]T, error)) ([]T, error) {
	var out []T
	for _, p := range parts {
		v, err := values(p)
		if err != nil {
			return nil, err
		}
		size := p.size()
		padded := size
		if d := p.dims(); len(d) > 0 && d[0] > 0 {
			padded = size / d[0] * steps
		}
		if p.rows() > 0 && padded > maxValues/p.rows() {
			return nil, fmt.Errorf("%d samples of %d values: want at most %d in all", p.rows(), padded, maxValues)
		}
		for i := range p.rows() {
			out = append(out, v[i*size:(i+1)*size]...)
			out = append(out, make([]T, padded-size)...)
		}
	}
	return out, nil
}
