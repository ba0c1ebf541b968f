package balance

import (
	"github.com/gomlx/gomlx/core/graph"

	"cggm/objective"
)

// MBSD is modality-balanced self-distillation: in every pair of modalities the
// one that is surer of a sample teaches the other. With p_m the prediction of
// modality m alone, its logits z_m, and per sample i of a pair (a, b)
//
//	u_i = |p_a[y] - p_b[y]| where either prediction is right, 0 elsewhere
//	RS  = mean_i u_i |z_a - z_b|^2 / K
//	KL  = mean_i u_i KL(p_strong || p_weak)
//
// (strong: the larger probability of the true class, as a constant) the loss
// gains Weight times sum_m L(z_m) + mean over pairs of RS + mean over pairs of
// KL. It treats modalities that lag behind; cost: the unimodal logits.
//
// Liu et al., "Multimodal Pre-Training with Self-Distillation for Product
// Understanding in E-Commerce", WSDM 2023. Any number of modalities from 2 on:
// all pairs. For maps each position counts as a sample. Public code computes its divergence on the probability of the
// true class alone, which is none, and lets gradients into the weights u.
type MBSD struct {
	// Weight of the added terms, >= 0. Default 1; 0 is joint training.
	Weight float64 `yaml:"weight"`
}

// DefaultMBSD returns weight 1.
func DefaultMBSD() *MBSD { return &MBSD{Weight: 1} }

var _ Method = (*MBSD)(nil)

// Traits restricts the method to classes.
func (*MBSD) Traits() Traits {
	return Traits{
		Least: 2, Tasks: []objective.Task{objective.Classification, objective.Dense},
		Why: "it compares probabilities of the true class",
	}
}

// Validate checks the weight.
func (d *MBSD) Validate() error { return notNegative("mbsd", "weight", d.Weight) }

// Build adds the terms.
func (d *MBSD) Build(s *Step) Effect {
	if d.Weight == 0 {
		return Effect{}
	}
	var apart, divergence []*graph.Node
	for a := range s.Modalities() {
		for b := range a {
			rs, kl := distil(s.Pass.Unimodal(b), s.Pass.Unimodal(a), s.Labels)
			apart, divergence = append(apart, rs), append(divergence, kl)
		}
	}
	n := float64(len(apart))
	rs, kl := graph.DivScalar(sum(apart), n), graph.DivScalar(sum(divergence), n)
	total := unimodalLoss(s)
	return Effect{
		Loss:   graph.MulScalar(graph.Add(total, graph.Add(rs, kl)), d.Weight),
		Report: []Quantity{{"unimodal_loss", total}, {"mbsd/distance", rs}, {"mbsd/divergence", kl}},
	}
}

// distil returns the two terms of a pair of logits, [batch, ..., classes], with
// labels [batch, ...].
func distil(a, b, labels *graph.Node) (rs, kl *graph.Node) {
	classes := a.Shape().Dimensions[a.Rank()-1]
	truth := graph.OneHot(labels, classes, a.DType())
	logA, logB := graph.LogSoftmax(a, -1), graph.LogSoftmax(b, -1)
	trueA := graph.StopGradient(graph.ReduceSum(graph.Mul(graph.Exp(logA), truth), -1))
	trueB := graph.StopGradient(graph.ReduceSum(graph.Mul(graph.Exp(logB), truth), -1))
	right := graph.LogicalOr(hits(a, labels), hits(b, labels))
	u := graph.Mul(graph.Abs(graph.Sub(trueA, trueB)), graph.ConvertDType(right, a.DType()))
	rs = graph.ReduceAllMean(graph.Mul(u, graph.ReduceMean(graph.Square(graph.Sub(a, b)), -1)))

	divergence := func(strong, weak *graph.Node) *graph.Node {
		strong = graph.StopGradient(strong)
		return graph.ReduceSum(graph.Mul(graph.Exp(strong), graph.Sub(strong, weak)), -1)
	}
	kl = graph.Where(graph.GreaterThan(trueA, trueB), divergence(logA, logB), divergence(logB, logA))
	return rs, graph.ReduceAllMean(graph.Mul(u, kl))
}

// hits reports per sample whether the largest logit is the label's.
func hits(logits, labels *graph.Node) *graph.Node {
	return graph.Equal(graph.ArgMax(logits, -1, labels.DType()), labels)
}
