// Package feature defines what flows between the parts of a multimodal
// network: a node with a batch axis, and a mask for ragged sequences.
package feature

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"
)

// Form is the layout of a feature.
type Form uint8

// The forms of a feature, told by the rank of its value.
const (
	Vector Form = iota // [batch, width]
	Tokens             // [batch, tokens, width]
	Map                // [batch, height, width, channels]
)

// String returns the name of the form.
func (f Form) String() string { return [...]string{"vector", "tokens", "map"}[f] }

// Feature is the input or the output of an encoder.
type Feature struct {
	// Value is [batch, width], [batch, tokens, width], or
	// [batch, height, width, channels]. An encoder's input may also be
	// integer tokens, int32 [batch, tokens].
	Value *graph.Node
	// Mask is bool [batch, tokens], true where a token is real; nil: all are.
	Mask *graph.Node
}

// Form returns the layout of the feature.
func (f Feature) Form() Form {
	switch f.Value.Rank() {
	case 2:
		return Vector
	case 3:
		return Tokens
	case 4:
		return Map
	}
	exceptions.Panicf("feature: value of shape %s: want [batch,width], [batch,tokens,width] or [batch,height,width,channels]",
		f.Value.Shape())
	return 0
}

// Width returns the size of the last axis.
func (f Feature) Width() int {
	return f.Value.Shape().Dimensions[f.Value.Rank()-1]
}

// Batch returns the size of the first axis.
func (f Feature) Batch() int { return f.Value.Shape().Dimensions[0] }

// Detach returns the feature behind a stop-gradient.
func (f Feature) Detach() Feature {
	return Feature{Value: graph.StopGradient(f.Value), Mask: f.Mask}
}

// Zero returns a feature of the same form whose value is 0.
func (f Feature) Zero() Feature {
	return Feature{Value: graph.ZerosLike(f.Value), Mask: f.Mask}
}

// Pool returns the mean over the valid tokens or the positions of the feature,
// [batch, width]; a vector is returned as it is.
func (f Feature) Pool() *graph.Node {
	switch f.Form() {
	case Tokens:
		if f.Mask == nil {
			return graph.ReduceMean(f.Value, 1)
		}
		weights := graph.InsertAxes(graph.ConvertDType(f.Mask, f.Value.DType()), -1)
		total := graph.ReduceSum(graph.Mul(f.Value, weights), 1)
		return graph.Div(total, graph.MaxScalar(graph.ReduceSum(weights, 1), 1))
	case Map:
		return graph.ReduceMean(f.Value, 1, 2)
	default:
		return f.Value
	}
}
