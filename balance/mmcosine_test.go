package balance

import (
	"errors"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/fusion"
	"cggm/head"
	"cggm/network"
	"cggm/objective"
)

// Features (3,4) and (0,0); class weights (1,0), (0,-2) and (4,3), of lengths 1,
// 2 and 5. The products with (3,4) are 3, -8 and 24, the cosines 3/(5 1) = .6,
// -8/(5 2) = -.8 and 24/(5 5) = .96. Features of 0 have cosine 0.
func TestMMCosineAngles(t *testing.T) {
	got := run(t, func(x *graph.Node) *graph.Node {
		features := graph.Reshape(graph.Slice(x, graph.AxisRange(0, 4)), 2, 2)
		weight := graph.Reshape(graph.Slice(x, graph.AxisRange(4)), 2, 3)
		return graph.Reshape(angles(features, weight), 6)
	}, []float32{3, 4, 0, 0, 1, 0, 4, 0, -2, 3})
	near(t, got, []float32{.6, -.8, .96, 0, 0, 0}, 1e-6)
}

// The length of x = (3,4) does not matter: the gradient of its cosine with
// (1,0), 3/5, is ((1,0) - 3/5 (3/5,4/5))/5 = (.64/5, -.48/5), orthogonal to x.
// Where x is 0 it is 0.
func TestMMCosineGradient(t *testing.T) {
	for _, test := range []struct{ x, want []float32 }{
		{[]float32{3, 4}, []float32{.128, -.096}},
		{[]float32{0, 0}, []float32{0, 0}},
	} {
		got := run(t, func(x *graph.Node) *graph.Node {
			weight := graph.Const(x.Graph(), [][]float32{{1}, {0}})
			return graph.Gradient(graph.ReduceAllSum(angles(graph.Reshape(x, 1, 2), weight)), x)[0]
		}, test.x)
		near(t, got, test.want, 1e-5)
	}
}

// In one dimension cosines are signs: the feature 2 with the weights (1, 2) has
// (1, 1), the feature -5 with (3, -4) has (-1, 1). At scale 10 their sum is
// (0, 20); lengths and bias play no part.
func TestMMCosinePredict(t *testing.T) {
	pass, values := side(t)
	fused, alone := DefaultMMCosine().Predict(pass)
	got := values(graph.Concatenate([]*graph.Node{fused, alone[0], alone[1]}, 0))
	near(t, got, []float32{0, 20, 10, 10, -10, 10}, 1e-5)
}

func TestMMCosineRefusals(t *testing.T) {
	two := make([]network.Modality, 2)
	for _, test := range []struct {
		name  string
		task  objective.Task
		model *network.Model
		want  string
	}{
		{"concat", objective.Classification, &network.Model{Modalities: two, Fusion: &fusion.Concat{}, Head: &head.Linear{Size: 2}}, ""},
		{"sum", objective.Classification, &network.Model{Modalities: two, Fusion: &fusion.Sum{}, Head: &head.Linear{Size: 2}}, ""},
		{"gated", objective.Classification, &network.Model{Modalities: two, Fusion: &fusion.Gated{}, Head: &head.Linear{Size: 2}}, "concat or sum"},
		{"hidden", objective.Dense, &network.Model{Modalities: two, Fusion: &fusion.Concat{}, Head: &head.Dense{Size: 2, Hidden: []int{4}}}, "without hidden layers"},
		{"regression", objective.Regression, &network.Model{Modalities: two, Fusion: &fusion.Concat{}, Head: &head.Linear{Size: 1}}, "angles"},
	} {
		err := Check("mmcosine", DefaultMMCosine(), test.task, test.model)
		if test.want == "" && err != nil || test.want != "" && (!errors.Is(err, ErrUnfit) || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: got %v, want a refusal with %q", test.name, err, test.want)
		}
	}
	if err := (&MMCosine{}).Validate(); err == nil {
		t.Error("scale 0 is accepted")
	}
}
