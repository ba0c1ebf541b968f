package head

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/layer"
	"cggm/param"
)

// Dense predicts at every position of a map: convolutions of kernel size 3
// with ReLU, the last linear layer at each position, and resizing to the
// labels' extent.
type Dense struct {
	// Size is the number of outputs per position, >= 1. The task decides it.
	Size int `yaml:"-"`
	// Height and Width are the labels' extent, to which the logits are resized;
	// 0: the map's own. The task decides them.
	Height int `yaml:"-"`
	Width  int `yaml:"-"`
	// Hidden lists the channels of the convolutions; default: none.
	Hidden []int `yaml:"hidden"`
}

var _ Head = (*Dense)(nil)

// Predict implements Head.
func (d *Dense) Predict(s param.Scope, joint *graph.Node) Output {
	if joint.Rank() != 4 {
		exceptions.Panicf("head: dense cannot read %s: want a map [batch, height, width, channels]: set dense in encoders and fusion",
			joint.Shape())
	}
	for i, channels := range d.Hidden {
		joint = layer.ReLU(layer.Conv2D(s.At("conv", i), joint, channels, layer.Convolution{Kernel: 3, Init: param.He}))
	}
	last := Linear{Size: d.Size}
	return last.Predict(s, joint).Resize(d.Height, d.Width)
}

// Outputs implements Head.
func (d *Dense) Outputs() int { return d.Size }

// Linear implements Head: resizing is linear, too.
func (d *Dense) Linear() bool { return len(d.Hidden) == 0 }
