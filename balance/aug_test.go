package balance

import (
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// Parts 1, 10, 100: with n added layers the sum, the sum without the last one,
// and the last one.
func TestAUGAdds(t *testing.T) {
	for n, want := range [][]float32{{1, 1, 0}, {11, 1, 10}, {111, 11, 100}} {
		got := run(t, func(x *graph.Node) *graph.Node {
			parts := graph.Split(graph.Slice(x, graph.AxisRange(0, 3)), 0, 3)
			z, before, last := additive(parts, graph.Reshape(graph.Slice(x, graph.AxisElem(3))))
			return graph.Concatenate([]*graph.Node{z, before, last}, 0)
		}, []float32{1, 10, 100, float32(n)})
		near(t, got, want, 0)
	}
}

// Three samples of class 0, the last one without the modality. The layers
// before predict (3/4, 1/4) and (1/2, 1/2), from logits (ln 3, 0) and (0, 0),
// the last layer (1/2, 1/2) and (3/4, 1/4):
//
//	[(1 - 3/8) ln 2 + (1 - 1/4) ln(4/3)] / 2 = (.4332170 + .2157616)/2 = .3244893
//
// Its gradient is that of cross-entropy times (1 - q/2)/2: for sample 0
// .3125 (-1/2, 1/2), for sample 1 .375 (-1/4, 1/4). Nothing moves the layers
// before.
func TestAUGBoost(t *testing.T) {
	const ln3 = 1.0986123
	logits := []float32{ln3, 0, 0, 0, 5, 1, 0, 0, ln3, 0, 2, 3} // before, last
	of := func(x *graph.Node) *graph.Node {
		before := graph.Reshape(graph.Slice(x, graph.AxisRange(0, 6)), 3, 2)
		last := graph.Reshape(graph.Slice(x, graph.AxisRange(6)), 3, 2)
		present := graph.Const(x.Graph(), []float32{1, 1, 0})
		return boosted(last, before, graph.Zeros(x.Graph(), shapes.Make(dtypes.Int32, 3)), present, .5)
	}
	near(t, run(t, func(x *graph.Node) *graph.Node { return graph.Reshape(of(x), 1) }, logits), []float32{.3244893}, 1e-6)
	near(t, run(t, func(x *graph.Node) *graph.Node { return graph.Gradient(of(x), x)[0] }, logits),
		[]float32{0, 0, 0, 0, 0, 0, -.15625, .15625, -.09375, .09375, 0, 0}, 1e-6)
}

func TestAUGGrows(t *testing.T) {
	for _, test := range []struct {
		name                      string
		lambda                    float64
		layers, score, seen, want []float32
	}{
		// Means .6 and .5: 1.2 > 1.01.
		{"the weakest", 1, []float32{0, 1}, []float32{60, 50}, []float32{100, 100}, []float32{0, 2}},
		// 1.2 > 1.31 does not hold.
		{"not far enough behind", 1.3, []float32{0, 1}, []float32{60, 50}, []float32{100, 100}, []float32{0, 1}},
		// .505/.501 = 1.008.
		{"as good as the other", 1, []float32{0, 0}, []float32{50.5, 50.1}, []float32{100, 100}, []float32{0, 0}},
		// Means .2, .6, .5: .55/.2. By sums the second would be the weakest.
		{"means over the samples that have it", 1, []float32{0, 0, 0}, []float32{20, 6, 50}, []float32{100, 10, 100}, []float32{1, 0, 0}},
		{"no more layers", 1, []float32{4, 0}, []float32{10, 50}, []float32{100, 100}, []float32{4, 0}},
		{"nothing seen", 1, []float32{0, 0}, []float32{0, 0}, []float32{0, 0}, []float32{0, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := DefaultAUG()
			a.Lambda = test.lambda
			got := slices.Clone(test.layers)
			a.grow(got, test.score, test.seen)
			near(t, got, test.want, 0)
		})
	}
}

// In 25 epochs with 10 checks a layer may come after the first epoch and then
// after every second one; the scores start anew in every epoch.
func TestAUGChecks(t *testing.T) {
	var at []int
	values := memory{"state/aug/layers": {0, 0}}
	a := &AUG{Lambda: 1, Layers: 100, Checks: 10}
	for epoch := range 25 {
		before := values["state/aug/layers"][1]
		values["state/aug/score"], values["state/aug/seen"] = []float32{9, 5}, []float32{10, 10}
		if err := a.AfterEpoch(&Epoch{Index: epoch, Epochs: 25, Values: values}); err != nil {
			t.Fatal(err)
		}
		near(t, append(values["state/aug/score"], values["state/aug/seen"]...), []float32{0, 0, 0, 0}, 0)
		if values["state/aug/layers"][1] > before {
			at = append(at, epoch)
		}
	}
	if want := []int{0, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23}; !slices.Equal(at, want) {
		t.Errorf("layers came after epochs %v, want %v", at, want)
	}
}

func TestAUGRefusals(t *testing.T) {
	for _, test := range []struct {
		change func(a *AUG)
		want   string
	}{
		{func(a *AUG) { a.Layers = -1 }, "layers -1"},
		{func(a *AUG) { a.Checks = 0 }, "checks 0"},
		{func(a *AUG) { a.Width = 0 }, "width 0"},
		{func(a *AUG) { a.Residual = 1.5 }, "residual 1.5"},
		{func(a *AUG) { a.Lambda = -1 }, "lambda -1"},
	} {
		a := DefaultAUG()
		test.change(a)
		if err := a.Validate(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want an error with %q", err, test.want)
		}
	}
	if err := DefaultAUG().Validate(); err != nil {
		t.Error(err)
	}
}
