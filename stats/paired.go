package stats

import "math"

// PairedT tests with Student's t whether the mean of the differences a - b is 0; a and b hold one score per seed (or
// fold, or data set) in the same order, at least two. It assumes differences that are roughly normal.
//
// If all differences are equal the statistic is infinite with the sign of the difference and P is 0; if all are 0 the
// statistic is 0 and P is 1.
func PairedT(a, b []float64) (Test, error) {
	d, err := differences(2, a, b)
	if err != nil {
		return Test{}, err
	}
	m, s := mean(d), std(d)
	switch {
	case s == 0 && d[0] == 0:
		return Test{Statistic: 0, P: 1}, nil
	case s == 0:
		return Test{Statistic: math.Inf(1) * d[0], P: 0}, nil
	}
	n := float64(len(d))
	t := m / (s / math.Sqrt(n))
	return Test{Statistic: t, P: min(1, 2*student(n-1).CDF(-math.Abs(t)))}, nil
}
