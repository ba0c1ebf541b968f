// Package head maps a joint representation to predictions.
package head

import (
	"cmp"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/layer"
	"cggm/param"
)

// Output is what a head computes. The last layer is linear:
// Logits = Hidden·Weight + Bias over the last axis, resized where Hidden is a
// map of another extent than Logits.
type Output struct {
	Logits *graph.Node // [batch, outputs] or [batch, height, width, outputs]
	Hidden *graph.Node // input of the last layer, [..., width]
	Weight *graph.Node // [width, outputs]
	Bias   *graph.Node // [outputs]
}

// Resize returns the output with the logits, a map, resized to an extent; 0
// keeps theirs. It resizes the logits and not the hidden map, which has many
// more channels; as both maps are linear and keep constants, this is the same.
func (o Output) Resize(height, width int) Output {
	dims := o.Logits.Shape().Dimensions
	o.Logits = layer.Resize(o.Logits, cmp.Or(height, dims[1]), cmp.Or(width, dims[2]))
	return o
}

// With returns the output that the last layer gives for another input of the
// shape of Hidden.
func (o Output) With(hidden *graph.Node) Output {
	logits := graph.EinsumAxes(hidden, o.Weight, [][2]int{{hidden.Rank() - 1, 0}}, nil)
	logits = graph.Add(logits, graph.ExpandLeftToRank(o.Bias, logits.Rank()))
	if dims := o.Logits.Shape().Dimensions; len(dims) == 4 {
		logits = layer.Resize(logits, dims[1], dims[2])
	}
	return Output{Logits: logits, Hidden: hidden, Weight: o.Weight, Bias: o.Bias}
}

// Head builds the last part of a network.
type Head interface {
	// Predict maps a joint representation of shape [..., width] to outputs.
	Predict(s param.Scope, joint *graph.Node) Output
	// Outputs is the number of logits per sample or per position.
	Outputs() int
	// Linear reports whether the head is the last layer alone, so that logits
	// are linear in the joint representation.
	Linear() bool
}
