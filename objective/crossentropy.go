package objective

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// CrossEntropy is the negative log-probability of the true class under the
// softmax of the logits, for classification, or per position for dense
// prediction.
type CrossEntropy struct {
	// Smoothing moves this share of the probability to all classes alike, in
	// [0,1). Default 0.
	Smoothing float64 `yaml:"smoothing"`
	// Classes weights the classes; the mean is over the weights. Empty: alike.
	Classes []float64 `yaml:"classes"`
}

var _ Loss = CrossEntropy{}

// Validate checks the ranges of the settings.
func (c CrossEntropy) Validate() error {
	if c.Smoothing < 0 || c.Smoothing >= 1 {
		return fmt.Errorf("objective: cross-entropy: smoothing %g: must be in [0,1)", c.Smoothing)
	}
	for i, w := range c.Classes {
		if w < 0 {
			return fmt.Errorf("objective: cross-entropy: weight %g of class %d: must not be negative", w, i)
		}
	}
	return nil
}

// Loss returns the mean, weighted by sample and by class.
func (c CrossEntropy) Loss(logits, labels, weights *graph.Node) *graph.Node {
	classes := logits.Shape().Dimensions[logits.Rank()-1]
	log := graph.LogSoftmax(logits, -1)
	target := graph.OneHot(labels, classes, logits.DType())
	weight := graph.OnesLike(graph.ReduceSum(target, -1))
	if len(c.Classes) > 0 {
		if len(c.Classes) != classes {
			panic(fmt.Errorf("objective: cross-entropy: %d class weights for %d classes", len(c.Classes), classes))
		}
		per := graph.ConstAsDType(logits.Graph(), logits.DType(), c.Classes)
		weight = graph.ReduceSum(graph.Mul(target, graph.ExpandLeftToRank(per, target.Rank())), -1)
	}
	truth := graph.ReduceSum(graph.Mul(target, log), -1)
	per := graph.Neg(truth)
	if c.Smoothing > 0 {
		even := graph.Neg(graph.ReduceMean(log, -1))
		per = graph.Add(graph.MulScalar(per, 1-c.Smoothing), graph.MulScalar(even, c.Smoothing))
	}
	if weights != nil {
		weight = graph.Mul(weight, spread(weights, weight))
	}
	return graph.Div(graph.ReduceAllSum(graph.Mul(per, weight)), graph.ReduceAllSum(weight))
}

// BinaryCrossEntropy is the mean over samples and labels of the logistic loss,
// for multi-label problems, computed from logits without overflow.
type BinaryCrossEntropy struct{}

var _ Loss = BinaryCrossEntropy{}

// Loss returns the mean over labels and the weighted mean over samples.
func (BinaryCrossEntropy) Loss(logits, labels, weights *graph.Node) *graph.Node {
	// log(1+e^z) - z y = max(z,0) - z y + log(1+e^-|z|)
	per := graph.Add(graph.Sub(graph.MaxScalar(logits, 0), graph.Mul(logits, labels)),
		graph.Log1p(graph.Exp(graph.Neg(graph.Abs(logits)))))
	return mean(per, weights)
}

// mean returns the mean of per over everything, with weights [batch] or nil
// over the first axis.
func mean(per, weights *graph.Node) *graph.Node {
	if weights == nil {
		return graph.ReduceAllMean(per)
	}
	w := spread(weights, per)
	return graph.Div(graph.ReduceAllSum(graph.Mul(per, w)), graph.ReduceAllSum(w))
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
