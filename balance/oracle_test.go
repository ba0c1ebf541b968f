package balance

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/backend"
)

// run executes a graph function of one vector and returns its output.
func run(t *testing.T, fn func(x *graph.Node) *graph.Node, x []float32) []float32 {
	t.Helper()
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	out, err := graph.CallOnce(b, fn, tensors.FromFlatDataAndDimensions(x, len(x)))
	if err != nil {
		t.Fatal(err)
	}
	v, err := tensors.CopyFlatData[float32](out)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func near(t *testing.T, got, want []float32, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if d := math.Abs(float64(got[i] - want[i])); !(d <= tolerance*math.Max(1, math.Abs(float64(want[i])))) {
			t.Errorf("element %d: got %v, want %v", i, got[i], want[i])
		}
	}
}

// The expected values are worked out by hand from B_m = rho (D - d_m)/D.
func TestCGGMCoefficients(t *testing.T) {
	with := func(change func(*CGGM)) *CGGM {
		c := DefaultCGGM()
		c.Rho = 1
		change(c)
		return c
	}
	for _, test := range []struct {
		name    string
		method  *CGGM
		d, want []float32
	}{
		{"two modalities", with(func(*CGGM) {}), []float32{.02, .06}, []float32{.75, .25}},
		{"rho scales", with(func(c *CGGM) { c.Rho = 1.3 }), []float32{.02, .06}, []float32{.975, .325}},
		{"equal changes", with(func(*CGGM) {}), []float32{.1, .1, .1}, []float32{2. / 3, 2. / 3, 2. / 3}},
		{"no change at all", with(func(c *CGGM) { c.Rho = 1.3 }), []float32{0, 0}, []float32{.65, .65}},
		{"changes cancel", with(func(*CGGM) {}), []float32{.1, -.1, 0}, []float32{2. / 3, 2. / 3, 2. / 3}},
		{"a falling modality", with(func(*CGGM) {}), []float32{.3, -.1}, []float32{-.5, 1.5}},
		{"one modality", with(func(c *CGGM) { c.Rho = 1.3 }), []float32{.2}, []float32{1}},
		{"clamped", with(func(c *CGGM) { c.Clamp = 1.2 }), []float32{.3, -.1}, []float32{0, 1.2}},
		// Sum B = rho (M-1) = 2 over three modalities, so the mean is 2/3.
		{"mean one", with(func(c *CGGM) { c.Normalize = true }), []float32{.1, .2, .1}, []float32{1.125, .75, 1.125}},
		{"reference", with(func(c *CGGM) { c.Variant = "reference" }), []float32{.02, .06}, []float32{.75, .25}},
		// B = 1.3 (.75, .25), divided by its mean .65.
		{"robust", with(func(c *CGGM) { c.Variant, c.Rho = "robust", 1.3 }), []float32{.02, .06}, []float32{1.5, .5}},
		// B = (-.5, 1.5), clamped to (0, 1.5), divided by its mean .75.
		{"robust, a falling modality", with(func(c *CGGM) { c.Variant = "robust" }), []float32{.3, -.1}, []float32{0, 2}},
		// B = (-5, 6, 1), clamped to (0, 4, 1), divided by its mean 5/3.
		{"robust, another clamp", with(func(c *CGGM) { c.Variant, c.Clamp = "robust", 4 }), []float32{.6, -.5, 0}, []float32{0, 2.4, .6}},
		// d = (1,-1): D = 0, c = (0 - d)/1e-8.
		{"reference explodes", with(func(c *CGGM) { c.Variant = "reference" }), []float32{1, -1}, []float32{-1e8, 1e8}},
	} {
		t.Run(test.name, func(t *testing.T) {
			near(t, run(t, test.method.resolved().coefficients, test.d), test.want, 1e-5)
		})
	}
}

