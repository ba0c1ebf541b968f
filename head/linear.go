package head

import (
	"github.com/gomlx/gomlx/core/graph"

	"cggm/layer"
	"cggm/param"
)

// Linear is the last layer alone: logits are linear in the joint
// representation, of any rank.
type Linear struct {
	// Size is the number of outputs, >= 1. The task decides it.
	Size int `yaml:"-"`
}

var _ Head = (*Linear)(nil)

// Predict implements Head.
func (l *Linear) Predict(s param.Scope, joint *graph.Node) Output {
	o := Output{Hidden: joint}
	o.Logits, o.Weight, o.Bias = layer.Affine(s.In("out"), joint, l.Size, nil)
	return o
}

// Outputs implements Head.
func (l *Linear) Outputs() int { return l.Size }

// Linear implements Head.
func (l *Linear) Linear() bool { return true }
