package fusion

import (
	"cmp"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/feature"
	"cggm/layer"
	"cggm/param"
)

// Decoder decodes the maps of all modalities together, as in DeepLab v3+
// (Chen et al., 2018): the modalities' channels are joined before the
// convolutions. The joint representation is a map of the features' extent,
// for predictions per position.
type Decoder struct {
	// Layers holds the settings of the layers.
	Layers layer.Decoder `yaml:"layers"`
	// Width is the number of channels of the joint representation; 0: 256.
	Width int `yaml:"width"`
}

var _ Fusion = (*Decoder)(nil)

// DefaultDecoder returns the fusion with the usual dropout rates.
func DefaultDecoder() *Decoder { return &Decoder{Layers: layer.DefaultDecoder()} }

// Fuse implements Fusion.
func (d *Decoder) Fuse(s param.Scope, features []feature.Feature) *graph.Node {
	for _, f := range features {
		if f.Form() != feature.Map {
			exceptions.Panicf("fusion: decoder cannot read %s: every modality needs a map: use the encoder deeplab", f.Value.Shape())
		}
	}
	return d.Layers.Decode(s, align(features, true), cmp.Or(d.Width, 256))
}
