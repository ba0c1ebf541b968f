// Package split cuts the rows of a data set into a training, a validation and a test set.
//
// A cut depends on the seed, the parts and the labels alone: the random numbers come from the PCG generator and are
// used as integers, so the same call gives the same sets on every 64-bit machine and with every Go release.
package split

import (
	"errors"
	"fmt"
	"slices"
)

// ErrEmpty says that a set that was asked for would hold no row.
var ErrEmpty = errors.New("split: empty set")

// maxRows bounds the number of rows so that the integer arithmetic of a cut cannot overflow.
const maxRows = 1 << 24

// maxPart bounds one part of Parts for the same reason.
const maxPart = 1000

// Sets holds the row numbers of the three sets, each in ascending order. Together they hold every row exactly once.
type Sets struct {
	Train, Val, Test []int
}

// Parts says how many shares of the rows each set gets: Parts{60, 20, 20} and Parts{3, 1, 1} mean the same. A part of 0
// leaves that set empty.
type Parts struct {
	Train, Val, Test int
}

// of returns the parts in the order train, val, test, and their sum.
func (p Parts) of() (parts [3]int, sum int, err error) {
	parts = [3]int{p.Train, p.Val, p.Test}
	for i, part := range parts {
		if part < 0 || part > maxPart {
			return parts, 0, fmt.Errorf("split: part %d of the %s set outside [0,%d]", part, setNames[i], maxPart)
		}
		sum += part
	}
	if p.Train == 0 {
		return parts, 0, errors.New("split: the training set has no part: give it at least 1")
	}
	return parts, sum, nil
}

var setNames = [3]string{"training", "validation", "test"}

// gather turns the set number of every row into Sets and refuses a set that has a part but no row.
func gather(setOf []uint8, parts [3]int) (Sets, error) {
	var rows [3][]int
	for row, set := range setOf {
		rows[set] = append(rows[set], row)
	}
	for set, part := range parts {
		if part > 0 && len(rows[set]) == 0 {
			return Sets{}, fmt.Errorf("%w: no row is left for the %s set of %d rows: use more rows or a larger part",
				ErrEmpty, setNames[set], len(setOf))
		}
	}
	return Sets{Train: rows[0], Val: rows[1], Test: rows[2]}, nil
}

// classes numbers the distinct labels in ascending order and returns the class of every row and the number of classes.
func classes(labels []int32) (classOf []int, count int) {
	distinct := slices.Clone(labels)
	slices.Sort(distinct)
	distinct = slices.Compact(distinct)
	classOf = make([]int, len(labels))
	for row, label := range labels {
		classOf[row], _ = slices.BinarySearch(distinct, label)
	}
	return classOf, len(distinct)
}

func checkRows(n int) error {
	if n == 0 {
		return fmt.Errorf("%w: there are no rows to split", ErrEmpty)
	}
	if n > maxRows {
		return fmt.Errorf("split: %d rows, at most %d can be split", n, maxRows)
	}
	return nil
}
