package objective

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// DiceCE is the loss of segmentation: a weighted sum of the cross-entropy per
// position and of 1 - soft Dice, averaged over the classes from 1 on:
//
//	Dice_k = (2 sum p_k y_k + Smooth) / (sum p_k + sum y_k + Smooth)
//
// with sums over all positions of the batch (Milletari et al., 3DV 2016).
type DiceCE struct {
	// Entropy and Overlap weight the two parts. Default .5 each.
	Entropy float64 `yaml:"entropy"`
	Overlap float64 `yaml:"overlap"`
	// Classes weights the classes in the cross-entropy; empty: alike.
	Classes []float64 `yaml:"classes"`
	// Smooth keeps empty classes finite, > 0. Default 0.01.
	Smooth float64 `yaml:"smooth"`
}

// DefaultDiceCE returns equal parts.
func DefaultDiceCE() *DiceCE { return &DiceCE{Entropy: .5, Overlap: .5, Smooth: .01} }

var _ Loss = (*DiceCE)(nil)

// Validate checks the ranges of the settings.
func (d *DiceCE) Validate() error {
	if !(d.Entropy >= 0 && d.Overlap >= 0 && d.Smooth > 0) {
		return fmt.Errorf("objective: dice-ce: entropy %g, overlap %g, smooth %g: the first two must not be negative, smooth above 0",
			d.Entropy, d.Overlap, d.Smooth)
	}
	return CrossEntropy{Classes: d.Classes}.Validate()
}

// Loss returns the weighted sum; sample weights count in both parts.
func (d *DiceCE) Loss(logits, labels, weights *graph.Node) *graph.Node {
	classes := logits.Shape().Dimensions[logits.Rank()-1]
	if classes < 2 {
		panic(fmt.Errorf("objective: dice-ce: %d classes: class 0 is the background, so it takes 2 or more", classes))
	}
	entropy := CrossEntropy{Classes: d.Classes}.Loss(logits, labels, weights)
	p := graph.Softmax(logits, -1)
	y := graph.OneHot(labels, classes, logits.DType())
	both := graph.Mul(p, y)
	if weights != nil {
		w := spread(weights, p)
		p, y, both = graph.Mul(p, w), graph.Mul(y, w), graph.Mul(both, w)
	}
	axes := make([]int, logits.Rank()-1)
	for i := range axes {
		axes[i] = i
	}
	over := graph.AddScalar(graph.MulScalar(graph.ReduceSum(both, axes...), 2), d.Smooth)
	under := graph.AddScalar(graph.Add(graph.ReduceSum(p, axes...), graph.ReduceSum(y, axes...)), d.Smooth)
	dice := graph.ReduceAllMean(graph.Slice(graph.Div(over, under), graph.AxisRange(1)))
	return graph.Add(graph.MulScalar(entropy, d.Entropy), graph.MulScalar(graph.OneMinus(dice), d.Overlap))
}
