package main

import (
	"fmt"
	"math/rand/v2"

	"cggm/backend"
	"cggm/balance"
	"cggm/classifier"
	"cggm/encoder"
	"cggm/fusion"
	"cggm/head"
	"cggm/layer"
	"cggm/network"
	"cggm/objective"
	"cggm/optim"
	"cggm/param"
	"cggm/sample"
	"cggm/trainer"
)

// inputWidths are the widths of CMU-MOSI's text, audio and vision features;
// further modalities repeat them.
var inputWidths = [...]int{300, 5, 20}

// msa is one training step of the paper's model of CMU-MOSI on random data.
type msa struct {
	trainer *trainer.Trainer
	batch   *sample.Batch
}

func newMSA(s setting) (stepper, error) {
	b, err := backend.Open()
	if err != nil {
		return nil, err
	}
	data, err := sequences(s)
	if err != nil {
		return nil, err
	}
	inputs, label, _ := data.Columns()
	o := trainer.DefaultOptions()
	o.Batch, o.Clip = s.batch, .8
	t := trainer.Setup{
		Backend: b, Model: msaModel(s), Options: o,
		Task: objective.Regression, Loss: objective.L1{}, Signal: objective.SignAccuracy{},
		Data: sample.Splits{Train: data, Val: data}, Score: noScore{},
		Main:      trainer.Recipe{Optimizer: optim.DefaultAdam(), Schedule: optim.NewConstant(1e-3)},
		Auxiliary: trainer.Recipe{Optimizer: optim.DefaultAdam(), Schedule: optim.NewConstant(5e-4)},
	}
	switch s.method {
	case "joint":
		t.Method = &balance.Joint{}
	case "cggm":
		t.Method = balance.DefaultCGGM()
	default:
		return nil, fmt.Errorf("msa: method %q: choose joint or cggm", s.method)
	}
	m := &msa{batch: &sample.Batch{Inputs: inputs, Label: label}}
	m.trainer, err = trainer.New(s.method, t)
	return m, err
}

func (m *msa) step() error {
	_, err := m.trainer.Step(m.batch)
	return err
}

func (m *msa) parameters() (model, classifiers int) {
	for _, spec := range m.trainer.Parameters() {
		switch {
		case spec.Fixed:
		case spec.Group.Kind == param.Auxiliary:
			classifiers += spec.Size()
		default:
			model += spec.Size()
		}
	}
	return model, classifiers
}

// msaModel is the model of section 4 of the paper, as its authors configure it
// for CMU-MOSI.
func msaModel(s setting) *network.Model {
	var rates layer.Rates
	var out float64
	if s.dropout {
		rates = layer.Rates{Attention: .15, ReLU: .15, Embed: .2, Residual: .1}
		out = .1
	}
	m := &network.Model{
		Fusion:     &fusion.Transformer{Heads: 5, Layers: 3, Dropout: rates},
		Head:       &head.Residual{Size: 1, Dropout: out},
		Classifier: &classifier.Transformer{Size: 1, Heads: 5, Layers: 2, Dropout: rates},
	}
	for i := range s.modalities {
		m.Modalities = append(m.Modalities, network.Modality{
			Name:    fmt.Sprintf("x%d", i),
			Encoder: &encoder.Transformer{Width: 40, Heads: 5, Layers: 5, Dropout: rates},
		})
	}
	return m
}

// sequences are standard normal inputs with labels uniform in [-3,3).
func sequences(s setting) (*sample.Set, error) {
	rng := rand.New(rand.NewPCG(1, 2))
	inputs := make([]sample.Column, s.modalities)
	for i := range inputs {
		l := sample.Layout{Name: fmt.Sprintf("x%d", i), Dims: []int{s.tokens, inputWidths[i%len(inputWidths)]}}
		inputs[i] = sample.Column{Layout: l, Floats: normal(rng, s.batch*l.Size())}
	}
	label := sample.Column{Layout: sample.Layout{Name: "y", Dims: []int{1}}}
	for range s.batch {
		label.Floats = append(label.Floats, rng.Float32()*6-3)
	}
	return sample.NewSet(inputs, label, nil)
}

func normal(rng *rand.Rand, n int) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(rng.NormFloat64())
	}
	return values
}

// noScore leaves predictions unscored.
type noScore struct{}

func (noScore) Score([]float32, *sample.Column) (map[string]float64, error) { return nil, nil }
func (noScore) Primary() (string, bool)                                     { return "", true }
