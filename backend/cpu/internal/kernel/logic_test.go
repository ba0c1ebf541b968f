package kernel

import "testing"

func TestAnd(t *testing.T) {
	for n := range 40 {
		x, y := make([]bool, n), make([]bool, n)
		for i := range n {
			x[i], y[i] = i%2 == 0, i%3 == 0
		}
		dst := make([]bool, n+1)
		And(dst[:n], x, y)
		for i, got := range dst {
			if want := i < n && i%6 == 0; got != want {
				t.Fatalf("length %d: element %d is %v", n, i, got)
			}
		}
		And(x, x, y)
		for i, got := range x {
			if got != dst[i] {
				t.Fatalf("length %d, in place: element %d is %v", n, i, got)
			}
		}
	}
}
