package split

import (
	"fmt"
	"slices"
)

// Fixed checks a split that is given as lists of row numbers, as published data sets do, and returns it with each list
// in ascending order. Every row of 0..n-1 must be in exactly one list; the training list must not be empty.
func Fixed(n int, train, val, test []int) (Sets, error) {
	if len(train) == 0 {
		return Sets{}, fmt.Errorf("%w: the training list holds no row", ErrEmpty)
	}
	lists := [3][]int{train, val, test}
	if total := len(train) + len(val) + len(test); total != n {
		return Sets{}, fmt.Errorf("split: the lists hold %d rows (training %d, validation %d, test %d), the data %d",
			total, len(train), len(val), len(test), n)
	}
	setOf := make([]int8, n)
	for i := range setOf {
		setOf[i] = -1
	}
	for set, list := range lists {
		for _, row := range list {
			if row < 0 || row >= n {
				return Sets{}, fmt.Errorf("split: row %d of the %s list outside [0,%d)", row, setNames[set], n)
			}
			if other := setOf[row]; other >= 0 {
				return Sets{}, fmt.Errorf("split: row %d is in the %s list and in the %s list: a row belongs to one list, once",
					row, setNames[other], setNames[set])
			}
			setOf[row] = int8(set)
		}
	}
	for i := range lists {
		lists[i] = slices.Sorted(slices.Values(lists[i]))
	}
	return Sets{Train: lists[0], Val: lists[1], Test: lists[2]}, nil
}
