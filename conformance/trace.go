package conformance

import (
	"fmt"
	"maps"
	"slices"

	"cggm/data"
	"cggm/data/safetensors"
	"cggm/sample"
)

// trace is a recorded training.
type trace struct {
	*Config
	file  *safetensors.File
	names []string
}

func openTrace(path string) (*trace, error) {
	f, err := safetensors.Open(path)
	if err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	text, ok := f.Metadata()["config"]
	if !ok {
		_ = f.Close()
		return nil, fmt.Errorf("conformance: %s: no metadata key %q: it is not a recorded training", path, "config")
	}
	c, err := ParseConfig(text)
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%w (in %s)", err, path)
	}
	return &trace{Config: c, file: f, names: f.Names()}, nil
}

func (t *trace) array(name string) (data.Array, error) {
	a, err := t.file.Tensor(name)
	if err != nil {
		return a, fmt.Errorf("conformance: %w", err)
	}
	return a, nil
}

func (t *trace) floats(name string) ([]float32, error) {
	a, err := t.array(name)
	if err != nil {
		return nil, err
	}
	return a.Float32()
}

// batch returns the recorded inputs and labels of a step.
func (t *trace) batch(step int) (*sample.Set, error) {
	inputs := make([]sample.Column, len(t.Widths))
	for i := range inputs {
		a, err := t.array(fmt.Sprintf("step%d/x%d", step, i))
		if err != nil {
			return nil, err
		}
		if len(a.Shape) != 3 || a.Shape[1] != t.Lengths[i] || a.Shape[2] != t.Widths[i] {
			return nil, fmt.Errorf("conformance: step %d: x%d has shape %v, the config says [%d %d %d]",
				step, i, a.Shape, t.Batch, t.Lengths[i], t.Widths[i])
		}
		inputs[i].Layout = sample.Layout{Name: fmt.Sprintf("x%d", i), Dims: a.Shape[1:]}
		if inputs[i].Floats, err = a.Float32(); err != nil {
			return nil, err
		}
	}
	y, err := t.array(fmt.Sprintf("step%d/y", step))
	if err != nil {
		return nil, err
	}
	label := sample.Column{Layout: sample.Layout{Name: "y"}}
	if t.Loss == "cross_entropy" {
		label.Kind = sample.Int
		classes, err := y.Ints()
		if err != nil {
			return nil, err
		}
		for _, k := range classes {
			if k < 0 || k >= t.Outputs {
				return nil, fmt.Errorf("conformance: step %d: label %d outside [0,%d)", step, k, t.Outputs)
			}
			label.Ints = append(label.Ints, int32(k))
		}
	} else {
		label.Dims = []int{t.Outputs}
		if label.Floats, err = y.Float32(); err != nil {
			return nil, err
		}
	}
	return sample.NewSet(inputs, label, nil)
}

func (t *trace) has(name string) bool { return slices.Contains(t.names, name) }

func sortedNames(m map[string][]float32) []string { return slices.Sorted(maps.Keys(m)) }
