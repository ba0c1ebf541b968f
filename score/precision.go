package score

import (
	"cmp"
	"fmt"
	"slices"
)

// AveragePrecision returns the area under the steps of the precision-recall curve, sum of (R_k - R_k-1) P_k over the
// distinct outputs from large to small. The labels are 0 and 1; the error wraps ErrOneClass when no label is 1.
func AveragePrecision(outputs []float32, truth []int32) (float64, error) {
	if err := sameLength(len(outputs), len(truth)); err != nil {
		return 0, err
	}
	if err := labelled(truth, 2); err != nil {
		return 0, err
	}
	if err := finite(outputs); err != nil {
		return 0, err
	}
	return averagePrecision(outputs, 1, 0, func(row int) bool { return truth[row] == 1 })
}

// averagePrecision computes the area. The output of a row is outputs[row*stride+offset].
func averagePrecision(outputs []float32, stride, offset int, positive func(row int) bool) (float64, error) {
	order := make([]int, len(outputs)/stride)
	positives := 0
	for row := range order {
		order[row] = row
		if positive(row) {
			positives++
		}
	}
	if positives == 0 {
		return 0, fmt.Errorf("%w: none of %d rows has the label 1: average precision needs one", ErrOneClass, len(order))
	}
	output := func(row int) float32 { return outputs[row*stride+offset] }
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(output(b), output(a)) })

	var area float64
	found := 0
	for start := 0; start < len(order); {
		end, before := start, found
		for ; end < len(order) && output(order[end]) == output(order[start]); end++ {
			if positive(order[end]) {
				found++
			}
		}
		area += float64(found-before) / float64(positives) * float64(found) / float64(end)
		start = end
	}
	return area, nil
}
