package score

import (
	"fmt"
	"slices"
)

// MultiLabelF1 returns the F1 scores of a task in which each of the labels of a row is on (1) or off (0). outputs and
// truth are [rows, labels]; a label is predicted where its output is above the threshold (0 for logits, .5 for
// probabilities).
//
// micro pools the decisions of all labels; macro is the mean of the labels' own F1 scores, where a label that is never
// on and never predicted counts 0, as in scikit-learn. Without any label on or predicted, both are 0.
func MultiLabelF1(outputs, truth []float32, labels int, threshold float32) (micro, macro float64, err error) {
	if err := checkMultiLabel(outputs, truth, labels); err != nil {
		return 0, 0, err
	}
	var hits, total int
	for label := range labels {
		var labelHits, labelTotal int // total: rows with it on and rows predicted on
		for i := label; i < len(truth); i += labels {
			on, predicted := truth[i] == 1, outputs[i] > threshold
			if on {
				labelTotal++
			}
			if predicted {
				labelTotal++
			}
			if on && predicted {
				labelHits++
			}
		}
		hits += labelHits
		total += labelTotal
		if labelTotal > 0 {
			macro += 2 * float64(labelHits) / float64(labelTotal)
		}
	}
	if total > 0 {
		micro = 2 * float64(hits) / float64(total)
	}
	return micro, macro / float64(labels), nil
}

// MeanAveragePrecision returns the mean of the average precision of the labels that are on in some row; outputs and
// truth are [rows, labels], truth is 0 or 1. The error wraps ErrOneClass when no label is ever on.
func MeanAveragePrecision(outputs, truth []float32, labels int) (float64, error) {
	if err := checkMultiLabel(outputs, truth, labels); err != nil {
		return 0, err
	}
	if !slices.Contains(truth, 1) {
		return 0, fmt.Errorf("%w: no label is on in any row", ErrOneClass)
	}
	var sum float64
	occurring := 0
	for label := range labels {
		on := func(row int) bool { return truth[row*labels+label] == 1 }
		if area, err := averagePrecision(outputs, labels, label, on); err == nil {
			sum += area
			occurring++
		}
	}
	return sum / float64(occurring), nil
}

func checkMultiLabel(outputs, truth []float32, labels int) error {
	if len(outputs) != len(truth) {
		return sameLength(len(outputs), len(truth))
	}
	if _, err := rowsOf(len(truth), labels); err != nil {
		return err
	}
	for i, v := range truth {
		if v != 0 && v != 1 {
			return fmt.Errorf("%w: %v in row %d, valid are 0 and 1", ErrLabel, v, i/labels)
		}
	}
	return finite(outputs)
}
