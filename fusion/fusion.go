// Package fusion joins the features of several modalities into one.
package fusion

import (
	"github.com/gomlx/gomlx/core/graph"

	"cggm/feature"
	"cggm/param"
)

// Fusion builds the part of a network that joins the modalities.
type Fusion interface {
	// Fuse returns the joint representation [batch, width], or
	// [batch, height, width, channels] for dense prediction.
	Fuse(s param.Scope, features []feature.Feature) *graph.Node
}

// Splitter is a fusion that is linear in every modality, so that the logits of
// a linear head split exactly into one share per modality.
type Splitter interface {
	Fusion
	// Share returns modality m's share of the joint representation; the sum
	// of the shares over all modalities is what Fuse returns.
	Share(s param.Scope, features []feature.Feature, m int) *graph.Node
	// Columns returns the range of the joint representation's last axis,
	// [from, to), outside of which modality m's share is 0.
	Columns(features []feature.Feature, m int) (from, to int)
}
