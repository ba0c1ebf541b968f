package trainer_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/backend"
	"cggm/balance"
	"cggm/encoder"
	"cggm/feature"
	"cggm/head"
	"cggm/network"
	"cggm/objective"
	"cggm/optim"
	"cggm/param"
	"cggm/sample"
	"cggm/trainer"
)

// The smallest parts that make a model: they keep these tests independent of
// the library's encoders and fusions.

type dense struct {
	width int
	still bool // without random numbers
}

func (d dense) Encode(stem, body param.Scope, in feature.Feature) feature.Feature {
	for _, stage := range d.Stages(stem, body) {
		in = stage(in)
	}
	return in
}

func (d dense) Stages(stem, body param.Scope) []encoder.Stage {
	return []encoder.Stage{
		func(in feature.Feature) feature.Feature {
			h := graph.MatMul(in.Value, stem.Var("w", param.Glorot, in.Width(), d.width))
			if body.Training() && !d.still {
				keep := graph.ConvertDType(graph.GreaterThan(body.Uniform(h.Shape()), graph.Scalar(h.Graph(), h.DType(), .1)), h.DType())
				h = graph.Mul(h, keep)
			}
			return feature.Feature{Value: h}
		},
		func(h feature.Feature) feature.Feature {
			return feature.Feature{Value: graph.Tanh(graph.MatMul(h.Value, body.Var("w", param.Glorot, d.width, d.width)))}
		},
	}
}

type concat struct{}

func (concat) Fuse(_ param.Scope, features []feature.Feature) *graph.Node {
	return join(features, func(int) bool { return true })
}

func (concat) Share(_ param.Scope, features []feature.Feature, m int) *graph.Node {
	return join(features, func(i int) bool { return i == m })
}

func (concat) Columns(features []feature.Feature, m int) (from, to int) {
	for _, f := range features[:m] {
		from += f.Width()
	}
	return from, from + features[m].Width()
}

func join(features []feature.Feature, keep func(int) bool) *graph.Node {
	parts := make([]*graph.Node, len(features))
	for i, f := range features {
		parts[i] = f.Value
		if !keep(i) {
			parts[i] = graph.ZerosLike(f.Value)
		}
	}
	return graph.Concatenate(parts, -1)
}

type linear struct{ outputs int }

func (l linear) Outputs() int { return l.outputs }
func (l linear) Linear() bool { return true }

func (l linear) Predict(s param.Scope, joint *graph.Node) head.Output {
	width := joint.Shape().Dimensions[1]
	out := head.Output{Hidden: joint, Weight: s.Var("w", param.Glorot, width, l.outputs), Bias: s.Var("b", param.Zeros, l.outputs)}
	out.Logits = graph.Add(graph.MatMul(joint, out.Weight), graph.ExpandLeftToRank(out.Bias, 2))
	return out
}

func (l linear) Classify(s param.Scope, f feature.Feature, width int) head.Output {
	return l.Predict(s, graph.Tanh(graph.MatMul(f.Value, s.Var("h", param.Glorot, f.Width(), width))))
}

type accuracy struct{}

func (accuracy) Score(logits []float32, labels *sample.Column) (map[string]float64, error) {
	k, hits := len(logits)/len(labels.Ints), 0
	for i, y := range labels.Ints {
		row := logits[i*k : (i+1)*k]
		if row[y] == slices.Max(row) {
			hits++
		}
	}
	return map[string]float64{"accuracy": float64(hits) / float64(len(labels.Ints))}, nil
}

func (accuracy) Primary() (string, bool) { return "accuracy", true }

// data makes three classes that every modality sees with its own noise.
func data(modalities, n int, seed uint64) *sample.Set {
	rng := rand.New(rand.NewPCG(seed, 1))
	label := sample.Column{Layout: sample.Layout{Name: "y", Kind: sample.Int}}
	inputs := make([]sample.Column, modalities)
	for m := range inputs {
		inputs[m].Layout = sample.Layout{Name: string(rune('a' + m)), Dims: []int{3}}
	}
	for range n {
		y := rng.IntN(3)
		label.Ints = append(label.Ints, int32(y))
		for m := range inputs {
			for k := range 3 {
				v := rng.NormFloat64() * .5 * float64(m+1)
				if k == y {
					v++
				}
				inputs[m].Floats = append(inputs[m].Floats, float32(v))
			}
		}
	}
	set, err := sample.NewSet(inputs, label, nil)
	if err != nil {
		panic(err)
	}
	return set
}

type fixture struct {
	modalities int
	method     string
	still      bool
	configure  func(part string, m balance.Method) error
	options    func(o *trainer.Options)
	data       sample.Splits
}

func (f fixture) setup(t testing.TB) trainer.Setup {
	t.Helper()
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	method, err := balance.New(f.method, f.configure)
	if err != nil {
		t.Fatal(err)
	}
	model := &network.Model{Fusion: concat{}, Head: linear{3}, Classifier: linear{3}}
	for m := range f.modalities {
		model.Modalities = append(model.Modalities, network.Modality{Name: string(rune('a' + m)), Encoder: dense{4, f.still}})
	}
	splits := f.data
	if splits.Train == nil {
		splits = sample.Splits{Train: data(f.modalities, 70, 1), Val: data(f.modalities, 30, 2), Test: data(f.modalities, 30, 3)}
	}
	o := trainer.DefaultOptions()
	o.Epochs, o.Batch = 3, 16
	if f.options != nil {
		f.options(&o)
	}
	recipe := func(rate float64) trainer.Recipe {
		return trainer.Recipe{Optimizer: optim.DefaultAdam(), Schedule: optim.NewConstant(rate)}
	}
	return trainer.Setup{
		Backend: b, Model: model, Method: method, Task: objective.Classification,
		Loss: objective.CrossEntropy{}, Signal: objective.Accuracy{}, Data: splits, Options: o,
		Main: recipe(.01), Auxiliary: recipe(.01), Score: accuracy{},
	}
}

func (f fixture) trainer(t testing.TB) *trainer.Trainer {
	t.Helper()
	tr, err := trainer.New(f.method, f.setup(t))
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// tape keeps what an observer sees.
type tape struct {
	steps  []trainer.StepEvent
	epochs []trainer.EpochEvent
	last   *trainer.Snapshot
	best   *trainer.Snapshot
	onStep func(e trainer.StepEvent) error
}

func (p *tape) Step(e trainer.StepEvent) error {
	p.steps = append(p.steps, e)
	if p.onStep != nil {
		return p.onStep(e)
	}
	return nil
}

func (p *tape) Epoch(e trainer.EpochEvent) error {
	p.epochs = append(p.epochs, e)
	return nil
}

func (p *tape) Save(s *trainer.Snapshot, best bool) error {
	if best {
		p.best = s
	} else {
		p.last = s
	}
	return nil
}

func fit(t testing.TB, tr *trainer.Trainer) *tape {
	t.Helper()
	p := &tape{}
	if err := tr.Fit(context.Background(), p); err != nil {
		t.Fatal(err)
	}
	return p
}

// methods are all single methods.
func methods() []string {
	var names []string
	for _, e := range balance.Entries() {
		names = append(names, e.Name)
	}
	return names
}
