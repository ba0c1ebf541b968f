package balance

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/backend"
	"cggm/encoder"
	"cggm/feature"
	"cggm/network"
	"cggm/objective"
	"cggm/param"
)

// Speeds (.5, .3): d = .2 and -.2. Speeds (.1, .4, .1): d = .1 - .25, .4 - .1 =
// .3 and -.15. A window that is open runs out whatever the speeds are.
func TestGreedyNext(t *testing.T) {
	y := &Greedy{Epsilon: .15, Window: 5}
	for _, test := range []struct {
		name            string
		left, open      float32
		chosen, speeds  []float32
		want, wantChose []float32
	}{
		{"the faster of two", 0, 1, []float32{0, 0}, []float32{.5, .3}, []float32{5}, []float32{1, 0}},
		{"of three", 0, 1, []float32{0, 0, 0}, []float32{.1, .4, .1}, []float32{5}, []float32{0, 1, 0}},
		{"balanced", 0, 1, []float32{0, 0}, []float32{.4, .3}, []float32{0}, []float32{1, 0}},
		{"too early", 0, 0, []float32{0, 0}, []float32{.5, .3}, []float32{0}, []float32{1, 0}},
		{"in a window", 3, 1, []float32{0, 1}, []float32{.5, .3}, []float32{2}, []float32{0, 1}},
		{"at its end", 1, 1, []float32{0, 1}, []float32{.5, .3}, []float32{0}, []float32{0, 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := len(test.speeds)
			got := run(t, func(x *graph.Node) *graph.Node {
				at := func(from, to int) *graph.Node { return graph.Slice(x, graph.AxisRange(from, to)) }
				left, chosen := y.next(graph.Reshape(at(0, 1)), at(2, 2+n), at(2+n, 2+2*n), graph.Reshape(at(1, 2)))
				return graph.Concatenate([]*graph.Node{graph.Reshape(left, 1), chosen}, 0)
			}, append(append([]float32{test.left, test.open}, test.chosen...), test.speeds...))
			near(t, got, append(test.want, test.wantChose...), 1e-6)
		})
	}
}

// Random draws are one modality or none, all of them in the long run.
func TestGreedyDraws(t *testing.T) {
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	g := graph.NewGraph(b, "draw")
	random := graph.Parameter(g, "random", graph.RNGStateShape)
	binding := &param.Binding{Graph: g, Set: &param.Set{}, Random: random}
	_, chosen := drawn(binding.Scope(param.Group{Kind: param.State}), 3, graph.Scalar(g, dtypes.Float32, 1))
	if err := g.Compile(chosen); err != nil {
		t.Fatal(err)
	}
	counts := make([]int, 4)
	const draws = 400
	for i := range draws {
		v, err := tensors.CopyFlatData[float32](g.Run(tensors.FromFlatDataAndDimensions([]uint64{1, uint64(i), 2}, 3))[0])
		if err != nil {
			t.Fatal(err)
		}
		who := 3
		for m, on := range v {
			if on == 1 {
				who = m
			}
		}
		counts[who]++
	}
	for who, n := range counts {
		// The standard deviation of a count is sqrt(400 * 1/4 * 3/4) = 8.7.
		if math.Abs(float64(n)-draws/4) > 35 {
			t.Errorf("choice %d in %d of %d draws, want about a quarter of all", who, n, draws)
		}
	}
}

// Two encoders of one weight w and a bridge of squeeze S = (S_1, S_2) and gates
// of logit E_m. The loss sums given multiples of the weights, which are their
// gradients: encoders 2 and 1 on weights 1 and 2, S (3, 0) on (1, 1), E 1 and 2 on
// 1 and 1.
//
//	mu(bridges of 1) = 9/2 + 1 = 5.5    mu(encoder 1) = 4/1    log10(1.375) = .138303
//	mu(bridges of 2) = 9/2 + 4 = 8.5    mu(encoder 2) = 1/4    log10(34) = 1.531479
func TestGreedySpeeds(t *testing.T) {
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	g := graph.NewGraph(b, "speeds")
	binding := &param.Binding{Graph: g, Set: &param.Set{}}
	m := &network.Model{Bridged: true, Modalities: []network.Modality{
		{Name: "a", Encoder: &encoder.Linear{Width: 1}}, {Name: "b", Encoder: &encoder.Linear{Width: 1}},
	}}
	one := feature.Feature{Value: graph.Const(g, [][]float32{{1}})}
	pass := m.NewPass(binding, []feature.Feature{one, one}, nil)
	pass.Features()
	values := map[string][]float32{
		"encoder/0/weight": {1}, "encoder/1/weight": {2}, "fusion/bridge0/squeeze/weight": {1, 1},
		"fusion/bridge0/excite0/weight": {1}, "fusion/bridge0/excite1/weight": {1},
	}
	slopes := map[string][]float32{
		"encoder/0/weight": {2}, "encoder/1/weight": {1}, "fusion/bridge0/squeeze/weight": {3, 0},
		"fusion/bridge0/excite0/weight": {1}, "fusion/bridge0/excite1/weight": {2},
	}
	var terms []*graph.Node
	var params []int
	for i, spec := range binding.Set.Specs() {
		slope, ok := slopes[spec.Name]
		if !ok {
			slope = make([]float32, spec.Size())
		}
		terms = append(terms, graph.ReduceAllSum(graph.Mul(binding.Node(i), graph.Reshape(graph.Const(g, slope), spec.Dims...))))
		params = append(params, i)
	}
	speeds := (&Greedy{}).speeds(NewGradients(&Step{Pass: pass}, sum(terms), params))
	if err := g.Compile(speeds); err != nil {
		t.Fatal(err)
	}
	inputs := make([]any, binding.Set.Len())
	for i, spec := range binding.Set.Specs() {
		v, ok := values[spec.Name]
		if !ok {
			v = make([]float32, spec.Size())
		}
		inputs[binding.Node(i).GetParameterHandle()] = tensors.FromFlatDataAndDimensions(v, spec.Dims...)
	}
	got, err := tensors.CopyFlatData[float32](g.Run(inputs...)[0])
	if err != nil {
		t.Fatal(err)
	}
	near(t, got, []float32{.138303, 1.531479}, 1e-5)
}

// Encoders without stages are refused in words before training.
func TestGreedyRefusals(t *testing.T) {
	m := &network.Model{Modalities: []network.Modality{{Name: "sound", Encoder: &encoder.MLP{}}, {Name: "ready", Encoder: &encoder.Identity{}}}}
	err := Check("greedy", DefaultGreedy(), objective.Classification, m)
	if err == nil || !strings.Contains(err.Error(), "no stages") {
		t.Errorf("got %v, want a refusal that says what is missing", err)
	}
	m.Modalities[1].Encoder = &encoder.Conv2D{}
	if err := Check("greedy", DefaultGreedy(), objective.Regression, m); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Greedy){
		"choice": func(y *Greedy) { y.Choice = "slow" }, "window": func(y *Greedy) { y.Window = -1 },
		"start": func(y *Greedy) { y.Start = -1 }, "epsilon": func(y *Greedy) { y.Epsilon = math.NaN() },
	} {
		y := DefaultGreedy()
		change(y)
		if y.Validate() == nil {
			t.Errorf("%s: want a refusal of %+v", name, *y)
		}
	}
	if _, err := New("greedy+ume", nil); err == nil {
		t.Error("an ensemble of modalities alone has no bridges: want a refusal")
	}
}
