package balance

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"
)

// Scores 3, 1, 2 with rate .4 and strength .5. Leads over the mean of the
// others: 3/1.5 = 2, 1/2.5 = .4, 2/2 = 1. Only the first is ahead:
// .4 (1 + .5 tanh 1) = .4 (1 + .5 * .7615942) = .5523188. A lead of exactly 1
// drops nothing.
func TestOPMRates(t *testing.T) {
	got := run(t, func(x *graph.Node) *graph.Node {
		rho, q := (&OPM{Rate: .4, Strength: .5}).rates(x)
		return graph.Concatenate([]*graph.Node{rho, q}, 0)
	}, []float32{3, 1, 2})
	near(t, got, []float32{2, .4, 1, .5523188, 0, 0}, 1e-6)
}

// Both ratios come from the same scores: 2 and 1 give 2 and 1/2, where dividing
// in place would give 2 and 1/2 of 2. At rate .9 and strength 1 the first is
// dropped with min(1, .9 (1 + tanh 1)) = 1.
func TestOPMRatesOfTwo(t *testing.T) {
	got := run(t, func(x *graph.Node) *graph.Node {
		rho, q := (&OPM{Rate: .9, Strength: 1}).rates(x)
		return graph.Concatenate([]*graph.Node{rho, q}, 0)
	}, []float32{2, 1})
	near(t, got, []float32{2, .5, 1, 0}, 1e-6)
}

// With q = (.5, 0): u = .49 drops the first, .5 keeps it; nothing drops the
// second. With widths 3 and 1, 3 of 4 features are dropped half the time: 3/8.
// For q = 1 every u below 1 drops.
func TestOPMKeeps(t *testing.T) {
	got := run(t, func(x *graph.Node) *graph.Node {
		q := graph.Slice(x, graph.AxisRange(0, 2))
		keep := kept(q, graph.Reshape(graph.Slice(x, graph.AxisRange(2)), 3, 2))
		return graph.Concatenate([]*graph.Node{graph.Reshape(keep, 6), graph.Reshape(dropped(q, []float32{3, 1}), 1)}, 0)
	}, []float32{.5, 0, .49, 0, .5, .3, .99, .99})
	near(t, got, []float32{0, 1, 1, 1, 1, 1, .375}, 1e-6)
	got = run(t, func(x *graph.Node) *graph.Node {
		return graph.Reshape(kept(graph.OnesLike(x), graph.Reshape(x, 1, 2)), 2)
	}, []float32{.99999, 0})
	near(t, got, []float32{0, 0}, 0)
}

func TestOPMValidate(t *testing.T) {
	for _, test := range []struct {
		method OPM
		valid  bool
	}{
		{*DefaultOPM(), true},
		{OPM{Rate: 1, Chance: 1}, true},
		{OPM{Rate: 1.1}, false},
		{OPM{Chance: -.1}, false},
		{OPM{Strength: -1}, false},
		{OPM{Warmup: -1}, false},
	} {
		if err := test.method.Validate(); (err == nil) != test.valid {
			t.Errorf("%+v: error %v", test.method, err)
		}
	}
}
