package balance

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"
)

// With logits ln 3 and 0 the largest probability is 3/4, with two zeros 1/2.
// Sample 0 is surer with fewer modalities by 1/4, sample 1 less sure: the mean
// of (1/4, 0) is 1/8. Samples do not cancel.
func TestCMLHinge(t *testing.T) {
	const ln3 = 1.0986123
	got := run(t, func(x *graph.Node) *graph.Node {
		fewer := graph.Reshape(graph.Slice(x, graph.AxisRange(0, 4)), 2, 2)
		more := graph.Reshape(graph.Slice(x, graph.AxisRange(4)), 2, 2)
		return graph.Reshape(overconfidence(fewer, more), 1)
	}, []float32{ln3, 0, 0, 0, 0, 0, 0, ln3})
	near(t, got, []float32{.125}, 1e-6)
}

// Of the numbers .5, .1, .9, .3 the modalities 1, 3, 0 go in this order; the
// last stays.
func TestCMLTakesAway(t *testing.T) {
	for j, want := range [][]float32{{1, 1, 1, 1}, {1, 0, 1, 1}, {1, 0, 1, 0}, {0, 0, 1, 0}} {
		got := run(t, func(x *graph.Node) *graph.Node { return graph.Stack(left(x, j), 0) }, []float32{.5, .1, .9, .3})
		near(t, got, want, 0)
	}
}

// In the model of side, without modality a the logits are (-15 + .5, 20 - .5),
// without b (2.5, 3.5): the same as of the fixed coalition.
func TestChosen(t *testing.T) {
	for _, test := range []struct{ keep, want []float32 }{
		{[]float32{1, 1}, []float32{-12.5, 23.5}},
		{[]float32{0, 1}, []float32{-14.5, 19.5}},
		{[]float32{1, 0}, []float32{2.5, 3.5}},
	} {
		pass, values := side(t)
		near(t, values(pass.Chosen(split(graph.Const(pass.Binding.Graph, test.keep))).Logits), test.want, 1e-6)
	}
}
