package fusion

import (
	"cmp"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/feature"
	"cggm/layer"
	"cggm/param"
)

// Gated is the gated multimodal unit (Arevalo et al., 2017) for any number of
// modalities: the joint representation is the sum over m of
//
//	sigmoid(G_m [h_1 ... h_M] + c_m) · tanh(W_m h_m + b_m)
//
// with the pooled features h. Every modality has a gate of its own, element by
// element, that sees all modalities.
type Gated struct {
	// Width of the joint representation; 0: 64.
	Width int `yaml:"width"`
}

var _ Fusion = (*Gated)(nil)

// Fuse implements Fusion.
func (g *Gated) Fuse(s param.Scope, features []feature.Feature) *graph.Node {
	width := cmp.Or(g.Width, 64)
	pooled := align(features, false)
	all := concatenate(pooled, 1)
	parts := make([]*graph.Node, len(pooled))
	for i, h := range pooled {
		gate := graph.Logistic(layer.Linear(s.At("gate", i), all, width, param.Glorot))
		parts[i] = graph.Mul(gate, graph.Tanh(layer.Linear(s.At("project", i), h, width, param.Glorot)))
	}
	return total(parts)
}
