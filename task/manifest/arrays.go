package manifest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"cggm/config"
	"cggm/data"
)

// arrays reads the file that every sample names: one array each. Sequences may
// differ in their length.
func (m Modality) arrays(ctx context.Context, s *series, base string) (*draft, error) {
	files, err := filesOf(s, base, m.Folder)
	if err != nil {
		return nil, err
	}
	samples := make([]data.Array, len(files))
	err = each(ctx, len(files), func(i int) error {
		if files[i] == "" {
			return nil
		}
		var err error
		if samples[i], err = m.lone(files[i]); err != nil {
			return &rowError{s.at(i), err}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	dims, lengths, err := m.common(s, files, samples)
	if err != nil {
		return nil, err
	}
	whole := &series{file: s.file, name: s.name, place: s.place}
	if whole.values, err = m.stack(s, samples, dims); err != nil {
		return nil, err
	}
	d, err := m.array(whole, lengths)
	if err != nil {
		return nil, err
	}
	if d.present == nil {
		d.present = presence(files)
	}
	return d, nil
}

// lone reads the array of a file.
func (m Modality) lone(path string) (data.Array, error) {
	open := containers[extension(path)]
	if open == nil {
		return data.Array{}, fmt.Errorf("file %q: want a file of arrays such as .npy, .npz, .pt, .h5 or .mat", path)
	}
	f, err := open(path)
	if err != nil {
		return data.Array{}, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	name := m.Array
	if name == "" {
		names := f.Names()
		if len(names) != 1 {
			return data.Array{}, fmt.Errorf("%s holds %d arrays (%s): say which with array", path, len(names), list(names))
		}
		name = names[0]
	}
	a, err := f.Array(name)
	if err != nil {
		return data.Array{}, fmt.Errorf("%w%s", err, config.Suggest(name, f.Names()))
	}
	if a.Type() == "string" {
		return data.Array{}, fmt.Errorf("%s: array %q holds text: want numbers", path, name)
	}
	return a, nil
}

// common returns the shape that holds every sample, and their lengths where
// these differ.
func (m Modality) common(s *series, files []string, samples []data.Array) (dims []int, lengths *series, err error) {
	first := slices.IndexFunc(files, func(f string) bool { return f != "" })
	if first < 0 {
		return nil, nil, fmt.Errorf("%s: no sample names a file", s.origin())
	}
	dims = slices.Clone(samples[first].Shape)
	sequences := m.Shape == nil && (len(dims) == 2 || len(dims) == 1 && m.Vocabulary > 0)
	differ := false
	steps := make([]int64, len(files))
	for i, a := range samples {
		if files[i] == "" {
			continue
		}
		shape := slices.Clone(a.Shape)
		if sequences && len(shape) == len(dims) {
			steps[i] = int64(shape[0])
			differ = differ || shape[0] != dims[0]
			dims[0] = max(dims[0], shape[0])
			shape[0] = dims[0]
		}
		if !slices.Equal(shape, dims) {
			return nil, nil, &rowError{s.at(i), fmt.Errorf("%s: shape %v, but %v in %s: only the steps of sequences may differ",
				files[i], a.Shape, samples[first].Shape, files[first])}
		}
	}
	if !differ {
		return dims, nil, nil
	}
	return dims, &series{file: s.file, name: s.name, place: s.place, values: data.Array{Shape: []int{len(files)}, Values: steps}}, nil
}

// stack puts samples, padded, one after the other: integers for token ids,
// bytes where all are bytes of one shape, float32 otherwise. A sample without
// a file is NaN or 0.
func (m Modality) stack(s *series, samples []data.Array, dims []int) (data.Array, error) {
	size := product(dims)
	if size == 0 || len(samples) > maxValues/size {
		return data.Array{}, fmt.Errorf("%s: %d samples of shape %v: want at least one and at most %d numbers in all", s.origin(), len(samples), dims, maxValues)
	}
	a := data.Array{Shape: append([]int{len(samples)}, dims...)}
	bytes := m.Vocabulary == 0
	for _, x := range samples {
		bytes = bytes && (x.Values == nil || x.Type() == "uint8" && slices.Equal(x.Shape, dims))
	}
	fail := func(i int, err error) error { return &rowError{s.at(i), err} }
	switch {
	case bytes:
		out := make([]uint8, len(samples)*size)
		for i, x := range samples {
			v, _ := x.Values.([]uint8)
			copy(out[i*size:], v)
		}
		a.Values = out
	case m.Vocabulary > 0:
		out := make([]int64, len(samples)*size)
		for i, x := range samples {
			if x.Values == nil {
				continue
			}
			if strings.HasPrefix(x.Type(), "float") {
				return a, fail(i, fmt.Errorf("%s with a vocabulary: token ids are integers", x.Type()))
			}
			v, err := x.Ints()
			if err != nil {
				return a, fail(i, err)
			}
			for k, id := range v {
				out[i*size+k] = int64(id)
			}
		}
		a.Values = out
	default:
		out := make([]float32, len(samples)*size)
		for i, x := range samples {
			if x.Values == nil {
				for k := range size {
					out[i*size+k] = float32(math.NaN())
				}
				continue
			}
			v, err := x.Float32()
			if err != nil {
				return a, fail(i, err)
			}
			copy(out[i*size:], v)
		}
		a.Values = out
	}
	return a, nil
}
