// Package classifier predicts from the features of a single modality. Its
// classifiers are the auxiliary f_m of CGGM and the unimodal heads of other
// methods; only training uses them.
package classifier

import (
	"cmp"

	"cggm/feature"
	"cggm/head"
	"cggm/layer"
	"cggm/network"
	"cggm/param"
)

// Transformer is the classifier of CGGM's models on features: a transformer
// encoder of the features' width, whose first token passes twice through one
// linear layer, relu(W(W h + b) + b), and then through the last one. Where the
// model's last layer has another width, a projection comes in between.
type Transformer struct {
	// Size is the number of outputs, >= 1. The task decides it.
	Size int `yaml:"-"`
	// Heads of the attention, a divisor of the features' width; 0: 5.
	Heads int `yaml:"heads"`
	// Layers is the number of blocks; 0: 2.
	Layers int `yaml:"layers"`
	// Dropout holds the dropout rates; default: none.
	Dropout layer.Rates `yaml:"dropout"`
}

var _ network.Classifier = (*Transformer)(nil)

// Classify implements network.Classifier.
func (c *Transformer) Classify(s param.Scope, f feature.Feature, width int) head.Output {
	f.Value = layer.Tokens(f)
	f.Value = layer.TransformerStack(s.In("stack"), f.Value, f.Mask, cmp.Or(c.Layers, 2), cmp.Or(c.Heads, 5), c.Dropout)
	h := layer.First(f)
	proj := s.In("proj1")
	h = layer.ReLU(layer.Linear(proj, layer.Linear(proj, h, f.Width(), nil), f.Width(), nil))
	if f.Width() != width {
		h = layer.Linear(s.In("fit"), h, width, nil)
	}
	last := head.Linear{Size: c.Size}
	return last.Predict(s, h)
}
