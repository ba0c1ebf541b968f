package balance

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"
)

// P = I and r = (1, 2) at the start of an epoch: k = (1, 2), a + r.k = .1 + 5, and
//
//	P - k k'/5.1 = (.803922 -.392157; -.392157 .215686)
//
// of the norm sqrt(.646290 + 2 .153787 + .046521) = 1.000192. Then r = (0, 1) in
// the middle of the epoch: k is the second column, a = .1^1.5 = .031623, and
// a + r.k = .247309.
func TestMLAProjection(t *testing.T) {
	project := func(m *MLA, p, r []float32, progress float32) []float32 {
		return run(t, func(x *graph.Node) *graph.Node {
			at := func(from, to int) *graph.Node { return graph.Slice(x, graph.AxisRange(from, to)) }
			return graph.Reshape(m.project(graph.Reshape(at(0, 4), 2, 2), at(4, 6), graph.Reshape(at(6, 7))), 4)
		}, append(append(append([]float32{}, p...), r...), progress))
	}
	first := project(&MLA{}, []float32{1, 0, 0, 1}, []float32{1, 2}, 0)
	near(t, first, []float32{.803922, -.392157, -.392157, .215686}, 2e-6)
	near(t, project(DefaultMLA(), []float32{1, 0, 0, 1}, []float32{1, 2}, 0), []float32{.803767, -.392081, -.392081, .215645}, 2e-6)
	near(t, project(&MLA{}, first, []float32{0, 1}, .5), []float32{.182080, -.050144, -.050144, .027579}, 2e-6)
}

// Logits (0, 0) have the entropy log 2, (ln 3, 0) have .562335: weights 1/2 and
// exp(-.562335) = .569877, that is .467344 and .532656 of the sum, the latter
// times ln 3. Of a sample that both are equally sure of each gets half.
func TestMLAPrediction(t *testing.T) {
	const ln3 = 1.0986123
	got := run(t, func(x *graph.Node) *graph.Node {
		a := graph.Reshape(graph.Slice(x, graph.AxisRange(0, 4)), 2, 2)
		b := graph.Reshape(graph.Slice(x, graph.AxisRange(4)), 2, 2)
		return graph.Reshape(surest([]*graph.Node{a, b}), 4)
	}, []float32{0, 0, ln3, 0, ln3, 0, 0, ln3})
	near(t, got, []float32{.585183, 0, ln3 / 2, ln3 / 2}, 2e-6)
}
