package balance

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/backend"
	"cggm/feature"
	"cggm/fusion"
	"cggm/head"
	"cggm/network"
	"cggm/param"
)

// Two modalities, two classes, logits as logarithms: sample 0 has e^z = (3,1)
// and (1,1), sum 6, masses 4/6 and 2/6; sample 1 has (1,1) and (2,4), sum 8,
// masses 2/8 and 6/8. Means: (2/3 + 1/4)/2 = 11/24 and 13/24. The second exceeds
// 1/2, with a margin of .05 neither does (13/24 = .5417).
func TestAMCoMasses(t *testing.T) {
	const ln2, ln3 = .6931472, 1.0986123
	got := run(t, func(x *graph.Node) *graph.Node {
		a := graph.Reshape(graph.Slice(x, graph.AxisRange(0, 4)), 2, 2)
		b := graph.Reshape(graph.Slice(x, graph.AxisRange(4)), 2, 2)
		mass := masses([]*graph.Node{a, b})
		return graph.Concatenate([]*graph.Node{mass, (&AMCo{}).dominant(mass), (&AMCo{Margin: .05}).dominant(mass)}, 0)
	}, []float32{ln3, 0, 0, 0, 0, 0, ln2, 2 * ln2})
	near(t, got, []float32{11. / 24, 13. / 24, 0, 1, 0, 0}, 1e-6)
}

// Pace .1 and ramp .3, 10 classes. Epoch 0: 0. Epoch 2 at half: l = .1, a third
// of the ramp, sin(pi/6) = 1/2: 5 classes. Epoch 3 at half: l = .15, half of it,
// sin(pi/4) = .707: 7. Epoch 6 at half: l = .3: all 10, and no more after that.
func TestAMCoCount(t *testing.T) {
	got := run(t, func(x *graph.Node) *graph.Node {
		return DefaultAMCo().count(x, graph.MulScalar(graph.OnesLike(x), .5), 10)
	}, []float32{0, 2, 3, 6, 50})
	near(t, got, []float32{0, 5, 7, 10, 10}, 0)
}

// The two smallest of .5, .1, .9, .1 are the two .1; one alone is the first of
// them; none and all are possible.
func TestAMCoMasking(t *testing.T) {
	for count, want := range map[float64][]float32{
		0: {0, 0, 0, 0}, 1: {0, 1, 0, 0}, 2: {0, 1, 0, 1}, 3: {1, 1, 0, 1}, 4: {1, 1, 1, 1},
	} {
		got := run(t, func(x *graph.Node) *graph.Node {
			return masking(graph.Scalar(x.Graph(), x.DType(), count), x)
		}, []float32{.5, .1, .9, .1})
		near(t, got, want, 0)
	}
}

// asIs is an encoder without parameters.
type asIs struct{}

func (asIs) Encode(_, _ param.Scope, in feature.Feature) feature.Feature { return in }

// side returns a pass of one sample with the features 2 and -5 side by side
// under a linear layer with the weights (1, 2) and (3, -4) and the bias
// (.5, -.5), and a function that runs a graph of it. The logits are
// (2 - 15 + .5, 4 + 20 - .5) = (-12.5, 23.5).
func side(t *testing.T) (*network.Pass, func(out *graph.Node) []float32) {
	t.Helper()
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	g := graph.NewGraph(b, "side")
	binding := &param.Binding{Graph: g, Set: &param.Set{}}
	m := &network.Model{
		Modalities: []network.Modality{{Name: "a", Encoder: asIs{}}, {Name: "b", Encoder: asIs{}}},
		Fusion:     &fusion.Concat{}, Head: &head.Linear{Size: 2},
	}
	pass := m.NewPass(binding, []feature.Feature{
		{Value: graph.Const(g, [][]float32{{2}})}, {Value: graph.Const(g, [][]float32{{-5}})},
	}, nil)
	values := map[string][]float32{"head/out/weight": {1, 2, 3, -4}, "head/out/bias": {.5, -.5}}
	return pass, func(out *graph.Node) []float32 {
		t.Helper()
		if err := g.Compile(out); err != nil {
			t.Fatal(err)
		}
		inputs := make([]any, binding.Set.Len())
		for i, spec := range binding.Set.Specs() {
			v, ok := values[spec.Name]
			if !ok {
				t.Fatalf("unexpected parameter %s", spec.Name)
			}
			inputs[binding.Node(i).GetParameterHandle()] = tensors.FromFlatDataAndDimensions(v, spec.Dims...)
		}
		got, err := tensors.CopyFlatData[float32](g.Run(inputs...)[0])
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
}

// Without the second modality the logits are (2 + .5, 4 - .5) = (2.5, 3.5). Where
// it is dominant and the second class masked, they are (-12.5, 3.5); where
// nothing is dominant masking changes nothing.
func TestAMCoWithout(t *testing.T) {
	for _, test := range []struct{ dominant, masked, want []float32 }{
		{[]float32{0, 1}, []float32{0, 1}, []float32{-12.5, 3.5}},
		{[]float32{0, 1}, []float32{1, 1}, []float32{2.5, 3.5}},
		{[]float32{0, 1}, []float32{0, 0}, []float32{-12.5, 23.5}},
		{[]float32{0, 0}, []float32{1, 1}, []float32{-12.5, 23.5}},
	} {
		pass, values := side(t)
		g := pass.Binding.Graph
		got := values(without(&Step{Pass: pass}, graph.Const(g, test.dominant), graph.Const(g, test.masked)))
		near(t, got, test.want, 1e-6)
	}
}

func TestAMCoValidate(t *testing.T) {
	for _, test := range []struct {
		method AMCo
		valid  bool
	}{
		{*DefaultAMCo(), true},
		{AMCo{Ramp: 1}, true},
		{AMCo{}, false},
		{AMCo{Ramp: 1, Margin: 1}, false},
		{AMCo{Ramp: 1, Margin: -.1}, false},
		{AMCo{Ramp: 1, Pace: -1}, false},
		{AMCo{Ramp: 1, Weight: -1}, false},
	} {
		if err := test.method.Validate(); (err == nil) != test.valid {
			t.Errorf("%+v: error %v", test.method, err)
		}
	}
}
