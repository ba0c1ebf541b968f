package objective

import (
	"github.com/gomlx/gomlx/core/graph"
)

// Accuracy is the share of samples, or positions, whose largest logit is the
// true class's.
type Accuracy struct{}

// SignAccuracy is the share of predictions on the same side of 0 as the label,
// 0 itself counting as negative: the signal of the CGGM paper for sentiment.
type SignAccuracy struct{}

// LabelAccuracy is the share of labels predicted rightly, with threshold 0 on
// the logits, for multi-label problems.
type LabelAccuracy struct{}

// MeanDice is the Dice overlap of the predicted and the true positions,
// averaged over the classes from 1 on; a class absent from both counts as 1.
type MeanDice struct{}

// BraTSDice is the mean Dice overlap of the BraTS regions: whole tumour
// (classes 1, 2, 3), tumour core (1, 3) and enhancing tumour (3).
type BraTSDice struct{}

// Explained is the share of the labels' variance within the batch that the
// predictions explain, the coefficient of determination R², at most 1:
//
//	1 - sum (z - y)² / sum (y - mean y)²
//
// with the mean taken per output and the sums over everything. Labels that do
// not vary give 0, or 1 when the predictions are exact.
type Explained struct{}

// NegativeLoss takes a loss with its sign changed as the signal.
type NegativeLoss struct{ Of Loss }

var (
	_ Signal = Accuracy{}
	_ Signal = SignAccuracy{}
	_ Signal = LabelAccuracy{}
	_ Signal = MeanDice{}
	_ Signal = BraTSDice{}
	_ Signal = Explained{}
	_ Signal = NegativeLoss{}
)

// Signal returns the accuracy.
func (Accuracy) Signal(logits, labels *graph.Node) *graph.Node {
	return graph.ReduceAllMean(truth(graph.Equal(graph.ArgMax(logits, -1, labels.DType()), labels)))
}

// Signal returns the accuracy of the sign.
func (SignAccuracy) Signal(logits, labels *graph.Node) *graph.Node {
	return graph.ReduceAllMean(truth(graph.Equal(positive(logits), positive(labels))))
}

// Signal returns the accuracy over all labels.
func (LabelAccuracy) Signal(logits, labels *graph.Node) *graph.Node {
	half := graph.Scalar(labels.Graph(), labels.DType(), .5)
	return graph.ReduceAllMean(truth(graph.Equal(positive(logits), truth(graph.GreaterThan(labels, half)))))
}

// Signal returns the mean Dice overlap.
func (MeanDice) Signal(logits, labels *graph.Node) *graph.Node {
	classes := logits.Shape().Dimensions[logits.Rank()-1]
	regions := make([][]int, 0, classes-1)
	for k := 1; k < classes; k++ {
		regions = append(regions, []int{k})
	}
	return overlap(logits, labels, regions)
}

// Signal returns the mean Dice overlap of the regions.
func (BraTSDice) Signal(logits, labels *graph.Node) *graph.Node {
	return overlap(logits, labels, [][]int{{1, 2, 3}, {1, 3}, {3}})
}

// Signal returns the explained share.
func (Explained) Signal(logits, labels *graph.Node) *graph.Node {
	left := graph.ReduceAllSum(graph.Square(graph.Sub(logits, labels)))
	centre := graph.ExpandLeftToRank(graph.ReduceMean(labels, 0), labels.Rank())
	spread := graph.ReduceAllSum(graph.Square(graph.Sub(labels, centre)))
	zero := graph.ScalarZero(left.Graph(), left.DType())
	flat := graph.Equal(spread, zero)
	exact := truth(graph.Equal(left, zero))
	share := graph.OneMinus(graph.Div(left, graph.Where(flat, graph.OnesLike(spread), spread)))
	return graph.Where(flat, exact, share)
}

// Signal returns the negative loss.
func (n NegativeLoss) Signal(logits, labels *graph.Node) *graph.Node {
	return graph.Neg(n.Of.Loss(logits, labels, nil))
}

// positive returns 1 where x is above 0, otherwise 0.
func positive(x *graph.Node) *graph.Node {
	return truth(graph.GreaterThan(x, graph.ScalarZero(x.Graph(), x.DType())))
}

func overlap(logits, labels *graph.Node, regions [][]int) *graph.Node {
	predicted := graph.ArgMax(logits, -1, labels.DType())
	scores := make([]*graph.Node, len(regions))
	for i, region := range regions {
		p, y := inside(predicted, region), inside(labels, region)
		both := graph.ReduceAllSum(graph.Mul(p, y))
		size := graph.Add(graph.ReduceAllSum(p), graph.ReduceAllSum(y))
		empty := graph.LessThan(size, graph.Scalar(size.Graph(), size.DType(), .5))
		dice := graph.Div(graph.MulScalar(both, 2), graph.MaxScalar(size, 1))
		scores[i] = graph.Where(empty, graph.OnesLike(dice), dice)
	}
	return graph.ReduceAllMean(graph.Stack(scores, 0))
}

func inside(labels *graph.Node, region []int) *graph.Node {
	var in *graph.Node
	for _, k := range region {
		is := truth(graph.Equal(labels, graph.Scalar(labels.Graph(), labels.DType(), k)))
		if in != nil {
			is = graph.Add(in, is)
		}
		in = is
	}
	return in
}
