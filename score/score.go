// Package score measures how good predictions are: plain slices in, numbers out.
//
// Labels are []int32 counted from 0, outputs of a network []float32, row-major: logits of a classifier are
// [rows, classes]. Everything is computed in float64 and in a fixed order.
//
// Where a score is undefined the doc comment says what is returned; no score but an element of ClassF1 is ever NaN.
// Every function returns an error that wraps ErrEmpty for no rows, ErrLength for slices that do not match, ErrLabel for
// a label outside the classes, and ErrNotFinite for a NaN or an infinity among the numbers.
package score

import (
	"errors"
	"fmt"
	"math"
)

// The causes of errors of this package, for errors.Is.
var (
	// ErrEmpty says that there is nothing to measure.
	ErrEmpty = errors.New("score: no rows")
	// ErrLength says that the lengths of the slices do not belong together.
	ErrLength = errors.New("score: lengths do not match")
	// ErrLabel says that a label is not one of the classes.
	ErrLabel = errors.New("score: label is not a class")
	// ErrNotFinite says that an output or a target is NaN or infinite.
	ErrNotFinite = errors.New("score: value is not finite")
	// ErrOneClass says that a ranking score needs rows of two classes and got one.
	ErrOneClass = errors.New("score: all rows are of one class")
)

// sameLength checks that two slices of values per row have the same length, which is not 0.
func sameLength(pred, truth int) error {
	if pred != truth {
		return fmt.Errorf("%w: %d predictions, %d labels", ErrLength, pred, truth)
	}
	if pred == 0 {
		return ErrEmpty
	}
	return nil
}

// rowsOf returns the number of rows of a [rows, width] slice of the given length.
func rowsOf(length, width int) (int, error) {
	if width < 1 || length%width != 0 {
		return 0, fmt.Errorf("%w: %d values are no rows of %d", ErrLength, length, width)
	}
	if length == 0 {
		return 0, ErrEmpty
	}
	return length / width, nil
}

func finite(values []float32) error {
	for i, v := range values {
		if v64 := float64(v); math.IsNaN(v64) || math.IsInf(v64, 0) {
			return fmt.Errorf("%w: value %d of %d is %v", ErrNotFinite, i, len(values), v)
		}
	}
	return nil
}

// labelled checks that all labels are in [0, classes).
func labelled(labels []int32, classes int) error {
	for row, label := range labels {
		if label < 0 || int(label) >= classes {
			return fmt.Errorf("%w: label %d of row %d outside [0,%d)", ErrLabel, label, row, classes)
		}
	}
	return nil
}
