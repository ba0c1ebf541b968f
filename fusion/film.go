package fusion

import (
	"cmp"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/feature"
	"cggm/layer"
	"cggm/param"
)

// FiLM lets modalities modulate each other by feature-wise linear modulation
// (Perez et al., 2018). In the original one modality conditions another. Here,
// for any number of modalities and without an order among them, each m gives
// its projection u_m = U_m h_m, a gain gamma_m and a shift beta_m, all linear
// in its pooled features h_m, and receives the others' gains and shifts:
//
//	y = sum over m of (1 + sum over k≠m of gamma_k) · u_m + sum over k≠m of beta_k
//
// With two modalities that is FiLM in both directions; with one it is a
// projection.
type FiLM struct {
	// Width of the joint representation; 0: 64.
	Width int `yaml:"width"`
}

var _ Fusion = (*FiLM)(nil)

// Fuse implements Fusion.
func (f *FiLM) Fuse(s param.Scope, features []feature.Feature) *graph.Node {
	width := cmp.Or(f.Width, 64)
	pooled := align(features, false)
	linear := func(name string) []*graph.Node {
		out := make([]*graph.Node, len(pooled))
		for i, h := range pooled {
			out[i] = layer.Linear(s.At(name, i), h, width, param.Glorot)
		}
		return out
	}
	parts := linear("project")
	if len(pooled) == 1 {
		return parts[0]
	}
	gains, shifts := linear("gain"), linear("shift")
	gain := graph.OnePlus(total(gains))
	for i, u := range parts {
		parts[i] = graph.Mul(graph.Sub(gain, gains[i]), u)
	}
	// Every shift reaches all modalities but its own.
	others := float64(len(pooled) - 1)
	return graph.Add(total(parts), graph.MulScalar(total(shifts), others))
}
