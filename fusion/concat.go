package fusion

import (
	"github.com/gomlx/gomlx/core/graph"

	"cggm/feature"
	"cggm/param"
)

// Concat joins the pooled features of all modalities side by side; it has no
// parameters. The joint representation is as wide as all features together.
type Concat struct {
	// Dense joins maps channel by channel instead of pooling them, for
	// predictions per position; features without positions are repeated.
	Dense bool `yaml:"dense"`
}

var _ Splitter = (*Concat)(nil)

// Fuse implements Fusion.
func (c *Concat) Fuse(_ param.Scope, features []feature.Feature) *graph.Node {
	parts := align(features, c.Dense)
	return concatenate(parts, parts[0].Rank()-1)
}

// Share implements Splitter: the other modalities' places hold 0.
func (c *Concat) Share(_ param.Scope, features []feature.Feature, m int) *graph.Node {
	parts := align(features, c.Dense)
	for i := range parts {
		if i != m {
			parts[i] = graph.ZerosLike(parts[i])
		}
	}
	return concatenate(parts, parts[0].Rank()-1)
}

// Columns implements Splitter: the modality's own place.
func (c *Concat) Columns(features []feature.Feature, m int) (from, to int) {
	for _, f := range features[:m] {
		from += f.Width()
	}
	return from, from + features[m].Width()
}
