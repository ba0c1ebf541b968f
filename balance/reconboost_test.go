package balance

import (
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// Two samples of class 0. The others predict (3/4, 1/4) and (1/4, 3/4), from
// logits (ln 3, 0) and (0, ln 3), the modality (1/2, 1/2) both times. With
// residual .2:
//
//	[(1 - .15) ln 2 + (1 - .05) ln 2] / 2 = .9 ln 2 = .6238325
//
// Its gradient is .85/2 (-1/2, 1/2) and .95/2 (-1/2, 1/2); the others get none.
func TestReconBoostResidual(t *testing.T) {
	const ln3 = 1.0986123
	logits := []float32{0, 0, 0, 0, ln3, 0, 0, ln3} // own, others
	of := func(x *graph.Node) *graph.Node {
		both := graph.Split(graph.Reshape(x, 4, 2), 0, 2)
		present := graph.Const(x.Graph(), []float32{1, 1})
		return boosted(both[0], both[1], graph.Zeros(x.Graph(), shapes.Make(dtypes.Int32, 2)), present, .2)
	}
	near(t, run(t, func(x *graph.Node) *graph.Node { return graph.Reshape(of(x), 1) }, logits), []float32{.6238325}, 1e-6)
	near(t, run(t, func(x *graph.Node) *graph.Node { return graph.Gradient(of(x), x)[0] }, logits),
		[]float32{-.2125, .2125, -.2375, .2375, 0, 0, 0, 0}, 1e-6)
}

// Predictions (3/4, 1/4) and (1/2, 1/2): distance 1/16 + 1/16 = 1/8. The
// gradient goes to the modality that learns: with g = 2 (1/4, -1/4) and
// <p, g> = 1/4 it is p (g - 1/4) = (3/16, -3/16).
func TestReconBoostMemory(t *testing.T) {
	logits := []float32{1.0986123, 0, 0, 0}
	of := func(x *graph.Node) *graph.Node {
		both := graph.Split(graph.Reshape(x, 2, 2), 0, 2)
		return apart(both[0], both[1])
	}
	near(t, run(t, of, logits), []float32{.125}, 1e-6)
	near(t, run(t, func(x *graph.Node) *graph.Node { return graph.Gradient(graph.ReduceAllSum(of(x)), x)[0] }, logits),
		[]float32{.1875, -.1875, 0, 0}, 1e-6)
}

// Three modalities, two epochs alone and one together: the fourth update is
// that of all.
func TestReconBoostTakesTurns(t *testing.T) {
	r := &ReconBoost{Alone: 2, Together: 1}
	var got []int
	for epoch := range 12 {
		got = append(got, r.PhasesIn(epoch, 3)...)
	}
	if want := []int{0, 0, 3, 1, 1, 3, 2, 2, 3, 0, 0, 3}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := (&ReconBoost{Together: 1}).PhasesIn(5, 3); !slices.Equal(got, []int{0}) {
		t.Errorf("without epochs alone: got %v, want the one update of joint training", got)
	}
	joined, err := New("reconboost+mslr", nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := Stages(joined); s == nil || s.PhaseCount(3) != 4 {
		t.Errorf("a composition has the stages %v, want those of its part", s)
	}
	if s := Stages(DefaultMLA()); s != nil {
		t.Errorf("MLA has the stages %v, want none: it runs all updates", s)
	}
}

func TestReconBoostRefusals(t *testing.T) {
	for _, test := range []struct {
		change func(r *ReconBoost)
		want   string
	}{
		{func(r *ReconBoost) { r.Alone = -1 }, "alone -1"},
		{func(r *ReconBoost) { r.Together = -1 }, "together -1"},
		{func(r *ReconBoost) { r.Residual = 2 }, "residual 2"},
		{func(r *ReconBoost) { r.Memory = -1 }, "memory -1"},
		{func(r *ReconBoost) { r.Scale = 0 }, "scale 0"},
	} {
		r := DefaultReconBoost()
		test.change(r)
		if err := r.Validate(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want an error with %q", err, test.want)
		}
	}
	if err := DefaultReconBoost().Validate(); err != nil {
		t.Error(err)
	}
}
