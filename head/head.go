// Package head maps a joint representation to predictions.
package head

import (
	"github.com/gomlx/gomlx/core/graph"

	"cggm/param"
)

// Output is what a head computes. The last layer is linear:
// Logits = Hidden·Weight + Bias over the last axis.
type Output struct {
	Logits *graph.Node // [batch, outputs] or [batch, height, width, outputs]
	Hidden *graph.Node // input of the last layer, [..., width]
	Weight *graph.Node // [width, outputs]
	Bias   *graph.Node // [outputs]
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
