package classifier

import (
	"cggm/feature"
	"cggm/head"
	"cggm/layer"
	"cggm/network"
	"cggm/param"
)

// MLP pools the features and passes them through fully connected layers with
// ReLU and dropout, the last of them as wide as the input of the model's last
// layer, and a last linear layer.
type MLP struct {
	// Size is the number of outputs, >= 1. The task decides it.
	Size int `yaml:"-"`
	// Hidden lists the widths of further layers; default: none.
	Hidden []int `yaml:"hidden"`
	// Dropout is the rate after every layer with ReLU, in [0,1).
	Dropout float64 `yaml:"dropout"`
}

var _ network.Classifier = (*MLP)(nil)

// Classify implements network.Classifier.
func (c *MLP) Classify(s param.Scope, f feature.Feature, width int) head.Output {
	x := f.Pool()
	for i, w := range append(append([]int(nil), c.Hidden...), width) {
		l := s.At("layer", i)
		x = layer.ReLU(layer.Linear(l, x, w, param.He))
		x = layer.Dropout(l.In("dropout"), x, c.Dropout)
	}
	last := head.Linear{Size: c.Size}
	return last.Predict(s, x)
}
