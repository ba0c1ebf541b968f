package objective

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// mean returns the mean of per over everything, with weights [batch] or nil
// over the first axis.
func mean(per, weights *graph.Node) *graph.Node {
	if weights == nil {
		return graph.ReduceAllMean(per)
	}
	w := spread(weights, per)
	return share(graph.ReduceAllSum(graph.Mul(per, w)), graph.ReduceAllSum(w))
}

// share returns part/whole, 0 where the whole is 0.
func share(part, whole *graph.Node) *graph.Node {
	none := graph.Equal(whole, graph.ScalarZero(whole.Graph(), whole.DType()))
	return graph.Div(part, graph.Where(none, graph.OnesLike(whole), whole))
}

// spread broadcasts weights [batch] to the shape of like.
func spread(weights, like *graph.Node) *graph.Node {
	for weights.Rank() < like.Rank() {
		weights = graph.InsertAxes(weights, -1)
	}
	return graph.BroadcastToShape(weights, like.Shape())
}

// truth converts a bool node to float32.
func truth(b *graph.Node) *graph.Node { return graph.ConvertDType(b, dtypes.Float32) }
