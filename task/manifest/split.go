package manifest

import (
	"fmt"
	"strings"

	"cggm/config"
	"cggm/task/internal/split"
)

// splitWords are the values of a split column.
var splitWords = map[string]int{
	"train": 0, "training": 0, "0": 0,
	"val": 1, "valid": 1, "validation": 1, "dev": 1, "1": 1,
	"test": 2, "testing": 2, "2": 2,
}

// splitOf reads the split of every sample, 0, 1 or 2.
func splitOf(s *series) ([]int, error) {
	names, err := s.names()
	if err != nil {
		return nil, err
	}
	out := make([]int, len(names))
	for i, name := range names {
		k, ok := splitWords[strings.ToLower(strings.TrimSpace(name))]
		if !ok {
			return nil, fmt.Errorf("%s: split %q%s: want train, val or test (or 0, 1, 2)",
				s.at(i), clip(name), config.Suggest(name, []string{"train", "val", "test"}))
		}
		out[i] = k
	}
	return out, nil
}

// divide returns the rows of train, val and test. given is the split of every
// sample, nil when it is to be made; groups may be nil.
func (s Split) divide(rows int, given []int, groups []string, strata []int32, seed uint64) (split.Sets, error) {
	if s.Seed != 0 {
		seed ^= s.Seed
	}
	shares := s.shares()
	if strata == nil {
		strata = make([]int32, rows)
	}
	if given == nil {
		return cut(nil, groups, strata, split.Parts{Train: shares[0], Val: shares[1], Test: shares[2]}, seed)
	}
	var lists [3][]int
	for row, k := range given {
		lists[k] = append(lists[k], row)
	}
	for k, name := range []string{"train", "val", "test"} {
		if len(lists[k]) == 0 && k != 1 {
			return split.Sets{}, fmt.Errorf("no samples for %s", name)
		}
	}
	if len(lists[1]) == 0 {
		within, err := cut(lists[0], groups, strata, split.Parts{Train: shares[0], Val: shares[1]}, seed)
		if err != nil {
			return split.Sets{}, err
		}
		lists[0], lists[1] = within.Train, within.Val
	}
	return split.Fixed(rows, lists[0], lists[1], lists[2])
}

// cut makes a split of the given rows, nil: all of them.
func cut(rows []int, groups []string, strata []int32, parts split.Parts, seed uint64) (split.Sets, error) {
	pick := func(i int) int {
		if rows == nil {
			return i
		}
		return rows[i]
	}
	n := len(rows)
	if rows == nil {
		n = len(strata)
	}
	labels, names := make([]int32, n), make([]string, n)
	for i := range n {
		labels[i] = strata[pick(i)]
		if groups != nil {
			names[i] = groups[pick(i)]
		}
	}
	var sets split.Sets
	var err error
	if groups != nil {
		sets, err = split.Grouped(names, labels, parts, seed)
	} else {
		sets, err = split.Stratified(labels, parts, seed)
	}
	for _, list := range [][]int{sets.Train, sets.Val, sets.Test} {
		for i := range list {
			list[i] = pick(list[i])
		}
	}
	return sets, err
}
