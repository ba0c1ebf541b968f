package classifier

import (
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/feature"
	"cggm/head"
	"cggm/layer"
	"cggm/network"
	"cggm/param"
)

// Conv classifies maps: layers of 1x1 convolutions with ReLU, the last of them
// as wide as the input of the model's last layer, and a last linear layer.
type Conv struct {
	// Size is the number of outputs, or of outputs per position, >= 1. The
	// task decides it.
	Size int `yaml:"-"`
	// Dense predicts at every position; otherwise the map is averaged before
	// the last layer. The task decides it.
	Dense bool `yaml:"-"`
	// Height and Width are the labels' extent, to which dense logits are
	// resized; 0: the map's own. The task decides them.
	Height int `yaml:"-"`
	Width  int `yaml:"-"`
	// Channels lists the channels of further layers; default: none.
	Channels []int `yaml:"channels"`
}

var _ network.Classifier = (*Conv)(nil)

// Classify implements network.Classifier.
func (c *Conv) Classify(s param.Scope, f feature.Feature, width int) head.Output {
	if f.Form() != feature.Map {
		exceptions.Panicf("classifier: conv cannot read %s: want a map [batch, height, width, channels]: use mlp", f.Value.Shape())
	}
	x := f.Value
	for i, channels := range append(append([]int(nil), c.Channels...), width) {
		x = layer.ReLU(layer.Conv2D(s.At("conv", i), x, channels, layer.Convolution{Init: param.He}))
	}
	last := head.Linear{Size: c.Size}
	if c.Dense {
		return last.Predict(s, x).Resize(c.Height, c.Width)
	}
	return last.Predict(s, feature.Feature{Value: x}.Pool())
}
