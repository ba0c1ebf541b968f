// Package pretrained gives networks the weights that others have published.
// It finds arrays by the names that PyTorch models save them under and brings
// them to the layouts of this module.
package pretrained

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"cggm/data"
	"cggm/data/safetensors"
	"cggm/data/torch"
)

// Source holds named arrays, such as an open safetensors file.
type Source interface {
	// Shape returns the shape of the named array, and whether it exists.
	Shape(name string) ([]int, bool)
	// Tensor reads the named array.
	Tensor(name string) (data.Array, error)
}

var _ Source = (*safetensors.File)(nil)

// saved is a file of torch.save.
type saved struct{ *torch.File }

// Tensor implements Source.
func (s saved) Tensor(name string) (data.Array, error) { return s.Array(name) }

// Weights reads float32 arrays from a source. Names are looked up with each
// of the prefixes: published files of one network differ in whether they wrap
// it in another.
type Weights struct {
	source   Source
	name     string
	prefixes []string
}

// New returns the weights in source, which name stands for in errors. Without
// prefixes names are looked up as they are.
func New(source Source, name string, prefixes ...string) *Weights {
	if len(prefixes) == 0 {
		prefixes = []string{""}
	}
	return &Weights{source, name, prefixes}
}

// Open opens the file at path: what torch.save wrote when the name ends in
// .pt, .pth or .bin, safetensors otherwise. Of a checkpoint, the weights under
// "state_dict" or "model" count too. The file stays open for as long as the
// weights are in use.
func Open(path string, prefixes ...string) (*Weights, error) {
	if slices.Contains([]string{".pt", ".pth", ".bin"}, strings.ToLower(filepath.Ext(path))) {
		f, err := torch.Open(path)
		if err != nil {
			return nil, fmt.Errorf("pretrained: %w", err)
		}
		w := New(saved{f}, path, prefixes...)
		for _, wrap := range []string{"state_dict.", "model."} {
			for _, p := range w.prefixes[:max(1, len(prefixes))] {
				w.prefixes = append(w.prefixes, wrap+p)
			}
		}
		return w, nil
	}
	f, err := safetensors.Open(path)
	if err != nil {
		return nil, fmt.Errorf("pretrained: %w", err)
	}
	return New(f, path, prefixes...), nil
}

// find returns the full name of an array.
func (w *Weights) find(name string) (string, []int, bool) {
	for _, p := range w.prefixes {
		if shape, ok := w.source.Shape(p + name); ok {
			return p + name, shape, true
		}
	}
	return "", nil, false
}

// Has reports whether the source has the named array.
func (w *Weights) Has(name string) bool {
	_, _, ok := w.find(name)
	return ok
}

// Shape returns the shape of the named array, and whether it exists.
func (w *Weights) Shape(name string) ([]int, bool) {
	_, shape, ok := w.find(name)
	return shape, ok
}

// Read returns the named array, which must have the given shape, as float32.
func (w *Weights) Read(name string, dims ...int) ([]float32, error) {
	full, shape, ok := w.find(name)
	if !ok {
		return nil, fmt.Errorf("pretrained: %s: no array %q (prefixes tried: %q): these are weights of another network", w.name, name, w.prefixes)
	}
	if !slices.Equal(shape, dims) {
		return nil, fmt.Errorf("pretrained: %s: array %q has shape %v, want %v: the configuration describes another size of the network",
			w.name, full, shape, dims)
	}
	a, err := w.source.Tensor(full)
	if err != nil {
		return nil, fmt.Errorf("pretrained: %w", err)
	}
	values, err := a.Float32()
	if err != nil {
		return nil, fmt.Errorf("pretrained: %s: array %q: %w", w.name, full, err)
	}
	return values, nil
}
