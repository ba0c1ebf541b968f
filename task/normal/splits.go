package normal

import (
	"fmt"

	"cggm/sample"
)

// Splits standardises the float inputs of all sets with scalers fitted on
// train. It returns train and the others in order, and one scaler per input,
// nil for inputs that hold integers or bytes. only lists the inputs to
// standardise; nil means every float input.
func Splits(only []int, train *sample.Set, others ...*sample.Set) ([]*sample.Set, []*Scaler, error) {
	layouts := train.Inputs()
	chosen := make([]bool, len(layouts))
	for i, l := range layouts {
		chosen[i] = only == nil && l.Kind == sample.Float && len(l.Dims) > 0
	}
	for _, i := range only {
		if i < 0 || i >= len(layouts) {
			return nil, nil, fmt.Errorf("normal: input %d outside [0,%d)", i, len(layouts))
		}
		chosen[i] = true
	}
	scalers := make([]*Scaler, len(layouts))
	inputs, _, present := train.Columns()
	for i := range inputs {
		if !chosen[i] {
			continue
		}
		var err error
		if scalers[i], err = Fit(&inputs[i], flags(present, len(inputs), i)); err != nil {
			return nil, nil, err
		}
	}
	out := make([]*sample.Set, 0, 1+len(others))
	for _, set := range append([]*sample.Set{train}, others...) {
		scaled, err := apply(scalers, set)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, scaled)
	}
	return out, scalers, nil
}

func apply(scalers []*Scaler, set *sample.Set) (*sample.Set, error) {
	inputs, label, present := set.Columns()
	if len(inputs) != len(scalers) {
		return nil, fmt.Errorf("normal: a split has %d inputs, the training split %d", len(inputs), len(scalers))
	}
	for i, s := range scalers {
		if s == nil {
			continue
		}
		var err error
		if inputs[i], err = s.Apply(&inputs[i], flags(present, len(inputs), i)); err != nil {
			return nil, err
		}
	}
	return sample.NewSet(inputs, label, present)
}

// flags reads the presence of one modality from [samples, modalities].
func flags(present []float32, modalities, i int) func(row int) bool {
	if present == nil {
		return nil
	}
	return func(row int) bool { return present[row*modalities+i] != 0 }
}
