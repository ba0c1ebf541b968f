package balance

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
)

// Logits t = (ln 3, 0) give (3/4, 1/4), z = (0, 0) gives (1/2, 1/2):
// KL = 3/4 ln(3/2) + 1/4 ln(1/2) = .30410 - .17329 = .13081. With temperature
// 2 the teacher gives (sqrt 3, 1)/(sqrt 3 + 1) = (.63397, .36603):
// .63397 ln 1.26795 + .36603 ln .73205 = .15050 - .11416 = .03634.
func TestDivergence(t *testing.T) {
	got := run(t, func(x *graph.Node) *graph.Node {
		parts := graph.Split(graph.Reshape(x, 2, 2), 0, 2)
		return graph.Concatenate([]*graph.Node{divergence(parts[0], parts[1], 1), divergence(parts[0], parts[1], 2)}, 0)
	}, []float32{float32(math.Log(3)), 0, 0, 0})
	near(t, got, []float32{.13081, .03634}, 2e-5)
}

// Four of ten epochs of priority. Strengths (5,2,9): from weak to strong the second,
// the first, the third. Two phases of two epochs: at epochs 0 and 1 the second
// learns alone, at 2 and 3 the first too, from 4 on all.
func TestG2DPriority(t *testing.T) {
	for _, test := range []struct {
		name     string
		epoch    float32
		strength []float32
		want     []float32
	}{
		{"the weakest first", 1, []float32{5, 2, 9}, []float32{0, 1, 0}},
		{"then the next", 2, []float32{5, 2, 9}, []float32{1, 1, 0}},
		{"then all", 4, []float32{5, 2, 9}, []float32{1, 1, 1}},
		{"two until the end", 3, []float32{5, 2}, []float32{0, 1}},
		{"two after it", 4, []float32{5, 2}, []float32{1, 1}},
		{"a tie", 0, []float32{3, 3}, []float32{1, 0}},
		{"one", 0, []float32{3}, []float32{1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := run(t, func(x *graph.Node) *graph.Node {
				epoch := graph.Reshape(graph.Slice(x, graph.AxisElem(0)))
				return (&G2D{Priority: .4}).priority(graph.Slice(x, graph.AxisRange(1)), epoch, 10)
			}, append([]float32{test.epoch}, test.strength...))
			near(t, got, test.want, 0)
		})
	}
}
