package layer

import (
	"github.com/gomlx/gomlx/core/graph"

	"cggm/param"
)

// epsilon guards the division by the standard deviation.
const epsilon = 1e-5

// Norm is layer normalisation: it standardises x over its last axis, then scales and shifts it by
// the learned "gain" and "bias" (Ba et al., 2016).
func Norm(s param.Scope, x *graph.Node) *graph.Node {
	width := last(x)
	centred := graph.Sub(x, graph.ReduceAndKeep(x, graph.ReduceMean, -1))
	variance := graph.ReduceAndKeep(graph.Square(centred), graph.ReduceMean, -1)
	y := graph.Mul(centred, inverseDeviation(variance))
	gain := s.Var("gain", param.Ones, width)
	return addBias(graph.Mul(y, graph.ExpandLeftToRank(gain, x.Rank())), s.Var("bias", param.Zeros, width))
}

// momentum is the weight of a batch in BatchNorm's moving statistics.
const momentum = 0.1

// BatchNorm standardises every channel, the last axis of x, over all other
// axes, then scales and shifts it (Ioffe and Szegedy, 2015). Training uses the
// batch's statistics and moves the fixed parameters "mean" and "variance" by a
// tenth towards them, evaluation uses the moved ones. As in PyTorch the moving
// variance is the unbiased one.
func BatchNorm(s param.Scope, x *graph.Node) *graph.Node {
	width := last(x)
	gain := graph.ExpandLeftToRank(s.Var("gain", param.Ones, width), x.Rank())
	bias := s.Var("bias", param.Zeros, width)
	movingMean := s.Fixed("mean", param.Zeros, width)
	movingVariance := s.Fixed("variance", param.Ones, width)
	if !s.Training() {
		// One product and one sum per element: the rest works on [width].
		scale := graph.Mul(gain, inverseDeviation(graph.ExpandLeftToRank(movingVariance, x.Rank())))
		shift := graph.Sub(bias, graph.Mul(movingMean, graph.Reshape(scale, width)))
		return addBias(graph.Mul(x, scale), shift)
	}

	axes := make([]int, x.Rank()-1)
	for i := range axes {
		axes[i] = i
	}
	mean := graph.ReduceAndKeep(x, graph.ReduceMean, axes...)
	centred := graph.Sub(x, mean)
	variance := graph.ReduceAndKeep(graph.Square(centred), graph.ReduceMean, axes...)
	n := x.Shape().Size() / width
	unbiased := graph.MulScalar(variance, float64(n)/float64(max(n-1, 1)))
	move := func(name string, from, to *graph.Node) {
		to = graph.StopGradient(graph.Reshape(to, width))
		s.SetFixed(name, graph.Add(graph.MulScalar(from, 1-momentum), graph.MulScalar(to, momentum)))
	}
	move("mean", movingMean, mean)
	move("variance", movingVariance, unbiased)
	return addBias(graph.Mul(centred, graph.Mul(gain, inverseDeviation(variance))), bias)
}

func inverseDeviation(variance *graph.Node) *graph.Node {
	return graph.Reciprocal(graph.Sqrt(graph.AddScalar(variance, epsilon)))
}
