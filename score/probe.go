package score

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// probeRidge is the weight of the penalty on standardised features, per sample.
const probeRidge = 1e-3

// LinearProbe returns the accuracy on test samples, in [0,1], of a linear classifier fitted on training samples: ridge
// regression from standardised features to one number per class, 1 for the true one. It measures how much of the classes
// features hold, whatever made them. Features are [samples, width], row by row; labels are in [0,classes).
func LinearProbe(train []float32, trainLabels []int32, test []float32, testLabels []int32, classes int) (float64, error) {
	n := len(trainLabels)
	if n == 0 || len(testLabels) == 0 {
		return 0, ErrEmpty
	}
	width := len(train) / n
	if width == 0 || len(train) != n*width || len(test) != len(testLabels)*width {
		return 0, fmt.Errorf("score: %d and %d features of %d and %d samples: the samples must have the same number of features",
			len(train), len(test), n, len(testLabels))
	}
	for _, labels := range [][]int32{trainLabels, testLabels} {
		for i, y := range labels {
			if y < 0 || int(y) >= classes {
				return 0, fmt.Errorf("score: label %d of sample %d outside [0,%d)", y, i, classes)
			}
		}
	}
	mean, scale := moments(train, width)
	x := design(train, width, mean, scale)
	targets := mat.NewDense(n, classes, nil)
	for i, y := range trainLabels {
		targets.Set(i, int(y), 1)
	}
	var gram mat.SymDense
	gram.SymOuterK(1, x.T())
	for i := range width { // the last column, of ones, is free
		gram.SetSym(i, i, gram.At(i, i)+probeRidge*float64(n))
	}
	var factor mat.Cholesky
	if !factor.Factorize(&gram) {
		return 0, errors.New("score: features that are not finite: a linear probe needs numbers")
	}
	var moment, weights mat.Dense
	moment.Mul(x.T(), targets)
	if err := factor.SolveTo(&weights, &moment); err != nil {
		return 0, fmt.Errorf("score: linear probe: %w", err)
	}
	var out mat.Dense
	out.Mul(design(test, width, mean, scale), &weights)
	hits := 0
	for i, y := range testLabels {
		best := 0
		for k := range classes {
			if out.At(i, k) > out.At(i, best) {
				best = k
			}
		}
		if best == int(y) {
			hits++
		}
	}
	return float64(hits) / float64(len(testLabels)), nil
}

// moments returns mean and deviation of every feature; 1 for a deviation of 0.
func moments(x []float32, width int) (mean, scale []float64) {
	mean, scale = make([]float64, width), make([]float64, width)
	n := float64(len(x) / width)
	for i, v := range x {
		mean[i%width] += float64(v) / n
	}
	for i, v := range x {
		d := float64(v) - mean[i%width]
		scale[i%width] += d * d / n
	}
	for j, v := range scale {
		if scale[j] = math.Sqrt(v); v == 0 {
			scale[j] = 1
		}
	}
	return mean, scale
}

// design returns the standardised features with a column of ones.
func design(x []float32, width int, mean, scale []float64) *mat.Dense {
	n := len(x) / width
	d := mat.NewDense(n, width+1, nil)
	for i, v := range x {
		d.Set(i/width, i%width, (float64(v)-mean[i%width])/scale[i%width])
	}
	for i := range n {
		d.Set(i, width, 1)
	}
	return d
}
