package balance

import (
	"math"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/backend"
	"cggm/feature"
	"cggm/network"
	"cggm/param"
)

// Window 2. Modality a has traces 4, 6, 10, 10:
//
//	after 1 epoch:  mean 4 of one; none before: (4-0)/4 = 1
//	after 2 epochs: (6+4)/2 = 5, before 4: 1/5
//	after 3 epochs: (10+6)/2 = 8, before 5: 3/8
//	after 4 epochs: (10+10)/2 = 10, before 8: 1/5
//
// Modality b has 0, 2, 0, 0: 0 for nothing at all; (1-0)/1; (1-1)/1; 0.
func TestInfoRegSpeeds(t *testing.T) {
	r := &InfoReg{Window: 2}
	past := []float32{-1, -1, -1, -1, -1, -1}
	for _, test := range []struct{ trace, want []float32 }{
		{[]float32{4, 0}, []float32{1, 0}},
		{[]float32{6, 2}, []float32{.2, 1}},
		{[]float32{10, 0}, []float32{.375, 0}},
		{[]float32{10, 0}, []float32{.2, 0}},
	} {
		near(t, r.speeds(past, test.trace), test.want, 1e-6)
	}
}

// Two: leads .8-.5 = .3 and -.3; .95 exp(tanh .3) = .95 exp(.291313) = 1.271274.
// Three: scores .9, .6, .3: leads .9-.45 = .45, .6-.6 = 0, -.45;
// exp(tanh .45) = exp(.421899) = 1.524855. At or below the threshold: 0.
func TestInfoRegPull(t *testing.T) {
	for _, test := range []struct {
		name         string
		strength     float64
		score, speed []float32
		want         []float32
	}{
		{"two", .95, []float32{.8, .5}, []float32{1, 1}, []float32{1.271274, 0}},
		{"three", 1, []float32{.9, .6, .3}, []float32{1, 1, 1}, []float32{1.524855, 0, 0}},
		{"closed window", 1, []float32{.9, .6, .3}, []float32{.05, 1, 1}, []float32{0, 0, 0}},
		{"a tie", 1, []float32{.5, .5}, []float32{1, 1}, []float32{0, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := run(t, func(x *graph.Node) *graph.Node {
				parts := graph.Split(x, 0, 2)
				return (&InfoReg{Strength: test.strength, Threshold: .05}).pull(parts[0], parts[1])
			}, append(append([]float32{}, test.score...), test.speed...))
			near(t, got, test.want, 1e-5)
		})
	}
}

// Encoder 0 has w = [1 2], [3 4] and a bias 5, all 1 when the epoch began;
// encoder 1 has w = [7]. The loss is sum(w w)/2 + bias, so that gradients are w
// and 1. Traces: (1+4+9+16)/4 = 7.5 without the bias, and 49. Held with .5:
// w + .5 (w - 1) = 1, 2.5, 4, 5.5 and 1 + .5 (5-1) = 3.
func TestInfoRegEdit(t *testing.T) {
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	g := graph.NewGraph(b, "edit")
	binding := &param.Binding{Graph: g, Set: &param.Set{}}
	values := map[string]*tensors.Tensor{}
	declare := func(m int, name string, v []float32, dims ...int) *graph.Node {
		s := binding.Scope(param.Group{Kind: param.Encoder, Modality: m})
		values[param.Group{Kind: param.Encoder, Modality: m}.String()+"/"+name] = tensors.FromFlatDataAndDimensions(v, dims...)
		return s.Var(name, param.Zeros, dims...)
	}
	w, bias, other := declare(0, "w", []float32{1, 2, 3, 4}, 2, 2), declare(0, "b", []float32{5}, 1), declare(1, "w", []float32{7}, 1, 1)
	loss := sum([]*graph.Node{
		graph.MulScalar(graph.ReduceAllSum(graph.Square(w)), .5), graph.ReduceAllSum(bias), graph.MulScalar(graph.ReduceAllSum(graph.Square(other)), .5),
	})
	s := &Step{Pass: &network.Pass{Binding: binding, Inputs: make([]feature.Feature, 2)}, Epoch: graph.ScalarZero(g, dtypes.Float32)}
	grads := NewGradients(s, loss, []int{0, 1, 2})
	traces := fisherTraces(grads)
	holdBack(grads, 0, graph.Scalar(g, dtypes.Float32, .5), s.State("inforeg").In(regulatedStart))
	if err := g.Compile(traces, grads.Get(0), grads.Get(1), grads.Get(2)); err != nil {
		t.Fatal(err)
	}
	inputs := make([]any, binding.Set.Len())
	for _, i := range binding.Order() {
		spec := binding.Set.Specs()[i]
		value, ok := values[spec.Name]
		if !ok { // what the epoch began with
			value = tensors.FromShape(shapes.Make(dtypes.Float32, spec.Dims...))
			tensors.MustMutableFlatData(value, func(flat []float32) {
				for k := range flat {
					flat[k] = 1
				}
			})
		}
		inputs[binding.Node(i).GetParameterHandle()] = value
	}
	for k, want := range [][]float32{{7.5, 49}, {1, 2.5, 4, 5.5}, {3}, {7}} {
		got, err := tensors.CopyFlatData[float32](g.Run(inputs...)[k])
		if err != nil {
			t.Fatal(err)
		}
		near(t, got, want, 1e-6)
	}
	if name := binding.Set.Specs()[3].Name; name != "state/inforeg/start/encoder/0/w" {
		t.Errorf("the start of encoder/0/w is kept as %s, where Epoch.Copy does not put it", name)
	}
}

func TestInfoRegRefusals(t *testing.T) {
	for name, change := range map[string]func(*InfoReg){
		"measure": func(r *InfoReg) { r.Measure = "speed" }, "negative": func(r *InfoReg) { r.Strength = -1 },
		"no number": func(r *InfoReg) { r.Weight = math.NaN() }, "threshold": func(r *InfoReg) { r.Threshold = 1 },
		"window": func(r *InfoReg) { r.Window = 0 },
	} {
		r := DefaultInfoReg()
		change(r)
		if r.Validate() == nil {
			t.Errorf("%s: want a refusal of %+v", name, *r)
		}
	}
	if err := DefaultInfoReg().Validate(); err != nil {
		t.Error(err)
	}
}
