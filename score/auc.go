package score

import (
	"cmp"
	"fmt"
	"slices"
)

// AUC returns the area under the receiver operating characteristic: the probability that a random row of class 1 has a
// larger output than a random row of class 0, equal outputs counting one half. The labels are 0 and 1; the error wraps
// ErrOneClass unless both occur.
func AUC(outputs []float32, truth []int32) (float64, error) {
	if err := sameLength(len(outputs), len(truth)); err != nil {
		return 0, err
	}
	if err := labelled(truth, 2); err != nil {
		return 0, err
	}
	if err := finite(outputs); err != nil {
		return 0, err
	}
	return auc(outputs, 1, 0, func(row int) bool { return truth[row] == 1 })
}

// MacroAUC returns the mean of the AUC of every class against the rest. outputs is [rows, classes]; any number per class
// that grows with its probability will do. Classes that do not occur are left out; the error wraps ErrOneClass when only
// one occurs.
func MacroAUC(outputs []float32, truth []int32, classes int) (float64, error) {
	rows, err := rowsOf(len(outputs), classes)
	if err != nil {
		return 0, err
	}
	if err := sameLength(rows, len(truth)); err != nil {
		return 0, err
	}
	if err := labelled(truth, classes); err != nil {
		return 0, err
	}
	if err := finite(outputs); err != nil {
		return 0, err
	}
	var sum float64
	occurring := 0
	for class := range classes {
		if !slices.Contains(truth, int32(class)) {
			continue
		}
		area, err := auc(outputs, classes, class, func(row int) bool { return int(truth[row]) == class })
		if err != nil {
			return 0, err
		}
		sum += area
		occurring++
	}
	return sum / float64(occurring), nil
}

// auc computes the area from rank sums. The output of a row is outputs[row*stride+offset].
func auc(outputs []float32, stride, offset int, positive func(row int) bool) (float64, error) {
	order := make([]int, len(outputs)/stride)
	for row := range order {
		order[row] = row
	}
	output := func(row int) float32 { return outputs[row*stride+offset] }
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(output(a), output(b)) })

	// Twice the rank sum is an integer even with the mean ranks of equals.
	positives, doubled := 0, 0
	for start := 0; start < len(order); {
		end, inTie := start, 0
		for ; end < len(order) && output(order[end]) == output(order[start]); end++ {
			if positive(order[end]) {
				inTie++
			}
		}
		positives += inTie
		doubled += inTie * (start + 1 + end)
		start = end
	}
	negatives := len(order) - positives
	if positives == 0 || negatives == 0 {
		return 0, fmt.Errorf("%w: %d rows of the class, %d of others: AUC needs both", ErrOneClass, positives, negatives)
	}
	return float64(doubled-positives*(positives+1)) / 2 / float64(positives) / float64(negatives), nil
}
