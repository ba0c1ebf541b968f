package manifest

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"cggm/config"
	"cggm/objective"
	"cggm/sample"
)

// maxClasses bounds the outputs of a model.
const maxClasses = 100_000

// target is the label of all samples.
type target struct {
	column  sample.Column
	outputs int
	classes []string
	// strata are the classes by which a split is stratified; nil: none.
	strata []int32
	// place tells where a sample is.
	place func(i int) string
}

// target builds the label from its series: one for From and Image, several
// for Columns.
func (m *Manifest) target(given []*series) (*target, error) {
	t, err := m.targetOf(given)
	if t != nil {
		t.place = given[0].place
	}
	return t, err
}

func (m *Manifest) targetOf(given []*series) (*target, error) {
	switch m.Task {
	case objective.Classification:
		return classTarget(given[0], m.Label.Classes)
	case objective.MultiLabel:
		if tags, ok := given[0].text(); ok && m.Label.From != "" {
			return tagTarget(given[0], tags, m.Label)
		}
		return m.numericTarget(given)
	case objective.Regression:
		return m.numericTarget(given)
	default:
		return mapTarget(given[0], m.Label.Classes)
	}
}

// classTarget numbers the classes.
func classTarget(s *series, classes []string) (*target, error) {
	names, err := s.names()
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		if name == "" {
			return nil, fmt.Errorf("%s: the label is empty", s.at(i))
		}
	}
	known := classes
	if len(known) == 0 {
		known = distinct(names)
	}
	if err := checkClasses(s.origin(), len(known)); err != nil {
		return nil, err
	}
	t := &target{outputs: len(known), classes: known}
	t.column = sample.Column{Layout: sample.Layout{Name: "label", Kind: sample.Int}, Ints: make([]int32, len(names))}
	number := make(map[string]int32)
	for i, name := range known {
		number[name] = int32(i)
	}
	for i, name := range names {
		k, ok := number[name]
		if !ok {
			return nil, fmt.Errorf("%s: label %q is not among the classes%s: want one of %s",
				s.at(i), clip(name), config.Suggest(name, known), list(known))
		}
		t.column.Ints[i] = k
	}
	t.strata = t.column.Ints
	return t, nil
}

func checkClasses(name string, n int) error {
	switch {
	case n < 2:
		return fmt.Errorf("%s: %d class: want at least 2", name, n)
	case n > maxClasses:
		return fmt.Errorf("%s: %d distinct labels: want at most %d classes", name, n, maxClasses)
	}
	return nil
}

// tagTarget reads names with a separator between them into 0 and 1 per name.
func tagTarget(s *series, cells []string, l Label) (*target, error) {
	tags := make([][]string, len(cells))
	var all []string
	for i, cell := range cells {
		parts := []string{cell}
		if l.Separator != "" {
			parts = strings.Split(cell, l.Separator)
		}
		for _, p := range parts {
			if p = strings.TrimSpace(p); p != "" {
				tags[i] = append(tags[i], p)
			}
		}
		all = append(all, tags[i]...)
	}
	known := l.Classes
	if len(known) == 0 {
		known = distinct(all)
	}
	if n := len(known); n < 1 || n > maxClasses || n*s.rows() > maxValues {
		return nil, fmt.Errorf("%s: %d distinct labels in %d samples: want 1 to %d", s.origin(), n, s.rows(), maxClasses)
	}
	number := make(map[string]int)
	for i, name := range known {
		number[name] = i
	}
	t := &target{outputs: len(known), classes: known}
	t.column = sample.Column{
		Layout: sample.Layout{Name: "label", Dims: []int{len(known)}}, Floats: make([]float32, s.rows()*len(known)),
	}
	for i, names := range tags {
		for _, name := range names {
			k, ok := number[name]
			if !ok {
				return nil, fmt.Errorf("%s: label %q is not among the classes%s: want some of %s",
					s.at(i), clip(name), config.Suggest(name, known), list(known))
			}
			t.column.Floats[i*len(known)+k] = 1
		}
	}
	return t, nil
}

// numericTarget joins columns or takes an array [samples] or [samples, n].
func (m *Manifest) numericTarget(given []*series) (*target, error) {
	if dims := given[0].dims(); len(dims) > 1 {
		return nil, fmt.Errorf("%s: labels of shape %v: want one number or a list of numbers for every sample", given[0].origin(), dims)
	}
	c, err := join("label", given)
	if err != nil {
		return nil, err
	}
	width := c.Size()
	for i, v := range c.Floats {
		s := given[min(i%width, len(given)-1)]
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("%s: the label is empty or not finite", s.at(i/width))
		}
		if m.Task == objective.MultiLabel && v != 0 && v != 1 {
			return nil, fmt.Errorf("%s: label %v: multilabel wants 0 or 1", s.at(i/width), v)
		}
	}
	t := &target{column: c, outputs: width, classes: m.Label.Classes}
	if len(t.classes) == 0 {
		t.classes = m.Label.names(width)
	}
	if len(t.classes) > 0 && len(t.classes) != width {
		return nil, fmt.Errorf("%s: %d labels for each sample, but %d classes listed", given[0].origin(), width, len(t.classes))
	}
	return t, nil
}

// names returns the label's columns as names of the outputs, nil where a
// range or an array leaves them without one each.
func (l Label) names(outputs int) []string {
	if len(l.Columns) != outputs {
		return nil
	}
	return slices.Clone(l.Columns)
}

// mapTarget takes [samples, height, width] of class numbers.
func mapTarget(s *series, classes []string) (*target, error) {
	dims := s.dims()
	if len(dims) == 3 && dims[2] == 1 {
		dims = dims[:2]
	}
	if len(dims) != 2 {
		return nil, fmt.Errorf("%s: labels of shape %v: dense wants [height, width] for every sample", s.origin(), s.dims())
	}
	values, err := s.integers()
	if err != nil {
		return nil, err
	}
	size := s.size()
	n := len(classes)
	if n == 0 {
		for _, v := range values {
			n = max(n, int(v)+1)
		}
	}
	if err := checkClasses(s.origin(), n); err != nil {
		return nil, err
	}
	for k, v := range values {
		if v < 0 || int(v) >= n {
			return nil, fmt.Errorf("%s: class %d outside [0,%d)", s.at(k/size), v, n)
		}
	}
	return &target{
		column:  sample.Column{Layout: sample.Layout{Name: "label", Kind: sample.Int, Dims: slices.Clone(dims)}, Ints: values},
		outputs: n, classes: classes,
	}, nil
}

// list shows up to ten names.
func list(names []string) string {
	if len(names) > 10 {
		return fmt.Sprintf("%q and %d more", names[:10], len(names)-10)
	}
	return fmt.Sprintf("%q", names)
}
