package balance

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/backend"
	"cggm/network"
	"cggm/param"
)

// Of scores (3, 1) the ratios are 3 and 1/3: k = 1 - tanh(.3 3) = 1 - .716298 for
// the first. Of (4, 2, 0) they are 4/1, 2/2 and 0/3: one that is just level is
// left alone, and k = 1 - tanh(.25 4) = 1 - .761594.
func TestOGMCoefficients(t *testing.T) {
	for _, test := range []struct {
		alpha         float64
		score         []float32
		wantRho, want []float32
	}{
		{.3, []float32{3, 1}, []float32{3, 1. / 3}, []float32{.283702, 1}},
		{.3, []float32{1, 3}, []float32{1. / 3, 3}, []float32{1, .283702}},
		{.25, []float32{4, 2, 0}, []float32{4, 1, 0}, []float32{.238406, 1, 1}},
		{0, []float32{3, 1}, []float32{3, 1. / 3}, []float32{1, 1}},
		// No probability at all: 0/1e-8.
		{.3, []float32{0, 0}, []float32{0, 0}, []float32{1, 1}},
	} {
		m := len(test.score)
		got := run(t, func(x *graph.Node) *graph.Node {
			rho, k := (&OGM{Alpha: test.alpha}).coefficients(x)
			return graph.Concatenate([]*graph.Node{rho, k}, 0)
		}, test.score)
		near(t, got[:m], test.wantRho, 1e-6)
		near(t, got[m:], test.want, 2e-6)
	}
}

// A gradient of as many ones as threes deviates from its mean 2 by 1. Scaled by
// 1/4, noise of deviation 1 on top: what is left after taking gradient/4 away has
// the mean 0 and the deviation 1, within 4 standard errors of 10000 draws (.04 and
// .028). With amount 0 nothing is added.
func TestGeneralisationNoise(t *testing.T) {
	const n = 10000
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	g := graph.NewGraph(b, "noise")
	random := graph.Parameter(g, "random", graph.RNGStateShape)
	binding := &param.Binding{Graph: g, Set: &param.Set{}, Random: random}
	w := binding.Scope(param.Group{Kind: param.Encoder}).Var("w", param.Zeros, n)
	flat := make([]float32, n)
	for i := range flat {
		flat[i] = float32(1 + 2*(i%2))
	}
	amount := graph.Parameter(g, "amount", w.Shape().Clone())
	grads := NewGradients(&Step{Pass: &network.Pass{Binding: binding}}, graph.ReduceAllSum(graph.Mul(w, graph.Const(g, flat))), []int{0})
	grads.Apply(Effect{
		Scale: []*graph.Node{graph.Scalar(g, w.DType(), .25)},
		Noise: graph.Reshape(graph.Slice(amount, graph.AxisElem(0))),
	})
	if err := g.Compile(graph.Sub(grads.Get(0), graph.Const(g, quarter(flat)))); err != nil {
		t.Fatal(err)
	}
	for _, on := range []float32{1, 0} {
		inputs := make([]any, 3)
		inputs[random.GetParameterHandle()] = tensors.FromFlatDataAndDimensions([]uint64{1, 2, 3}, 3)
		inputs[w.GetParameterHandle()] = tensors.FromFlatDataAndDimensions(make([]float32, n), n)
		amounts := make([]float32, n)
		amounts[0] = on
		inputs[amount.GetParameterHandle()] = tensors.FromFlatDataAndDimensions(amounts, n)
		got, err := tensors.CopyFlatData[float32](g.Run(inputs...)[0])
		if err != nil {
			t.Fatal(err)
		}
		mean, square := 0., 0.
		for _, v := range got {
			mean += float64(v) / n
			square += float64(v) * float64(v) / n
		}
		deviation := math.Sqrt(square - mean*mean)
		if on == 0 && (mean != 0 || deviation != 0) {
			t.Errorf("noise of amount 0 has mean %g and deviation %g", mean, deviation)
		}
		if on == 1 && (math.Abs(mean) > .04 || math.Abs(deviation-1) > .028) {
			t.Errorf("noise has mean %g and deviation %g, want 0 and 1", mean, deviation)
		}
	}
}

func quarter(v []float32) []float32 {
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = x / 4
	}
	return out
}
