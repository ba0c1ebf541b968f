package balance

import (
	"github.com/gomlx/gomlx/core/graph"

	"cggm/objective"
)

// CML calibrates: the model should not grow surer when a modality is taken
// away. With z_{-m} the output without modality m and c(z) its largest class
// probability, the loss becomes
//
//	L_task(z) + Without/M sum_m L_task(z_{-m})
//	          + Lambda sum_m mean_i max(0, c(z_{-m})_i - c(z)_i)
//
// It treats models that rest on one modality; cost: M passes of fusion and
// head. Lambda ranges from 0.01 to 1.
//
// Ma et al., "Calibrating Multimodal Learning", ICML 2023. The paper removes
// modalities one after the other in a random order; here each is removed from
// the full set, which for two modalities is the mean over both orders. Public
// code compares sums over the batch, in which samples cancel.
type CML struct {
	// Lambda weights the calibration, >= 0. Default 0.1.
	Lambda float64 `yaml:"lambda"`
	// Without weights the task losses without a modality, >= 0. Default 1.
	Without float64 `yaml:"without"`
}

// DefaultCML returns lambda 0.1 and weight 1.
func DefaultCML() *CML { return &CML{Lambda: .1, Without: 1} }

var _ Method = (*CML)(nil)

// Traits restricts the method to classification.
func (*CML) Traits() Traits {
	return Traits{
		Least: 2, Tasks: []objective.Task{objective.Classification},
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
	fused := s.Pass.Fused().Logits
	all := uint(1)<<n - 1
	var losses, hinges []*graph.Node
	for m := range n {
		without := s.Pass.Coalition(all &^ (1 << m)).Logits
		losses = append(losses, s.Of(without))
		hinges = append(hinges, overconfidence(without, fused))
	}
	hinge := sum(hinges)
	loss := graph.Add(graph.MulScalar(sum(losses), c.Without/float64(n)), graph.MulScalar(hinge, c.Lambda))
	return Effect{Loss: loss, Report: []Quantity{{"cml/hinge", hinge}}}
}

// overconfidence returns the mean over the samples of how much surer the
// logits of fewer modalities, [batch, classes], are than those of more.
func overconfidence(fewer, more *graph.Node) *graph.Node {
	sure := func(z *graph.Node) *graph.Node { return graph.ReduceMax(graph.Softmax(z, -1), -1) }
	gap := graph.Sub(sure(fewer), sure(more))
	return graph.ReduceAllMean(graph.Max(gap, graph.ZerosLike(gap)))
}
