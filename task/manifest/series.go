package manifest

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"cggm/data"
)

// series holds one value per sample, before it becomes an input, a label or a
// group: a column of a table or an array of a container.
type series struct {
	file string
	name string // as errors call it, such as `column "x"`
	// place tells where sample i is, for errors: `a.csv, row 3`.
	place func(i int) string
	// values is [samples, ...].
	values data.Array
}

// at names a sample of the series in an error.
func (s *series) at(i int) string { return s.place(i) + ", " + s.name }

// origin names the series in an error about all of it.
func (s *series) origin() string { return s.file + ", " + s.name }

// rows is the number of samples.
func (s *series) rows() int { return s.values.Rows() }

// dims is the shape of one sample; empty for a number or a text.
func (s *series) dims() []int { return s.values.Shape[min(1, len(s.values.Shape)):] }

// size is the number of values of one sample.
func (s *series) size() int {
	n := 1
	for _, d := range s.dims() {
		n *= d
	}
	return n
}

// text returns the values when they are text.
func (s *series) text() ([]string, bool) {
	t, ok := s.values.Values.([]string)
	return t, ok
}

// cells returns the values as text, numbers so that they read back the same.
func (s *series) cells() ([]string, error) {
	var wide []float64
	switch v := s.values.Values.(type) {
	case []float64:
		wide = v
	case []float32:
		for _, x := range v {
			wide = append(wide, float64(x))
		}
	case []bool:
		wide = make([]float64, len(v))
		for i, x := range v {
			if x {
				wide[i] = 1
			}
		}
	default:
		return s.values.Strings()
	}
	out := make([]string, len(wide))
	for i, v := range wide {
		out[i] = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return out, nil
}

// numbers returns the values as float32. Empty cells of a table are NaN.
func (s *series) numbers() ([]float32, error) {
	cells, isText := s.text()
	if !isText {
		out, err := s.values.Float32()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.origin(), err)
		}
		return out, nil
	}
	out := make([]float32, len(cells))
	for i, cell := range cells {
		cell = strings.TrimSpace(cell)
		if cell == "" {
			out[i] = float32(math.NaN())
			continue
		}
		v, err := strconv.ParseFloat(cell, 32)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return nil, fmt.Errorf("%s: %q is not a number", s.at(i/s.size()), clip(cell))
		}
		out[i] = float32(v)
	}
	return out, nil
}

// integers returns the values as int32.
func (s *series) integers() ([]int32, error) {
	if cells, ok := s.text(); ok {
		out := make([]int32, len(cells))
		for i, cell := range cells {
			v, err := strconv.ParseInt(strings.TrimSpace(cell), 10, 32)
			if err != nil {
				return nil, fmt.Errorf("%s: %q is not a 32-bit integer", s.at(i/s.size()), clip(cell))
			}
			out[i] = int32(v)
		}
		return out, nil
	}
	wide, err := s.values.Ints()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.origin(), err)
	}
	out := make([]int32, len(wide))
	for k, v := range wide {
		if int(int32(v)) != v {
			return nil, fmt.Errorf("%s: %d is not a 32-bit integer", s.at(k/s.size()), v)
		}
		out[k] = int32(v)
	}
	return out, nil
}

// names returns one text per sample, without spaces around it; integers, also
// those stored as floats, are written in decimal.
func (s *series) names() ([]string, error) {
	if s.size() != 1 {
		return nil, fmt.Errorf("%s: %s of shape %v for every sample: want one text or integer", s.origin(), s.values.Type(), s.dims())
	}
	raw, err := s.values.Strings()
	if err != nil {
		whole, failed := s.values.Ints()
		if failed != nil {
			return nil, fmt.Errorf("%s: %w: want texts or integers", s.origin(), failed)
		}
		for _, v := range whole {
			raw = append(raw, strconv.Itoa(v))
		}
	}
	out := make([]string, len(raw))
	for i, v := range raw {
		out[i] = strings.TrimSpace(v)
	}
	return out, nil
}

// isInteger reports whether the elements are of an integer type.
func (s *series) isInteger() bool {
	switch s.values.Values.(type) {
	case []float32, []float64, []string:
		return false
	}
	return true
}

// clip shortens a text for an error.
func clip(text string) string {
	if r := []rune(text[:min(len(text), 200)]); len(r) > 40 {
		return string(r[:40]) + "..."
	}
	return text
}

// distinct returns the different values: integers in the order of their size
// when all are integers, otherwise texts in alphabetic order.
func distinct(values []string) []string {
	seen := make(map[string]bool)
	number := make(map[string]int64)
	var out []string
	for _, v := range values {
		if seen[v] {
			continue
		}
		seen[v] = true
		out = append(out, v)
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			number[v] = n
		}
	}
	whole := len(number) == len(out)
	slices.SortFunc(out, func(a, b string) int {
		if whole && number[a] != number[b] {
			if number[a] < number[b] {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	return out
}
