package balance

import (
	"math"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/backend"
	"cggm/encoder"
	"cggm/feature"
	"cggm/fusion"
	"cggm/head"
	"cggm/network"
	"cggm/objective"
	"cggm/param"
)

// plain is a classifier of one linear layer.
type plain struct{}

func (plain) Classify(s param.Scope, f feature.Feature, _ int) head.Output {
	return (&head.Linear{Size: 2}).Predict(s, f.Value)
}

// gradients returns what a method makes of the gradients of the smallest model
// that has two modalities. One sample of class 0, of two classes, has the input
// 1 in both; encoders multiply it by w, so that the features are h = (1, -1), and
// the head's first output adds both times ln 3, its second is 0:
//
//	z_a = (ln 3, 0)  p_a = 3/4    z_b = (-ln 3, 0)  p_b = 1/4    z = (0, 0)  p = 1/2
//
// A loss -log p has the slope p - 1 at the first logit, so encoder m gets
// (p-1) ln 3 and the head's weight from h_m to the first logit (p-1) h_m.
func gradients(t *testing.T, m Method, epoch float64, values map[string][]float32) map[string]float32 {
	t.Helper()
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	g := graph.NewGraph(b, "gradients")
	binding := &param.Binding{Graph: g, Set: &param.Set{}, Training: true}
	model := &network.Model{
		Modalities: []network.Modality{{Name: "a", Encoder: &encoder.Linear{Width: 1}}, {Name: "b", Encoder: &encoder.Linear{Width: 1}}},
		Fusion:     &fusion.Concat{}, Head: &head.Linear{Size: 2}, Classifier: plain{},
	}
	one := feature.Feature{Value: graph.Const(g, [][]float32{{1}})}
	s := &Step{
		Pass: model.NewPass(binding, []feature.Feature{one, one}, nil), Labels: graph.Const(g, []int32{0}),
		Loss: objective.CrossEntropy{}, Task: objective.Classification, Epochs: 20,
		Epoch: graph.Scalar(g, dtypes.Float32, epoch), Progress: graph.ScalarZero(g, dtypes.Float32),
	}
	e := m.Build(s)
	loss := e.Objective
	if loss == nil {
		loss = s.TaskLoss()
	}
	if e.Loss != nil {
		loss = graph.Add(loss, e.Loss)
	}
	var params []int
	for i, spec := range binding.Set.Specs() {
		if !spec.Fixed && (e.Train == nil || e.Train(spec.Group)) {
			params = append(params, i)
		}
	}
	edited := NewGradients(s, loss, params)
	edited.Apply(e)
	var out []*graph.Node
	for _, i := range params {
		out = append(out, edited.Get(i))
	}
	if err := g.Compile(out...); err != nil {
		t.Fatal(err)
	}
	const ln3 = 1.0986123
	known := map[string][]float32{
		"encoder/0/weight": {1}, "encoder/1/weight": {-1}, "head/out/weight": {ln3, 0, ln3, 0},
		"auxiliary/0/out/weight": {ln3, 0}, "auxiliary/1/out/weight": {ln3, 0},
	}
	initial := binding.Set.Initial(1)
	inputs := make([]any, len(binding.Order()))
	for _, i := range binding.Order() {
		spec := binding.Set.Specs()[i]
		v, ok := values[spec.Name]
		if !ok {
			v, ok = known[spec.Name]
		}
		switch {
		case !ok && spec.Fixed:
			v = initial[i]
		case !ok: // biases
			v = make([]float32, spec.Size())
		}
		inputs[binding.Node(i).GetParameterHandle()] = tensors.FromFlatDataAndDimensions(v, spec.Dims...)
	}
	got := make(map[string]float32)
	for k, tensor := range g.Run(inputs...) {
		v, err := tensors.CopyFlatData[float32](tensor)
		if err != nil {
			t.Fatal(err)
		}
		name := binding.Set.Specs()[params[k]].Name
		got[name] = v[0]
		if name == "head/out/weight" { // [2 features, 2 outputs]
			got["head/b"] = v[2]
		}
	}
	return got
}

