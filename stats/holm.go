package stats

import (
	"cmp"
	"fmt"
	"slices"
)

// Holm returns the p-values of a family of tests adjusted by Holm's step-down procedure (Holm, 1979), in the given order:
// rejecting those that are at most alpha keeps the probability of any false rejection at most alpha, whatever the
// dependence of the tests.
func Holm(p []float64) ([]float64, error) {
	for i, v := range p {
		if !(v >= 0 && v <= 1) {
			return nil, fmt.Errorf("stats: p-value %d is %v, want a number in [0,1]", i, v)
		}
	}
	order := allRows(len(p))
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(p[i], p[j]) })
	adjusted := make([]float64, len(p))
	largest := 0.0
	for step, i := range order {
		largest = max(largest, min(1, float64(len(p)-step)*p[i]))
		adjusted[i] = largest
	}
	return adjusted, nil
}
