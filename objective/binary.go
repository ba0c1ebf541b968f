package objective

import "github.com/gomlx/gomlx/core/graph"

// BinaryCrossEntropy is the mean over samples and labels of the logistic loss
// of logits z and labels y in [0,1], for multi-label problems:
//
//	log(1 + e^z) - z y
type BinaryCrossEntropy struct{}

var _ Loss = BinaryCrossEntropy{}

// Loss returns the mean over labels and the weighted mean over samples.
func (BinaryCrossEntropy) Loss(logits, labels, weights *graph.Node) *graph.Node {
	// With s the sign of z as a constant, log(1+e^z) = z (1+s)/2 + log(1+e^(-s z))
	// never overflows, and its derivatives of any order hold at 0 too, where
	// those of max and |.| do not: a head that starts at 0 has only such logits.
	zero := graph.ScalarZero(logits.Graph(), logits.DType())
	s := graph.StopGradient(graph.Where(graph.LessThan(logits, zero), graph.Neg(graph.OnesLike(logits)), graph.OnesLike(logits)))
	positive := graph.MulScalar(graph.OnePlus(s), .5)
	small := graph.Log1p(graph.Exp(graph.Neg(graph.Mul(s, logits))))
	return mean(graph.Add(graph.Mul(logits, graph.Sub(positive, labels)), small), weights)
}
