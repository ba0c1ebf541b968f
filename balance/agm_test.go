package balance

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"
)

// Two modalities: c_a = (z(a) + z - z(v))/2 and c_v = (z(v) + z - z(a))/2, with
// z = (3,1), z(a) = (2,0), z(v) = (0,2). Three, one logit: z = 7, z(ab) = 5,
// z(ac) = 4, z(bc) = 3, z(a) = 2, z(b) = 1, z(c) = 0:
//
//	c_a = 2/3 + (5-1)/6 + (4-0)/6 + (7-3)/3 = 20/6
//	c_b = 1/3 + (5-2)/6 + (3-0)/6 + (7-4)/3 = 14/6
//	c_c =   0 + (4-2)/6 + (3-1)/6 + (7-5)/3 =  8/6
func TestAGMShares(t *testing.T) {
	for _, test := range []struct {
		name       string
		modalities int
		classes    int
		values     []float32 // of the sets a, b, ab, c, ac, bc, abc
		want       []float32
	}{
		{"two", 2, 2, []float32{2, 0, 0, 2, 3, 1}, []float32{2.5, -.5, .5, 1.5}},
		{"three", 3, 1, []float32{2, 1, 5, 0, 4, 3, 7}, []float32{20. / 6, 14. / 6, 8. / 6}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := run(t, func(x *graph.Node) *graph.Node {
				values := append([]*graph.Node{nil}, graph.Split(x, 0, len(test.values)/test.classes)...)
				return graph.Concatenate(shapleyLogits(values, test.modalities), 0)
			}, test.values)
			near(t, got, test.want, 1e-6)
		})
	}
}

// Losses of this batch (1, 2), means so far (1.5, 1.5) and M/(M-1) = 2:
// r = exp(2(1.5-1)), exp(2(1.5-2)) = e, 1/e and t = 1, 1, so the exponents are
// 1 - e and 1 - 1/e. The modality ahead is damped, the one behind is not.
func TestAGMCoefficients(t *testing.T) {
	of := func(a *AGM, now, mean []float32) []float32 {
		return run(t, func(x *graph.Node) *graph.Node {
			both := graph.Split(x, 0, 2)
			return a.coefficients(both[0], both[1])
		}, append(now, mean...))
	}
	near(t, of(DefaultAGM(), []float32{1, 2}, []float32{1.5, 1.5}), []float32{.179374, 1.881597}, 1e-5)
	near(t, of(&AGM{Alpha: 1, Cap: .5}, []float32{1, 2}, []float32{1.5, 1.5}), []float32{.179374, 1.648721}, 1e-5)
	near(t, of(&AGM{Alpha: .5, Cap: 10}, []float32{1, 1}, []float32{1, 2}), []float32{
		// t = e, 1/e and r = 1: exp(.5(e-1)) and exp(.5(1/e-1)).
		2.361131, .729018,
	}, 1e-5)
}
