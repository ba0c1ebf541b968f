package split

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// cover fails the test unless the sets hold every row of 0..n-1 exactly once, in ascending order.
func cover(t rapid.TB, s Sets, n int) {
	t.Helper()
	seen := make([]bool, n)
	count := 0
	for _, rows := range [][]int{s.Train, s.Val, s.Test} {
		for i, row := range rows {
			if i > 0 && rows[i-1] >= row {
				t.Fatalf("rows %d and %d out of order", rows[i-1], row)
			}
			if seen[row] {
				t.Fatalf("row %d twice", row)
			}
			seen[row] = true
			count++
		}
	}
	if count != n {
		t.Fatalf("%d of %d rows", count, n)
	}
}

func drawParts(t *rapid.T) Parts {
	return Parts{
		Train: rapid.IntRange(1, 80).Draw(t, "train"),
		Val:   rapid.IntRange(0, 40).Draw(t, "val"),
		Test:  rapid.IntRange(0, 40).Draw(t, "test"),
	}
}

func TestStratifiedProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		labels := rapid.SliceOfN(rapid.Int32Range(-2, 7), 1, 300).Draw(t, "labels")
		parts := drawParts(t)
		seed := rapid.Uint64().Draw(t, "seed")
		s, err := Stratified(labels, parts, seed)
		if errors.Is(err, ErrEmpty) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		cover(t, s, len(labels))
		again, _ := Stratified(labels, parts, seed)
		if !reflect.DeepEqual(s, again) {
			t.Fatal("the same seed gave two splits")
		}

		size := map[int32]int{}
		for _, label := range labels {
			size[label]++
		}
		sum := parts.Train + parts.Val + parts.Test
		for set, rows := range [][]int{s.Train, s.Val, s.Test} {
			got := map[int32]int{}
			for _, row := range rows {
				got[labels[row]]++
			}
			part := []int{parts.Train, parts.Val, parts.Test}[set]
			for label, n := range size {
				if off := got[label]*sum - n*part; off <= -sum || off >= sum {
					t.Fatalf("label %d: %d of %d rows in a set of %d/%d", label, got[label], n, part, sum)
				}
				if set == 0 && got[label] == 0 {
					t.Fatalf("label %d has no training row", label)
				}
			}
		}
	})
}

func TestGroupedProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 200).Draw(t, "n")
		groups := make([]string, n)
		labels := make([]int32, n)
		for i := range n {
			groups[i] = fmt.Sprint(rapid.IntRange(0, 30).Draw(t, "group"))
			labels[i] = rapid.Int32Range(0, 3).Draw(t, "label")
		}
		parts := drawParts(t)
		seed := rapid.Uint64().Draw(t, "seed")
		s, err := Grouped(groups, labels, parts, seed)
		if errors.Is(err, ErrEmpty) {
			distinct := map[string]bool{}
			for _, g := range groups {
				distinct[g] = true
			}
			if len(distinct) >= 3 {
				t.Fatalf("%d groups, yet: %v", len(distinct), err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		cover(t, s, n)
		again, _ := Grouped(groups, labels, parts, seed)
		if !reflect.DeepEqual(s, again) {
			t.Fatal("the same seed gave two splits")
		}
		home := map[string]int{}
		for set, rows := range [][]int{s.Train, s.Val, s.Test} {
			for _, row := range rows {
				if at, ok := home[groups[row]]; ok && at != set {
					t.Fatalf("group %s is in sets %d and %d", groups[row], at, set)
				}
				home[groups[row]] = set
			}
		}
	})
}

// TestGroupedIsStratified: 60 groups of 10 rows with unequal mixes of two classes. A split of groups that ignored the
// labels would miss the overall rate of class 1 (.5) by about .1 in a set of 12 groups; the greedy pass stays within .02.
func TestGroupedIsStratified(t *testing.T) {
	var groups []string
	var labels []int32
	for g := range 60 {
		for i := range 10 {
			groups = append(groups, fmt.Sprint(g))
			var label int32
			if i < g%11 {
				label = 1
			}
			labels = append(labels, label)
		}
	}
	var overall float64
	for _, label := range labels {
		overall += float64(label) / float64(len(labels))
	}
	for seed := range uint64(5) {
		s, err := Grouped(groups, labels, Parts{60, 20, 20}, seed)
		if err != nil {
			t.Fatal(err)
		}
		for set, rows := range [][]int{s.Train, s.Val, s.Test} {
			var rate float64
			for _, row := range rows {
				rate += float64(labels[row]) / float64(len(rows))
			}
			if want := []int{360, 120, 120}[set]; len(rows) < want-10 || len(rows) > want+10 {
				t.Errorf("seed %d set %d: %d rows, want about %d", seed, set, len(rows), want)
			}
			if rate < overall-.02 || rate > overall+.02 {
				t.Errorf("seed %d set %d: class rate %.3f, overall %.3f", seed, set, rate, overall)
			}
		}
	}
}

// TestSequence pins the sets of one seed: they are part of the data fingerprint of stored runs.
func TestSequence(t *testing.T) {
	labels := []int32{0, 0, 0, 0, 0, 1, 1, 1, 1, 1}
	s, err := Stratified(labels, Parts{3, 1, 1}, 7)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(s), "{[2 3 4 5 6 8] [1 9] [0 7]}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	other, err := Stratified(labels, Parts{3, 1, 1}, 8)
	if err != nil {
		t.Fatal(err)
	}
	if reflect.DeepEqual(s, other) {
		t.Error("seeds 7 and 8 gave the same sets")
	}
}

func TestFixed(t *testing.T) {
	s, err := Fixed(6, []int{5, 0, 2}, []int{1}, []int{4, 3})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(s), "{[0 2 5] [1] [3 4]}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	cover(t, s, 6)
}

func TestErrors(t *testing.T) {
	stratified := func(labels []int32, parts Parts) error {
		_, err := Stratified(labels, parts, 1)
		return err
	}
	grouped := func(groups []string, labels []int32, parts Parts) error {
		_, err := Grouped(groups, labels, parts, 1)
		return err
	}
	fixed := func(n int, train, val, test []int) error {
		_, err := Fixed(n, train, val, test)
		return err
	}
	one := Parts{1, 1, 1}
	for _, c := range []struct {
		name  string
		err   error
		empty bool
	}{
		{"no rows", stratified(nil, one), true},
		{"two rows for three sets", stratified([]int32{0, 0}, one), true},
		{"no training part", stratified([]int32{0, 0}, Parts{0, 1, 1}), false},
		{"negative part", stratified([]int32{0, 0}, Parts{1, -1, 1}), false},
		{"huge part", stratified([]int32{0, 0}, Parts{1001, 1, 1}), false},
		{"no groups", grouped(nil, nil, one), true},
		{"two groups for three sets", grouped([]string{"a", "b", "a"}, nil, one), true},
		{"labels of another length", grouped([]string{"a", "b", "c"}, []int32{1}, one), false},
		{"no training row", fixed(2, nil, []int{0}, []int{1}), true},
		{"row missing", fixed(3, []int{0}, []int{1}, nil), false},
		{"row twice", fixed(3, []int{0}, []int{1}, []int{1}), false},
		{"row outside", fixed(2, []int{0}, []int{2}, nil), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.err == nil {
				t.Fatal("accepted")
			}
			if errors.Is(c.err, ErrEmpty) != c.empty {
				t.Errorf("wraps ErrEmpty: %v: %v", !c.empty, c.err)
			}
		})
	}
}
