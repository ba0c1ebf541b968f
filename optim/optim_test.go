package optim

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/backend"
)

// steps runs an optimizer from p = 1 on the gradient 0.5 with rate 0.1 and
// decay 0.1 and returns p after every step.
func steps(t *testing.T, o Optimizer, n int) []float64 {
	t.Helper()
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	out, err := graph.CallOnce(b, func(p *graph.Node) *graph.Node {
		scalar := func(v float64) *graph.Node { return graph.Scalar(p.Graph(), p.DType(), v) }
		slots := make([]*graph.Node, o.Slots())
		for i := range slots {
			slots[i] = graph.ZerosLike(p)
		}
		var all []*graph.Node
		for k := range n {
			p, slots = o.Update(p, graph.OnesLike(p), slots, scalar(.1), scalar(.1), scalar(float64(k+1)))
			all = append(all, p)
		}
		return graph.Concatenate(all, 0)
	}, tensors.FromFlatDataAndDimensions([]float32{1}, 1))
	if err != nil {
		t.Fatal(err)
	}
	values, err := tensors.CopyFlatData[float32](out)
	if err != nil {
		t.Fatal(err)
	}
	wide := make([]float64, len(values))
	for i, v := range values {
		wide[i] = float64(v)
	}
	return wide
}

// Two steps on the constant gradient 1 with rate .1 and decay .1, worked out
// by hand; g is 1 + .1 p where decay is part of the gradient.
func TestOptimizers(t *testing.T) {
	for name, test := range map[string]struct {
		o    Optimizer
		want []float64
	}{
		// p1 = 1 - .1*1.1; p2 = .89 - .1*1.089.
		"sgd": {&SGD{}, []float64{.89, .7811}},
		// v1 = 1.1, v2 = .9*1.1 + 1.089 = 2.079.
		"momentum": {&SGD{Momentum: .9}, []float64{.89, .6821}},
		// step 1: 1.1 + .9*1.1 = 2.09 -> .791; g2 = 1.0791, v2 = 2.0691, 1.0791+.9*2.0691 = 2.94129.
		"nesterov": {&SGD{Momentum: .9, Nesterov: true}, []float64{.791, .496871}},
		// A constant gradient moves Adam by the rate; the decay in the gradient changes little.
		"adam":  {DefaultAdam(), []float64{.9, .9 - .1*adamRatio(1.1, 1.09)}},
		"adamw": {DefaultAdamW(), []float64{.89, .89*.99 - .1}},
		// square = .01*1.21, step = 1.1/.11 = 10.
		"rmsprop": {DefaultRMSProp(), []float64{0, -.1 * 1 / math.Sqrt(.99*.0121+.01)}},
	} {
		got := steps(t, test.o, len(test.want))
		for i, want := range test.want {
			if math.Abs(got[i]-want) > 2e-6 {
				t.Errorf("%s, step %d: got %v, want %v", name, i+1, got[i], want)
			}
		}
	}
}

// adamRatio is m^/sqrt(v^) after the gradients g1 and g2.
func adamRatio(g1, g2 float64) float64 {
	m := (.9*.1*g1 + .1*g2) / (1 - .81)
	v := (.999*.001*g1*g1 + .001*g2*g2) / (1 - .999*.999)
	return m / math.Sqrt(v)
}

func TestSchedules(t *testing.T) {
	p := DefaultPlateau()
	p.Base, p.Patience = 1, 1
	for i, test := range []struct{ loss, rate float64 }{{1, 1}, {1, 1}, {1, .1}, {.5, .1}, {.6, .1}, {.6, .01}} {
		p.Observe(test.loss)
		if math.Abs(p.Rate(0)-test.rate) > 1e-12 {
			t.Errorf("plateau after %d losses: rate %v, want %v", i+1, p.Rate(0), test.rate)
		}
	}
	c := &Cosine{Base: 1, Epochs: 4, Floor: .2}
	for epoch, want := range []float64{1, .2 + .8*(1+math.Sqrt2/2)/2, .6, .2 + .8*(1-math.Sqrt2/2)/2, .2, .2} {
		if math.Abs(c.Rate(epoch)-want) > 1e-12 {
			t.Errorf("cosine, epoch %d: rate %v, want %v", epoch, c.Rate(epoch), want)
		}
	}
	w := &Warmup{Epochs: 2, Start: 0, After: p}
	if w.Rate(1) != w.After.Rate(0)/2 || w.Rate(2) != w.After.Rate(0) {
		t.Errorf("warm-up: %v, %v", w.Rate(1), w.Rate(2))
	}
	text, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	again := &Warmup{After: DefaultPlateau()}
	if err := json.Unmarshal(text, again); err != nil || again.Rate(5) != w.Rate(5) {
		t.Errorf("after a round trip: rate %v, %v, want %v", again.Rate(5), err, w.Rate(5))
	}
}
