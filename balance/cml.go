package balance

import (
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"cggm/objective"
)

// CML calibrates: the model should not grow surer when a modality is taken
// away. Every step takes the modalities away one after the other, in a random
// order, until one is left. With z_j the output without the first j of them,
// z_0 = z, and c(z) the largest class probability, the loss becomes
//
//	L_task(z) + Without sum_j L_task(z_j)
//	          + Lambda M sum_j mean_i max(0, c(z_j)_i - c(z_{j-1})_i),  j = 1..M-1
//
// which is M times the paper's. It treats models that rest on one modality; cost:
// M-1 passes of fusion and head. Lambda ranges from 0.01 to 1.
//
// Ma et al., "Calibrating Multimodal Learning", ICML 2023, any number of
// modalities, any fusion; for maps each position counts as a sample. A benchmark's code compares sums over the batch, in
// which samples cancel, and draws one order per epoch.
type CML struct {
	// Lambda weights the calibration, >= 0. Default 0.1.
	Lambda float64 `yaml:"lambda"`
	// Without weights the task losses without modalities, >= 0. Default 1, the
	// paper's.
	Without float64 `yaml:"without"`
}

// DefaultCML returns lambda 0.1 and weight 1.
func DefaultCML() *CML { return &CML{Lambda: .1, Without: 1} }

var _ Method = (*CML)(nil)

// Traits restricts the method to classes.
func (*CML) Traits() Traits {
	return Traits{
		Least: 2, Tasks: []objective.Task{objective.Classification, objective.Dense},
		Why: "it compares the largest class probabilities",
	}
}

// Validate checks the weights.
func (c *CML) Validate() error {
	if err := notNegative("cml", "lambda", c.Lambda); err != nil {
		return err
	}
	return notNegative("cml", "without", c.Without)
}

// Build adds the terms.
func (c *CML) Build(s *Step) Effect {
	if c.Lambda == 0 && c.Without == 0 {
		return Effect{}
	}
	n := s.Modalities()
	order := s.State("cml").Uniform(shapes.Make(s.Epoch.DType(), n))
	before := s.Pass.Fused().Logits
	var losses, hinges []*graph.Node
	for j := 1; j < n; j++ {
		z := s.Pass.Chosen(left(order, j)).Logits
		losses = append(losses, s.Of(z))
		hinges = append(hinges, overconfidence(z, before))
		before = z
	}
	hinge := sum(hinges)
	loss := graph.Add(graph.MulScalar(sum(losses), c.Without), graph.MulScalar(hinge, c.Lambda*float64(n)))
	return Effect{Loss: loss, Report: []Quantity{{"cml/hinge", hinge}}}
}

// left returns, for numbers order [modalities], 0 for the modalities with the j
// smallest and 1 for those that are left.
func left(order *graph.Node, j int) []*graph.Node {
	return split(graph.OneMinus(masking(graph.Scalar(order.Graph(), order.DType(), float64(j)), order)))
}

// overconfidence returns the mean over the samples of how much surer the
// logits of fewer modalities, [batch, ..., classes], are than those of more.
func overconfidence(fewer, more *graph.Node) *graph.Node {
	sure := func(z *graph.Node) *graph.Node { return graph.ReduceMax(graph.Softmax(z, -1), -1) }
	gap := graph.Sub(sure(fewer), sure(more))
	return graph.ReduceAllMean(graph.Max(gap, graph.ZerosLike(gap)))
}
