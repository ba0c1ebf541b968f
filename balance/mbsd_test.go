package balance

import (
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// Two samples of two classes, both of class 0. With logits ln 3 and 0 a
// prediction is (3/4, 1/4), with 0 and 0 it is (1/2, 1/2), with 0 and ln 3
// (1/4, 3/4).
//
// Sample 0: a = (ln 3, 0), b = (0, 0): a is right, u = 1/4; |a-b|^2/2 =
// (ln 3)^2/2 = .603474; KL(a||b) = 3/4 ln(3/2) + 1/4 ln(1/2) = .130812.
// Sample 1: a = (0, ln 3) and b = (-1, ln 3) are both wrong: u = 0.
//
// So RS = .25 * .603474 / 2 = .0754343 and KL = .25 * .130812 / 2 = .0163515.
func TestMBSDTerms(t *testing.T) {
	const ln3 = 1.0986123
	got := run(t, func(x *graph.Node) *graph.Node {
		a := graph.Reshape(graph.Slice(x, graph.AxisRange(0, 4)), 2, 2)
		b := graph.Reshape(graph.Slice(x, graph.AxisRange(4)), 2, 2)
		rs, kl := distil(a, b, graph.Zeros(x.Graph(), shapes.Make(dtypes.Int32, 2)))
		return graph.Stack([]*graph.Node{rs, kl}, 0)
	}, []float32{ln3, 0, 0, ln3, 0, 0, -1, ln3})
	near(t, got, []float32{.0754343, .0163515}, 1e-6)
}

// The surer modality is the teacher and gets no gradient from the divergence:
// of a = (ln 3, 0) and b = (0, 0) only b moves, by u (p_b - p_a) = 1/4 (-1/4, 1/4).
func TestMBSDTeachesOneWay(t *testing.T) {
	const ln3 = 1.0986123
	got := run(t, func(x *graph.Node) *graph.Node {
		a := graph.Reshape(graph.Slice(x, graph.AxisRange(0, 2)), 1, 2)
		b := graph.Reshape(graph.Slice(x, graph.AxisRange(2)), 1, 2)
		_, kl := distil(a, b, graph.Zeros(x.Graph(), shapes.Make(dtypes.Int32, 1)))
		return graph.Gradient(kl, x)[0]
	}, []float32{ln3, 0, 0, 0})
	near(t, got, []float32{0, 0, -.0625, .0625}, 1e-6)
}
