package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Mean returns the arithmetic mean of one or more numbers.
func Mean(x []float64) (float64, error) {
	if err := atLeast(1, x); err != nil {
		return 0, err
	}
	return mean(x), nil
}

// Std returns the standard deviation of the population that two or more numbers were drawn from: the sum of squares is
// divided by one less than their count.
func Std(x []float64) (float64, error) {
	if err := atLeast(2, x); err != nil {
		return 0, err
	}
	return std(x), nil
}

// TInterval returns the confidence interval of the mean of two or more independent numbers, such as one score per seed,
// by Student's t distribution: mean ± t std / sqrt(n). level is .95 for the usual interval.
func TInterval(x []float64, level float64) (Interval, error) {
	if err := checkLevel(level); err != nil {
		return Interval{}, err
	}
	if err := atLeast(2, x); err != nil {
		return Interval{}, err
	}
	n := float64(len(x))
	half := student(n-1).Quantile(.5+level/2) * std(x) / math.Sqrt(n)
	m := mean(x)
	return Interval{Low: m - half, High: m + half}, nil
}

func student(freedom float64) distuv.StudentsT {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}
}

func mean(x []float64) float64 {
	var sum float64
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// std returns exactly 0 for equal numbers, whose mean may be off by a rounding error.
func std(x []float64) float64 {
	if constant(x) {
		return 0
	}
	m := mean(x)
	var sum float64
	for _, v := range x {
		sum += (v - m) * (v - m)
	}
	return math.Sqrt(sum / float64(len(x)-1))
}

func constant(x []float64) bool {
	for _, v := range x {
		if v != x[0] {
			return false
		}
	}
	return true
}
