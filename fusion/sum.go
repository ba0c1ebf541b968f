package fusion

import (
	"cmp"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/feature"
	"cggm/layer"
	"cggm/param"
)

// Sum projects the pooled features of every modality to one width and adds
// them up.
type Sum struct {
	// Width of the joint representation; 0: 64.
	Width int `yaml:"width"`
	// Dense adds maps position by position instead of pooling them, for
	// predictions per position; features without positions are repeated.
	Dense bool `yaml:"dense"`
}

var _ Splitter = (*Sum)(nil)

// Fuse implements Fusion.
func (u *Sum) Fuse(s param.Scope, features []feature.Feature) *graph.Node {
	parts := align(features, u.Dense)
	for i := range parts {
		parts[i] = u.project(s, parts, i)
	}
	return total(parts)
}

// Share implements Splitter: it is the modality's projection.
func (u *Sum) Share(s param.Scope, features []feature.Feature, m int) *graph.Node {
	return u.project(s, align(features, u.Dense), m)
}

// Columns implements Splitter: every modality reaches the whole width.
func (u *Sum) Columns([]feature.Feature, int) (from, to int) { return 0, cmp.Or(u.Width, 64) }

func (u *Sum) project(s param.Scope, parts []*graph.Node, i int) *graph.Node {
	return layer.Linear(s.At("project", i), parts[i], cmp.Or(u.Width, 64), nil)
}