func TestRobustCGGM(t *testing.T) {
	c := DefaultCGGM()
	c.Variant = "robust"
	if r := c.resolved(); r.EMA != .98 || r.Clamp != 2 || !r.Normalize || c.EMA != 0 {
		t.Errorf("resolved to %+v", r)
	}
	if c.EMA = .5; c.resolved().EMA != .5 {
		t.Error("a moving average that is set does not count")
	}
}

func TestCosine(t *testing.T) {
	// (3,4).(4,3) = 24, both of norm 5; a zero vector has cosine 0.
	got := run(t, func(x *graph.Node) *graph.Node {
		y := graph.Reverse(x, 0)
		return graph.Stack([]*graph.Node{cosine(x, y), cosine(x, x), cosine(x, graph.Neg(x)), cosine(x, graph.ZerosLike(x))}, 0)
	}, []float32{3, 4})
	near(t, got, []float32{.96, 1, -1, 0}, 1e-6)
}

// The min-norm weights are worked out by hand from a = <v-u,v>/|u-v|^2.
func TestParetoShare(t *testing.T) {
	for _, test := range []struct {
		name string
		u, v []float32
		want float32
	}{
		{"agreeing gradients count alike", []float32{1, 0}, []float32{1, 1}, .5},
		// u=(1,0), v=(-2,0): v-u=(-3,0); <v-u,v> = 6; |u-v|^2 = 9.
		{"conflict leans to the shorter", []float32{1, 0}, []float32{-2, 0}, 6. / 9},
		// u=(1,1), v=(-1,0): v-u=(-2,-1); <v-u,v> = 2; |u-v|^2 = 5.
		{"conflict at an angle", []float32{1, 1}, []float32{-1, 0}, .4},
		// u=(0,0): orthogonal counts as conflict; a = |v|^2/|v|^2 = 1, clipped.
		{"no fused gradient", []float32{0, 0}, []float32{1, 0}, .999},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := run(t, func(x *graph.Node) *graph.Node {
				half := len(test.u)
				u := graph.Slice(x, graph.AxisRange(0, half))
				v := graph.Slice(x, graph.AxisRange(half))
				return graph.Reshape(paretoShare([]*graph.Node{u}, []*graph.Node{v}), 1)
			}, append(append([]float32{}, test.u...), test.v...))
			near(t, got, []float32{test.want}, 1e-6)
		})
	}
}

// combine keeps at least the norm of u+v: u=(1,0), v=(0,1), a=.5 gives (1,1),
// already as long as u+v; u=(1,0), v=(-.5,0), a=.5 gives (.5,0) = u+v.
func TestCombine(t *testing.T) {
	got := run(t, func(x *graph.Node) *graph.Node {
		u, v := graph.Slice(x, graph.AxisRange(0, 2)), graph.Slice(x, graph.AxisRange(2, 4))
		half := graph.Scalar(x.Graph(), x.DType(), 0.5)
		far := graph.Scalar(x.Graph(), x.DType(), 0.25)
		// 2(.25)(1,0) + 2(.75)(0,1) = (.5,1.5), norm 1.58 > 1.41: kept.
		return graph.Concatenate([]*graph.Node{combine(u, v, half), combine(u, v, far)}, 0)
	}, []float32{1, 0, 0, 1})
	near(t, got, []float32{1, 1, .5, 1.5}, 1e-6)
}

func TestComposeRefusesConflicts(t *testing.T) {
	if _, err := New("cggm+ogm", nil); err == nil {
		t.Fatal("cggm and ogm both scale the encoders' gradients: want a refusal")
	}
	m, err := New("cggm+ogm", func(part string, settings Method) error {
		if c, ok := settings.(*CGGM); ok {
			c.Magnitude = false
		}
		return nil
	})
	if err != nil {
		t.Fatalf("CGGM's direction with OGM's magnitude must compose: %v", err)
	}
	if got := m.Traits().Takes; got != Scale {
		t.Errorf("composition takes %v, want the gradient scale of ogm alone", got)
	}
}
