package manifest

import (
	"fmt"
	"slices"

	"cggm/sample"
	"cggm/task"
	"cggm/task/internal/split"
	"cggm/task/normal"
)

// assemble makes the three sets.
func (m *Manifest) assemble(label *target, drafts []*draft, cut split.Sets, groups []string) (*task.Data, *task.Groups, error) {
	info := task.Info{Task: m.Task, Outputs: label.outputs, Classes: label.classes}
	inputs := make([]sample.Column, len(drafts))
	scaled := []int{}
	for i, d := range drafts {
		inputs[i] = d.column
		info.Vocabulary = append(info.Vocabulary, d.vocabulary)
		if d.column.Kind == sample.Float && !m.Modalities[i].Raw {
			scaled = append(scaled, i)
		}
	}
	present, err := presentOf(drafts, label)
	if err != nil {
		return nil, nil, err
	}
	all, err := sample.NewSet(inputs, label.column, present)
	if err != nil {
		return nil, nil, err
	}
	sets, scalers, err := normal.Splits(scaled, all.Subset(cut.Train), all.Subset(cut.Val), all.Subset(cut.Test))
	if err != nil {
		return nil, nil, err
	}
	for _, s := range scalers {
		if s != nil && len(s.Constant) > 0 {
			info.Warnings = append(info.Warnings, fmt.Sprintf("%s: %d of %d features are constant in the training split", s.Name, len(s.Constant), len(s.Mean)))
		}
	}
	info.Warnings = append(info.Warnings, label.warnings(cut)...)
	for k := range sets {
		if sets[k], err = reshape(sets[k], drafts); err != nil {
			return nil, nil, err
		}
	}
	var by *task.Groups
	if groups != nil {
		by = &task.Groups{choose(groups, cut.Train), choose(groups, cut.Val), choose(groups, cut.Test)}
	}
	return task.FromSets(info, sets[0], sets[1], sets[2]), by, nil
}

// presentOf returns [samples, modalities], nil when nothing is missing.
func presentOf(drafts []*draft, label *target) ([]float32, error) {
	rows, n := label.column.Len(), len(drafts)
	if !slices.ContainsFunc(drafts, func(d *draft) bool { return d.present != nil }) {
		return nil, nil
	}
	out := slices.Repeat([]float32{1}, rows*n)
	for row := range rows {
		missing := 0
		for i, d := range drafts {
			if d.present != nil && !d.present[row] {
				out[row*n+i] = 0
				missing++
			}
		}
		if missing == n {
			return nil, fmt.Errorf("%s: the sample has no modality: remove it", label.place(row))
		}
	}
	return out, nil
}

// reshape gives the inputs their final shapes.
func reshape(s *sample.Set, drafts []*draft) (*sample.Set, error) {
	inputs, label, present := s.Columns()
	for i, d := range drafts {
		if d.final != nil {
			inputs[i].Dims = d.final
		}
	}
	return sample.NewSet(inputs, label, present)
}

func choose(values []string, rows []int) []string {
	out := make([]string, len(rows))
	for i, row := range rows {
		out[i] = values[row]
	}
	return out
}

// warnings tells which classes no training sample has.
func (t *target) warnings(cut split.Sets) []string {
	if t.strata == nil {
		return nil
	}
	seen := make([]bool, t.outputs)
	for _, row := range cut.Train {
		seen[t.strata[row]] = true
	}
	var missing []string
	for k, ok := range seen {
		if !ok {
			missing = append(missing, t.classes[k])
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d classes have no training sample: %s", len(missing), list(missing))}
}
