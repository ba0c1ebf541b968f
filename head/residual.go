package head

import (
	"github.com/gomlx/gomlx/core/graph"

	"cggm/layer"
	"cggm/param"
)

// Residual is the head of CGGM's models on features: a residual block of two
// layers, h + W2·dropout(relu(W1·h)), then the last linear layer.
type Residual struct {
	// Size is the number of outputs, >= 1. The task decides it.
	Size int `yaml:"-"`
	// Dropout is the rate inside the block, in [0,1).
	Dropout float64 `yaml:"dropout"`
}

var _ Head = (*Residual)(nil)

// Predict implements Head.
func (r *Residual) Predict(s param.Scope, joint *graph.Node) Output {
	width := joint.Shape().Dimensions[joint.Rank()-1]
	y := layer.ReLU(layer.Linear(s.In("proj1"), joint, width, nil))
	y = layer.Linear(s.In("proj2"), layer.Dropout(s.In("dropout"), y, r.Dropout), width, nil)
	last := Linear{Size: r.Size}
	return last.Predict(s, graph.Add(joint, y))
}

// Outputs implements Head.
func (r *Residual) Outputs() int { return r.Size }

// Linear implements Head.
func (r *Residual) Linear() bool { return false }
