package classifier

import (
	"github.com/gomlx/gomlx/core/graph"

	"cggm/feature"
	"cggm/head"
	"cggm/layer"
	"cggm/network"
	"cggm/param"
)

// Decoder classifies the positions of one modality's map by a decoder of
// DeepLab v3+ of its own, whose last map is as wide as the input of the
// model's last layer, and a last linear layer. It is the classifier f_m of
// CGGM's model for segmentation.
type Decoder struct {
	// Layers holds the settings of the layers.
	Layers layer.Decoder `yaml:"layers"`
	// Size is the number of outputs per position, >= 1. The task decides it.
	Size int `yaml:"-"`
	// Height and Width are the labels' extent, to which the logits are resized;
	// 0: the map's own. The task decides them.
	Height int `yaml:"-"`
	Width  int `yaml:"-"`
}

var _ network.Classifier = (*Decoder)(nil)

// DefaultDecoder returns the classifier with the usual dropout rates.
func DefaultDecoder() *Decoder { return &Decoder{Layers: layer.DefaultDecoder()} }

// Classify implements network.Classifier.
func (d *Decoder) Classify(s param.Scope, f feature.Feature, width int) head.Output {
	x := d.Layers.Decode(s, []*graph.Node{f.Value}, width)
	last := head.Linear{Size: d.Size}
	return last.Predict(s, x).Resize(d.Height, d.Width)
}
