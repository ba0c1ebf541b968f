package balance

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/objective"
)

// Two: p_a = (.8, .2), p_b = (.4, .6). KL(p_b || p_a) = .4 ln(1/2) + .6 ln 3 =
// -.277259 + .659167; KL(p_a || p_b) = .8 ln 2 + .2 ln(1/3) = .554518 - .219722.
//
// Three, with p_c = p_a: a is taught by (.4 + .8)/2 = .6, (.6 + .2)/2 = .4:
// .6 ln(.6/.8) + .4 ln(.4/.2) = -.172609 + .277259; so is c; b is taught by p_a
// as above. Where c is missing, it is as with two, and c learns nothing.
func TestBalGradDisagreement(t *testing.T) {
	a, b := []float32{.8, .2}, []float32{.4, .6}
	for _, test := range []struct {
		name          string
		probabilities [][]float32
		present, want []float32
	}{
		{"two", [][]float32{a, b}, []float32{1, 1}, []float32{.381908, .334795}},
		{"three", [][]float32{a, b, a}, []float32{1, 1, 1}, []float32{.104650, .334795, .104650}},
		{"one missing", [][]float32{a, b, a}, []float32{1, 1, 0}, []float32{.381908, .334795, 0}},
		{"one left", [][]float32{a, b}, []float32{1, 0}, []float32{0, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var flat []float32
			for _, p := range test.probabilities {
				flat = append(flat, p...)
			}
			n := len(test.probabilities)
			got := run(t, func(x *graph.Node) *graph.Node {
				logs, present := make([]*graph.Node, n), make([]*graph.Node, n)
				for m := range logs {
					logs[m] = graph.Log(graph.Reshape(graph.Slice(x, graph.AxisRange(2*m, 2*m+2)), 1, 2))
					present[m] = graph.Slice(x, graph.AxisElem(2*n+m))
				}
				return graph.Stack(disagreements(logs, present), 0)
			}, append(flat, test.present...))
			near(t, got, test.want, 1e-5)
		})
	}
}

// Two positions of one sample, or two labels, with the numbers of the test above
// once one way round and once the other: the mean (.381908 + .334795)/2. The
// logit of a label that holds with .8 is ln(.8/.2).
func TestBalGradManyPredictionsPerSample(t *testing.T) {
	for _, task := range []objective.Task{objective.Dense, objective.MultiLabel} {
		got := run(t, func(x *graph.Node) *graph.Node {
			reshape := func(n *graph.Node) *graph.Node {
				if task == objective.MultiLabel {
					return graph.Reshape(graph.Slice(n, graph.AxisRange(), graph.AxisElem(0)), 1, 2)
				}
				// Against 0 the logit of the first of two classes says it all.
				return graph.Reshape(n, 1, 1, 2, 2)
			}
			z := graph.Reshape(x, 2, 2, 2)
			half := func(m int) *graph.Node { return graph.Reshape(graph.Slice(z, graph.AxisElem(m)), 2, 2) }
			one := graph.OnesLike(graph.Slice(x, graph.AxisRange(0, 1)))
			logs := []*graph.Node{logProbabilities(reshape(half(0)), task), logProbabilities(reshape(half(1)), task)}
			return graph.Stack(disagreements(logs, []*graph.Node{one, one}), 0)
		}, []float32{
			float32(math.Log(4)), 0, float32(math.Log(.4 / .6)), 0,
			float32(math.Log(.4 / .6)), 0, float32(math.Log(4)), 0,
		})
		near(t, got, []float32{.358352, .358352}, 1e-5)
	}
}

// t = (1, 2 | -1), k = (-2, 0 | 0): <t,k> = -2, |k|^2 = 4, so -1/2 of k is taken
// off t, which leaves (0, 2 | -1), at a right angle to k. With k = (2, 0 | 0), no
// conflict, nothing is; nor is with k = 0.
func TestBalGradConflict(t *testing.T) {
	for _, test := range []struct{ k, want []float32 }{
		{[]float32{-2, 0, 0}, []float32{-.5}},
		{[]float32{2, 0, 0}, []float32{0}},
		{[]float32{0, 0, 0}, []float32{0}},
		// <t,k> = -1 - 2 - 1 = -4, |k|^2 = 3.
		{[]float32{-1, -1, 1}, []float32{-4. / 3}},
	} {
		got := run(t, func(x *graph.Node) *graph.Node {
			parts := func(from int) []*graph.Node {
				return []*graph.Node{graph.Slice(x, graph.AxisRange(from, from+2)), graph.Slice(x, graph.AxisRange(from+2, from+3))}
			}
			return graph.Reshape(conflict(parts(0), parts(3)), 1)
		}, append([]float32{1, 2, -1}, test.k...))
		near(t, got, test.want, 1e-6)
	}
}
