package layer

import (
	"cmp"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/param"
)

// Decoder holds the settings of the decoder of DeepLab v3+ (Chen et al.,
// 2018).
type Decoder struct {
	// High is the number of leading channels of every map that come from the
	// encoder's depth; the others are its finer, shallow channels. 0: 256.
	High int `yaml:"high"`
	// Low is the number of channels that the shallow ones are reduced to;
	// 0: 48.
	Low int `yaml:"low"`
	// Dropout is the rate after the first convolution, in [0,1).
	Dropout float64 `yaml:"dropout"`
	// LastDropout is the rate after the second convolution, in [0,1).
	LastDropout float64 `yaml:"last_dropout"`
}

// DefaultDecoder returns the decoder with the dropout rates 0.5 and 0.1.
func DefaultDecoder() Decoder { return Decoder{Dropout: .5, LastDropout: .1} }

// Decode maps one or several maps of one extent, [batch, height, width,
// channels], to one map with out channels: the shallow channels of all maps
// are reduced by a convolution of kernel size 1 and join the deep channels,
// then two convolutions of kernel size 3 follow, each with batch
// normalisation, ReLU and dropout.
func (d Decoder) Decode(s param.Scope, maps []*graph.Node, out int) *graph.Node {
	high := cmp.Or(d.High, 256)
	var deep, shallow []*graph.Node
	for _, x := range maps {
		if x.Rank() != 4 || last(x) <= high {
			exceptions.Panicf("layer: decoder cannot read %s: want a map with %d deep and some shallow channels: use the encoder deeplab, and set its width as high",
				x.Shape(), high)
		}
		deep = append(deep, graph.SliceAxis(x, 3, graph.AxisRange(0, high)))
		shallow = append(shallow, graph.SliceAxis(x, 3, graph.AxisRange(high)))
	}
	low := normalised(s.In("low"), concatenate(shallow), cmp.Or(d.Low, 48), Convolution{})
	x := concatenate(append(deep, low))
	x = Dropout(s.In("dropout0"), normalised(s.In("conv0"), x, out, Convolution{Kernel: 3}), d.Dropout)
	return Dropout(s.In("dropout1"), normalised(s.In("conv1"), x, out, Convolution{Kernel: 3}), d.LastDropout)
}

// concatenate joins maps along the channels.
func concatenate(maps []*graph.Node) *graph.Node {
	if len(maps) == 1 {
		return maps[0]
	}
	return graph.Concatenate(maps, 3)
}
