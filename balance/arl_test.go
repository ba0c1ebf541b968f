package balance

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"
)

// Logits (ln 3, 0) predict (3/4, 1/4): entropy -3/4 ln 3/4 - 1/4 ln 1/4 =
// .562335; (0, 0) has ln 2 = .693147; the mean is .627741. The mean sizes of
// the two columns are ln 3 / 2 and 0.
func TestARLReadiness(t *testing.T) {
	const ln3 = 1.0986123
	got := run(t, func(x *graph.Node) *graph.Node {
		h, size := readiness(graph.Reshape(x, 2, 2))
		return graph.Stack([]*graph.Node{h, size}, 0)
	}, []float32{ln3, 0, 0, 0})
	near(t, got, []float32{.627741, ln3 / 2}, 1e-6)
}

// Entropies .5 and .1, the second raised to .3: 1/H = 2 and 10/3, w = .375 and
// .625. Sizes 1 and 3: shares .25 and .75. With T = 8: 8 * .75 * .375 = 2.25
// and 8 * .25 * .625 = 1.25; softmax (.7310586, .2689414), times 2.
func TestARLCoefficients(t *testing.T) {
	got := run(t, func(x *graph.Node) *graph.Node {
		return DefaultARL().coefficients(graph.Slice(x, graph.AxisRange(0, 2)), graph.Slice(x, graph.AxisRange(2)))
	}, []float32{.5, .1, 1, 3})
	near(t, got, []float32{1.4621172, .5378828}, 1e-6)
}
