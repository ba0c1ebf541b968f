package fusion

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/feature"
)

// align brings the features to one form: pooled to vectors, or, dense, to maps
// of the extent of the first map, over which vectors and sequences are
// repeated.
func align(features []feature.Feature, dense bool) []*graph.Node {
	parts := make([]*graph.Node, len(features))
	var extent []int
	for i, f := range features {
		if !dense || f.Form() != feature.Map {
			parts[i] = f.Pool()
			continue
		}
		parts[i] = f.Value
		dims := f.Value.Shape().Dimensions[1:3]
		if extent == nil {
			extent = dims
		}
		if dims[0] != extent[0] || dims[1] != extent[1] {
			exceptions.Panicf("fusion: maps of %d x %d and %d x %d: dense fusion needs maps of one extent: set the encoders' pooling alike",
				extent[0], extent[1], dims[0], dims[1])
		}
	}
	if !dense {
		return parts
	}
	if extent == nil {
		exceptions.Panicf("fusion: no modality has a map: dense fusion needs an encoder that keeps it")
	}
	for i, p := range parts {
		if p.Rank() == 2 {
			dims := p.Shape().Dimensions
			parts[i] = graph.BroadcastToDims(graph.InsertAxes(p, 1, 1), dims[0], extent[0], extent[1], dims[1])
		}
	}
	return parts
}

// concatenate joins nodes along an axis; a single node is returned as it is.
func concatenate(nodes []*graph.Node, axis int) *graph.Node {
	if len(nodes) == 1 {
		return nodes[0]
	}
	return graph.Concatenate(nodes, axis)
}

// total returns the sum of the nodes.
func total(nodes []*graph.Node) *graph.Node {
	sum := nodes[0]
	for _, n := range nodes[1:] {
		sum = graph.Add(sum, n)
	}
	return sum
}