// Gradients of encoder a, of encoder b, and of the head's weights from h_a and
// from h_b to the first output. Those of encoders are in units of ln 3.
func TestGradientsOfMethods(t *testing.T) {
	const none = math.MaxFloat32 // is not trained
	ogm := &OGM{Alpha: .3}
	remix := &Remix{Warmup: 10, Warm: .5, Gamma: 1}
	teachers := map[string][]float32{
		"state/umt/teacher/encoder/0/weight": {1.5}, "state/umt/teacher/encoder/0/bias": {0},
		"state/umt/teacher/encoder/1/weight": {-1}, "state/umt/teacher/encoder/1/bias": {0},
	}
	stopped := map[string][]float32{"state/mses/active": {1, 0}}
	for _, test := range []struct {
		name           string
		method         Method
		epoch          float64
		values         map[string][]float32
		a, b, h_a, h_b float32
	}{
		// 1/2 - 1.
		{"joint", &Joint{}, 0, nil, -.5, -.5, -.5, .5},
		// With 3/4 - 1 and 1/4 - 1 besides.
		{"multi-loss", DefaultMultiLoss(), 0, nil, -.75, -1.25, -.75, 1.25},
		{"multi-loss, weight 2", &MultiLoss{Weight: 2}, 0, nil, -1, -2, -1, 2},
		// Encoders get 4 (3/4 - 1) and 4 (1/4 - 1), the head what is joint training's.
		{"dgl", &DGL{Alpha: 4}, 0, nil, -1, -3, -.5, .5},
		// Only the classifiers, which have the head's weights here, learn, and
		// the encoders from them.
		{"unimodal", &Unimodal{}, 0, nil, -.25, -.75, none, none},
		{"ume", DefaultUME(), 0, nil, -.25, -.75, none, none},
		// s = (3/4, 1/4): rho = (3, 1/3), k = (1 - tanh(.9), 1), tanh(.9) = .716298.
		{"ogm", ogm, 0, nil, -.5 * .283702, -.5, -.5, .5},
		{"ogm before its first epoch", &OGM{Alpha: .3, Start: 1}, 0, nil, -.5, -.5, -.5, .5},
		{"ogm after its last epoch", &OGM{Alpha: .3, End: 1}, 1, nil, -.5, -.5, -.5, .5},
		// Half of the unimodal losses' gradients, then all of them.
		{"remix while it warms up", remix, 9, nil, -.625, -.875, -.625, .875},
		{"remix", remix, 10, nil, -.75, -1.25, -.75, 1.25},
		// Teacher a has the feature 1.5, so that 10 (1 - 1.5)^2 adds
		// 2 10 (-.5) = -10 = -9.102392 ln 3.
		{"umt", DefaultUMT(), 0, teachers, -.5 - 9.102392, -.5, -.5, .5},
		// The losses are multi-loss's; who has stopped is a matter of rates.
		{"mses", DefaultMSES(), 0, stopped, -.75, -1.25, -.75, 1.25},
		// Both gradients of an encoder point the same way: their sum, times 1.5.
		{"mmpareto", DefaultMMPareto(), 0, nil, -1.125, -1.875, -.75, 1.25},
		// Shares ln 3 and -ln 3 have the losses log 4/3 and log 4. In the first
		// batch these are their own means: all exponents are 0.
		{"agm in the first batch", DefaultAGM(), 0, nil, -.5, -.5, -.5, .5},
		// Past means 0 over one batch and now (log 4/3, log 4) give the means
		// (.143841, .693147). With M/(M-1) = 2 and differences of +-.549306 now,
		// +-.274653 in the mean: r = (3, 1/3), t = (sqrt 3, 1/sqrt 3), and
		// k = exp(t - r) = exp(-1.267949) = .281408 and exp(.244017) = 1.276366.
		{"agm in the second batch", DefaultAGM(), 0, map[string][]float32{"state/agm/count": {1}}, -.5 * .281408, -.5 * 1.276366, -.5 * .281408, .5 * 1.276366},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := gradients(t, test.method, test.epoch, test.values)
			const ln3 = 1.0986123
			for name, want := range map[string]float32{
				"encoder/0/weight": test.a * ln3, "encoder/1/weight": test.b * ln3, "head/out/weight": test.h_a, "head/b": test.h_b,
			} {
				v, trained := got[name]
				if want == none {
					if trained {
						t.Errorf("%s is trained, want it left alone", name)
					}
					continue
				}
				if d := math.Abs(float64(v - want)); !trained || !(d <= 2e-6*math.Max(1, math.Abs(float64(want)))) {
					t.Errorf("%s: got %v (trained: %v), want %v", name, v, trained, want)
				}
			}
		})
	}
}
