// Package stats says how far scores can be trusted: intervals over seeds and over the rows of a test set, paired tests of
// two methods, and comparisons of many methods on many data sets.
//
// Two questions are kept apart. Would another seed give the same? That is asked of one number per seed, with TInterval,
// PairedT and Wilcoxon. Would another test set give the same? That is asked of the rows of one test set, with Bootstrap.
// Who compares several pairs corrects the p-values with Holm; who ranks methods over data sets uses AverageRanks and
// Friedman.
//
// All p-values are two-sided. Every function returns an error that wraps ErrFew for too few numbers, ErrLength for
// numbers that are not paired, and ErrNotFinite for NaN and infinities.
package stats

import (
	"errors"
	"fmt"
	"math"
)

// The causes of errors of this package, for errors.Is.
var (
	// ErrFew says that there are too few numbers.
	ErrFew = errors.New("stats: too few numbers")
	// ErrLength says that numbers that belong in pairs or rows are not as many as each other.
	ErrLength = errors.New("stats: lengths do not match")
	// ErrNotFinite says that a number is NaN or infinite.
	ErrNotFinite = errors.New("stats: number is not finite")
)

// Interval is a confidence interval.
type Interval struct {
	Low, High float64
}

// Test is the outcome of a test of the hypothesis that nothing differs.
type Test struct {
	Statistic float64
	P         float64 // probability of a statistic at least as extreme if nothing differs, in [0,1]
}

// atLeast checks that there are enough numbers and that all are finite.
func atLeast(n int, numbers []float64) error {
	if len(numbers) < n {
		return fmt.Errorf("%w: %d given, at least %d are needed", ErrFew, len(numbers), n)
	}
	for i, v := range numbers {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%w: number %d is %v", ErrNotFinite, i, v)
		}
	}
	return nil
}

// differences returns a - b, element by element, of at least n pairs.
func differences(n int, a, b []float64) ([]float64, error) {
	if len(a) != len(b) {
		return nil, fmt.Errorf("%w: %d and %d numbers are no pairs", ErrLength, len(a), len(b))
	}
	for _, numbers := range [][]float64{a, b} {
		if err := atLeast(n, numbers); err != nil {
			return nil, err
		}
	}
	d := make([]float64, len(a))
	for i := range d {
		d[i] = a[i] - b[i]
	}
	return d, nil
}

func checkLevel(level float64) error {
	if !(level > 0 && level < 1) {
		return fmt.Errorf("stats: confidence level %v, want a number between 0 and 1 such as .95", level)
	}
	return nil
}
