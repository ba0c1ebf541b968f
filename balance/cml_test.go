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
