package balance

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/backend"
	"cggm/network"
	"cggm/objective"
	"cggm/param"
)

// Two samples of two classes. Logits (ln 3, 0) predict (3/4, 1/4), (0, 0)
// predict (1/2, 1/2), so m = (5/8, 3/8):
//
//	KL(p_a||m) = 3/4 ln(6/5) + 1/4 ln(2/3) = .0353749
//	KL(p_b||m) = 1/2 ln(4/5) + 1/2 ln(4/3) = .0322693
//
// and A = .0338221. Logits (200, 0) and (0, 200) share no class: A = ln 2.
func TestLFMDivergence(t *testing.T) {
	got := run(t, func(x *graph.Node) *graph.Node {
		both := graph.Split(graph.Reshape(x, 2, 2, 2), 0, 2)
		a, b := graph.Squeeze(both[0], 0), graph.Squeeze(both[1], 0)
		return jensenShannon(logChances(a, objective.Classification), logChances(b, objective.Classification))
	}, []float32{float32(math.Log(3)), 0, 200, 0, 0, 0, 0, 200})
	near(t, got, []float32{.0338221, math.Ln2}, 1e-6)
}

// The gradient of A with respect to z_a is p (g - <p, g>), g = ln(p_a/m)/2:
// g = (ln(6/5), ln(2/3))/2 = (.0911608, -.2027326), <p, g> = .0176874, so
// (.0551050, -.0551050); for z_b, g = (ln(4/5), ln(4/3))/2 = (-.1115718,
// .1438410), <p, g> = .0161346: (-.0638532, .0638532).
func TestLFMDivergenceGradient(t *testing.T) {
	got := run(t, func(x *graph.Node) *graph.Node {
		z := graph.LogSoftmax(graph.Reshape(x, 2, 2), -1)
		a, b := graph.Slice(z, graph.AxisElem(0)), graph.Slice(z, graph.AxisElem(1))
		return graph.Gradient(graph.ReduceAllSum(jensenShannon(a, b)), x)[0]
	}, []float32{float32(math.Log(3)), 0, 0, 0})
	near(t, got, []float32{.0551050, -.0551050, -.0638532, .0638532}, 1e-6)
}

// A label with logit ln 3 is there with 3/4, with logit 0 with 1/2: the same
// divergence as above.
func TestLFMDivergenceOfLabels(t *testing.T) {
	got := run(t, func(x *graph.Node) *graph.Node {
		both := graph.Split(graph.Reshape(x, 2, 1), 0, 2)
		return graph.Reshape(jensenShannon(logChances(both[0], objective.MultiLabel), logChances(both[1], objective.MultiLabel)), 1)
	}, []float32{float32(math.Log(3)), 0})
	near(t, got, []float32{.0338221}, 1e-6)
}

// Features a = (1,0), (0,1) and b = (2,0), (1,1) have the cosines
//
//	S = 1  .7071068
//	    0  .7071068
//
// At T = 1 the rows give -ln(e/(e+e^.7071)) = .5573858 and
// -ln(e^.7071/(1+e^.7071)) = .4008335, the columns -ln(e/(e+1)) = .3132617 and
// ln 2 = .6931472; half the mean of the sums is
// (.5573858 + .4008335 + .3132617 + .6931472)/4 = .4911570.
//
// With the second sample left out nothing is left to tell apart: 0.
func TestLFMContrast(t *testing.T) {
	got := run(t, func(x *graph.Node) *graph.Node {
		a := graph.Reshape(graph.Slice(x, graph.AxisRange(0, 4)), 2, 2)
		b := graph.Reshape(graph.Slice(x, graph.AxisRange(4, 8)), 2, 2)
		first := graph.Slice(x, graph.AxisRange(0, 2)) // (1, 0)
		return graph.Stack([]*graph.Node{contrast(a, b, graph.OnesLike(first), 1), contrast(a, b, first, 1)}, 0)
	}, []float32{1, 0, 0, 1, 2, 0, 1, 1})
	near(t, got, []float32{.4911570, 0}, 1e-6)
}

// 1 - .2046 = .7954 in the first epoch. At 50: .2046 + .16775 + .3075 -
// .366125 + .139875 - .016865625 = .436734375. At 150: .2046 + .50325 + 2.7675
// - 9.885375 + 11.329875 - 4.098346875 = .821503125.
func TestLFMPolynomial(t *testing.T) {
	got := run(t, func(x *graph.Node) *graph.Node { return polynomial(x) }, []float32{0, 50, 150, 400})
	near(t, got, []float32{.7954, .563265625, .178496875, .178496875}, 1e-4)
}

func TestLFMRefusals(t *testing.T) {
	for _, test := range []struct {
		change func(l *LFM)
		want   string
	}{
		{func(l *LFM) { l.Align = "cosine" }, `align "cosine"`},
		{func(l *LFM) { l.Schedule = "steps" }, `schedule "steps"`},
		{func(l *LFM) { l.Weight = 1 }, "weight 1"},
		{func(l *LFM) { l.Schedule, l.Weight = "learned", .01 }, "starts in [0.05,0.95]"},
		{func(l *LFM) { l.Temperature = 0 }, "temperature 0"},
		{func(l *LFM) { l.Rate = -1 }, "rate -1"},
	} {
		l := DefaultLFM()
		test.change(l)
		if err := l.Validate(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want an error with %q", err, test.want)
		}
	}
	if err := DefaultLFM().Validate(); err != nil {
		t.Error(err)
	}
}

// Parameters (1, 2), L_task = x^2, A = y^2 and held-out loss x y + y^2: their
// gradients are (2, 0), (0, 4) and (2, 1 + 4), so the inner product of the
// last with A - L_task is 2 (-2) + 5 (4) = 16. From w = .3 a rate of .01 leads
// to .46, after 20 epochs to .38, a rate of 1 to the upper bound.
func TestLFMLearns(t *testing.T) {
	for _, test := range []struct {
		rate  float64
		epoch float32
		want  float32
	}{
		{.01, 0, .46},
		{.01, 19, .46},
		{.01, 25, .38},
		{1, 0, .95},
	} {
		engine, err := backend.Open()
		if err != nil {
			t.Fatal(err)
		}
		g := graph.NewGraph(engine, t.Name())
		epoch := graph.Parameter(g, "epoch", shapes.Make(dtypes.Float32))
		b := &param.Binding{Graph: g, Set: &param.Set{}, Training: true}
		xy := b.Scope(param.Group{Kind: param.Head}).Var("xy", param.Zeros, 2)
		x, y := graph.Reshape(graph.Slice(xy, graph.AxisElem(0))), graph.Reshape(graph.Slice(xy, graph.AxisElem(1)))
		s := &Step{Pass: &network.Pass{Binding: b}, Epoch: epoch}
		l := &LFM{Schedule: "learned", Weight: .3, Rate: test.rate}
		task, gap := graph.Square(x), graph.Square(y)
		w := l.weight(s)
		loss := graph.Add(task, graph.Mul(w, graph.Sub(gap, task)))
		l.learn(s, NewGradients(s, loss, []int{b.Set.Index("head/xy")}), w, gap, graph.Add(graph.Mul(x, y), gap))
		if err := g.Compile(b.Update(b.Set.Index("state/lfm/weight"))); err != nil {
			t.Fatal(err)
		}
		out, err := tensors.CopyFlatData[float32](g.Run(test.epoch, []float32{1, 2}, float32(l.Weight))[0])
		if err != nil {
			t.Fatal(err)
		}
		near(t, out, []float32{test.want}, 1e-6)
	}
}
