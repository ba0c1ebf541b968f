package balance

import (
	"math"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
)

// Two classes: equal logits have D = 0; (ln 3, 0) gives (3/4, 1/4) and
// D = ln 2 + 3/4 ln(3/4) + 1/4 ln(1/4) = .69315 - .21576 - .34657 = .13081.
func TestCertainty(t *testing.T) {
	got := run(t, func(x *graph.Node) *graph.Node { return certainty(graph.Reshape(x, 2, 2)) },
		[]float32{5, 5, float32(math.Log(3)), 0})
	near(t, got, []float32{0, .13081}, 1e-5)
}

// Four samples, two modalities: the less certain one gets the sample, unless
// the sample lacks it; on a tie the one named first.
func TestAssign(t *testing.T) {
	got := assign([][]float32{{.1, .9, .5, .1}, {.2, .3, .5, .2}}, []float32{1, 1, 1, 1, 1, 1, 0, 1})
	want := [][]Pick{{{0, 1}, {2, 1}}, {{1, 2}, {3, 2}}}
	for m := range want {
		if !slices.Equal(got[m], want[m]) {
			t.Errorf("modality %d gets %v, want %v", m, got[m], want[m])
		}
	}
}
