package cpu

import (
	"errors"
	"testing"
)

// The sums of lanes are added in the order of the lanes, however they end:
// in another order these would give other numbers.
func TestLanesAddInOrder(t *testing.T) {
	b, err := New("")
	if err != nil {
		t.Fatal(err)
	}
	parts := []float32{1e8, 1, -1e8, 1, 3e-8}
	want := float32(0)
	for _, v := range parts {
		want += v
	}
	for _, order := range [][]int{{0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {2, 0, 4, 1, 3}} {
		r := &region{body: &program{backend: b.(*Backend)}, outs: []partOf{{}, {sum: true, len: 1}}}
		total := &totals{region: r, lanes: make([][]any, len(parts))}
		result := []float32{parts[0]}
		for _, lane := range order {
			sums := []any{nil, []float32{parts[lane]}}
			if lane == 0 {
				sums[1] = result
			}
			total.add(lane, sums, nil)
		}
		if total.added != len(parts) || result[0] != want {
			t.Errorf("order %v: %d lanes added, sum %g, want %d and %g", order, total.added, result[0], len(parts), want)
		}
	}
}

func TestLaneFailureIsKept(t *testing.T) {
	first := errors.New("first")
	total := &totals{region: &region{}, lanes: make([][]any, 3)}
	total.add(1, nil, first)
	total.add(0, []any{}, errors.New("second"))
	total.add(2, []any{}, nil)
	if !errors.Is(total.err, first) || total.added != 0 {
		t.Errorf("error %v after %d lanes, want the first before any", total.err, total.added)
	}
}
