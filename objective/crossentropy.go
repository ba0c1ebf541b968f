package objective

import (
	"fmt"
	"math"

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
	if !(c.Smoothing >= 0 && c.Smoothing < 1) {
		return fmt.Errorf("objective: cross-entropy: smoothing %g: must be in [0,1)", c.Smoothing)
	}
	total := 0.
	for i, w := range c.Classes {
		if !(w >= 0) || math.IsInf(w, 1) {
			return fmt.Errorf("objective: cross-entropy: weight %g of class %d: must be finite and not negative", w, i)
		}
		total += w
	}
	if len(c.Classes) > 0 && total == 0 {
		return fmt.Errorf("objective: cross-entropy: all %d class weights are 0: give at least one above 0", len(c.Classes))
	}
	return nil
}

// Loss returns the mean, weighted by sample and by class:
//
//	sum_i s_i [(1-Smoothing) w_y(i) l(i,y(i)) + Smoothing/K sum_k w_k l(i,k)] / sum_i s_i w_y(i)
//
// with sample weights s, class weights w and l = -log softmax. It is 0 when
// the weights sum to 0.
func (c CrossEntropy) Loss(logits, labels, weights *graph.Node) *graph.Node {
	classes := logits.Shape().Dimensions[logits.Rank()-1]
	loss := graph.Neg(graph.LogSoftmax(logits, -1))
	target := graph.OneHot(labels, classes, logits.DType())
	weight := graph.OnesLike(graph.ReduceSum(target, -1))
	if len(c.Classes) > 0 {
		if len(c.Classes) != classes {
			panic(fmt.Errorf("objective: cross-entropy: %d class weights for %d classes: give one per class, or none", len(c.Classes), classes))
		}
		per := graph.ExpandLeftToRank(graph.ConstAsDType(logits.Graph(), logits.DType(), c.Classes), target.Rank())
		weight, loss = graph.ReduceSum(graph.Mul(target, per), -1), graph.Mul(loss, per)
	}
	per := graph.ReduceSum(graph.Mul(target, loss), -1)
	if c.Smoothing > 0 {
		even := graph.ReduceMean(loss, -1)
		per = graph.Add(graph.MulScalar(per, 1-c.Smoothing), graph.MulScalar(even, c.Smoothing))
	}
	if weights != nil {
		sample := spread(weights, weight)
		per, weight = graph.Mul(per, sample), graph.Mul(weight, sample)
	}
	return share(graph.ReduceAllSum(per), graph.ReduceAllSum(weight))
}
