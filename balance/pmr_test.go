package balance

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
)

// Three samples of width 2: class 0 has (1,0) and (3,2), mean (2,1); class 1
// has (4,4). Class 2 is missing. The prototype of class 0 was (7,1): with
// momentum .2 it becomes .8(2,1) + .2(7,1) = (3,1). Class 1 had none: (4,4).
func TestPrototypes(t *testing.T) {
	// The fourth sample lacks the modality.
	labels := having([]float32{0, 1, 0, 1}, []float32{0, 1, 0, 1, 1, 1, 1, 0}, 1)
	near(t, labels, []float32{0, 1, 0, -1}, 0)
	c, known := []float32{7, 1, 0, 0, 0, 0}, []float32{1, 0, 0}
	prototypes(c, known, []float32{1, 0, 4, 4, 3, 2, 0, 0}, labels, .2)
	near(t, c, []float32{3, 1, 4, 4, 0, 0}, 1e-6)
	near(t, known, []float32{1, 1, 0}, 0)
}

// h = (0,0) to the prototypes (3,4), (0,0) and one that is not known yet:
// distances 5, 0 (its floor is the root of 1e-8) and out of reach.
func TestSimilarity(t *testing.T) {
	got := run(t, func(x *graph.Node) *graph.Node {
		h := graph.Reshape(graph.Slice(x, graph.AxisRange(0, 2)), 1, 2)
		c := graph.Reshape(graph.Slice(x, graph.AxisRange(2, 8)), 3, 2)
		return graph.Reshape(similarity(h, c, graph.Slice(x, graph.AxisRange(8))), 3)
	}, []float32{0, 0, 3, 4, 0, 0, 0, 0, 1, 1, 0})
	near(t, got[:2], []float32{-5, -1e-4}, 1e-6)
	if got[2] > -1e5 || math.IsInf(float64(got[2]), 0) {
		t.Errorf("similarity %v to a class without prototype: want far below the others, finite", got[2])
	}
}

func TestPMRGrades(t *testing.T) {
	for _, test := range []struct {
		name             string
		as               string
		sigma            []float32
		wantSlow, wantUp []float32
	}{
		// rho = 3 and 1/3: 1/3-1 < 0, 3-1 = 2 is clipped.
		{"far apart", "paper", []float32{6, 2}, []float32{0, 1}, []float32{1, 0}},
		// rho = 2/3 and 3/2: 3/2-1 = .5.
		{"graded", "paper", []float32{3.2, 4.8}, []float32{.5, 0}, []float32{0, .5}},
		// means of the others 4, 3.5, 1.5: 4/1-1 = 3 is clipped; 3.5/2-1 = .75.
		{"three", "paper", []float32{1, 2, 6}, []float32{1, .75, 0}, []float32{0, 0, 1}},
		{"as the code", "code", []float32{3.2, 4.8}, []float32{1, 0}, []float32{0, .5}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := run(t, func(x *graph.Node) *graph.Node {
				slow, fast := (&PMR{As: test.as}).grade(x)
				return graph.Concatenate([]*graph.Node{slow, fast}, 0)
			}, test.sigma)
			near(t, got, append(test.wantSlow, test.wantUp...), 1e-6)
		})
	}
}
