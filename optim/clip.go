package optim

import "github.com/gomlx/gomlx/core/graph"

// GlobalNorm returns the Euclidean norm of all gradients taken as one vector,
// a scalar. It panics when there are none.
func GlobalNorm(grads []*graph.Node) *graph.Node {
	total := graph.ReduceAllSum(graph.Square(grads[0]))
	for _, g := range grads[1:] {
		total = graph.Add(total, graph.ReduceAllSum(graph.Square(g)))
	}
	return graph.Sqrt(total)
}

// ClipByGlobalNorm scales all gradients by min(1, limit/(norm+1e-6)), with the
// norm of GlobalNorm (Pascanu et al., ICML 2013).
func ClipByGlobalNorm(grads []*graph.Node, limit float64) []*graph.Node {
	norm := GlobalNorm(grads)
	bound := graph.Scalar(norm.Graph(), norm.DType(), limit)
	scale := graph.MinScalar(graph.Div(bound, graph.AddScalar(norm, 1e-6)), 1)
	out := make([]*graph.Node, len(grads))
	for i, g := range grads {
		out[i] = graph.Mul(g, scale)
	}
	return out
}
