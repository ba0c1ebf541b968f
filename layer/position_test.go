package layer

import (
	"math"
	"testing"
)

// Positions of width 6 use the frequencies 1, 1/100 and 1/10000.
func TestPositions(t *testing.T) {
	table := positions(2, 6)
	for p := range 2 {
		row := table[6*p:]
		at := float64(p + 1)
		for i, want := range []float64{
			math.Sin(at), math.Sin(at / 100), math.Sin(at / 10000), math.Cos(at), math.Cos(at / 100), math.Cos(at / 10000),
		} {
			if math.Abs(float64(row[i])-want) > 1e-6 {
				t.Errorf("position %d, element %d: %v, want %v", p+1, i, row[i], want)
			}
		}
	}
	if odd := positions(1, 5); len(odd) != 5 || odd[4] != 0 {
		t.Errorf("odd width: %v", odd)
	}
	for _, width := range []int{1, 2, 3} {
		for _, v := range positions(3, width) {
			if math.IsNaN(float64(v)) {
				t.Errorf("width %d: %v", width, v)
			}
		}
	}
}

// Every row of an interpolation is a mean: its weights sum to 1.
func TestInterpolationRows(t *testing.T) {
	for _, c := range [][2]int{{1, 4}, {3, 7}, {7, 3}, {5, 5}, {2, 1}} {
		for _, row := range interpolation(c[0], c[1]) {
			var sum float32
			for _, v := range row {
				sum += v
			}
			if math.Abs(float64(sum)-1) > 1e-6 {
				t.Errorf("%d to %d: row %v", c[0], c[1], row)
			}
		}
	}
}
