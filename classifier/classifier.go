// Package classifier predicts from the features of a single modality. Its
// classifiers are the auxiliary f_m of CGGM and the unimodal heads of other
// methods; only training uses them.
package classifier

import (
	"github.com/gomlx/gomlx/core/graph"

	"cggm/head"
	"cggm/layer"
	"cggm/param"
)

// fit projects h to width, the input width of the model's last layer, unless
// it has that width already.
func fit(s param.Scope, h *graph.Node, width int) *graph.Node {
	if h.Shape().Dimensions[h.Rank()-1] == width {
		return h
	}
	return layer.Linear(s.In("fit"), h, width, nil)
}

// output applies the last linear layer, of the input width that the model's
// last layer has.
func output(s param.Scope, hidden *graph.Node, width, size int) head.Output {
	last := head.Linear{Size: size}
	return last.Predict(s, fit(s, hidden, width))
}
