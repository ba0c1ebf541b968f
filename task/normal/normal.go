// Package normal standardises the features of a data set with numbers fitted
// on its training split, so that nothing about the other splits leaks in.
package normal

import (
	"errors"
	"fmt"
	"math"

	"cggm/sample"
)

// Scaler standardises one column: (x - Mean)/Std per feature. Features are the
// last axis of a sample: the columns of a vector, the width of tokens, the
// channels of a picture. Every other position counts as an observation.
type Scaler struct {
	// Name is the column's name.
	Name string `yaml:"name" json:"name"`
	// Mean and Std are [features]. Std is 1 for a feature that is constant in
	// the training split.
	Mean []float64 `yaml:"mean" json:"mean"`
	Std  []float64 `yaml:"std" json:"std"`
	// Constant lists the features that are constant in the training split.
	Constant []int `yaml:"constant,omitempty" json:"constant,omitempty"`
}

// ErrNotFinite tells that a column holds NaN or an infinity.
var ErrNotFinite = errors.New("normal: value is not finite")

// constantBelow is the standard deviation, relative to the mean, below which a
// float32 feature is rounding noise.
const constantBelow = 1e-6

// Fit computes the mean and the population standard deviation of every feature
// of a float column. Steps beyond a sample's length do not count, nor do
// samples for which present reports false; present may be nil.
func Fit(c *sample.Column, present func(row int) bool) (*Scaler, error) {
	if c.Kind != sample.Float || len(c.Dims) == 0 {
		return nil, fmt.Errorf("normal: column %q is %v of shape %v: only float columns with at least one axis are standardised",
			c.Name, c.Kind, c.Dims)
	}
	width := features(c)
	s := &Scaler{Name: c.Name, Mean: make([]float64, width), Std: make([]float64, width)}
	count := 0
	var bad error
	positions(c, present, func(row, start int) {
		count++
		for k, v := range c.Floats[start : start+width] {
			if wide := float64(v); bad == nil && (math.IsNaN(wide) || math.IsInf(wide, 0)) {
				bad = fmt.Errorf("%w: column %q, sample %d, feature %d is %v: clean it or mark the modality as missing there",
					ErrNotFinite, c.Name, row, k, v)
			}
			s.Mean[k] += float64(v)
		}
	})
	if bad != nil {
		return nil, bad
	}
	if count == 0 {
		return nil, fmt.Errorf("normal: column %q has no values to fit on: the training split lacks this modality", c.Name)
	}
	for k := range s.Mean {
		s.Mean[k] /= float64(count)
	}
	positions(c, present, func(_, start int) {
		for k, v := range c.Floats[start : start+width] {
			d := float64(v) - s.Mean[k]
			s.Std[k] += d * d
		}
	})
	for k := range s.Std {
		s.Std[k] = math.Sqrt(s.Std[k] / float64(count))
		if s.Std[k] <= constantBelow*math.Abs(s.Mean[k]) {
			s.Std[k] = 1
			s.Constant = append(s.Constant, k)
		}
	}
	return s, nil
}

// Apply returns a standardised copy of the column. What Fit does not count is
// set to 0, the mean.
func (s *Scaler) Apply(c *sample.Column, present func(row int) bool) (sample.Column, error) {
	if c.Kind != sample.Float || len(c.Dims) == 0 || features(c) != len(s.Mean) || len(s.Std) != len(s.Mean) {
		return sample.Column{}, fmt.Errorf("normal: column %q is %v of shape %v: the scaler was fitted on float columns with %d features",
			c.Name, c.Kind, c.Dims, len(s.Mean))
	}
	out := *c
	out.Floats = make([]float32, len(c.Floats))
	positions(c, present, func(_, start int) {
		for k := range s.Mean {
			out.Floats[start+k] = float32((float64(c.Floats[start+k]) - s.Mean[k]) / s.Std[k])
		}
	})
	return out, nil
}

// positions calls f with the sample and the start of every observation.
func positions(c *sample.Column, present func(row int) bool, f func(row, start int)) {
	size, width := c.Size(), features(c)
	for row := range c.Len() {
		if present != nil && !present(row) {
			continue
		}
		valid := size
		if c.Ragged {
			valid = size / c.Dims[0] * int(c.Lengths[row])
		}
		for k := 0; k < valid; k += width {
			f(row, row*size+k)
		}
	}
}

// features is the size of the last axis, 1 for a sequence of numbers.
func features(c *sample.Column) int {
	if c.Ragged && len(c.Dims) == 1 {
		return 1
	}
	return c.Dims[len(c.Dims)-1]
}
