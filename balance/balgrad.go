package balance

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/objective"
	"cggm/param"
)

// BalGrad is a skeleton of the see-saw modality balance. The paper states two
// ideas, that this file has: terms that align the modalities' predictions are
// weighted by how far each modality has learned, and the gradient of the task
// gives way to that of the alignment where they conflict. The weights and the
// order of the terms below are ours; no code is public, and numbers of the paper
// must not be expected of it. With p_m the prediction of modality m alone,
//
//	KL_m = mean over samples of KL(mean_{j != m} p_j || p_m), the first a constant
//	w    = softmax of (L_task(z_1), ..., L_task(z_M)): the weaker learns more
//	t    = gradient of L_task(z),  k = gradient of sum_m w_m KL_m
//	g    = t - min(<t,k>, 0)/|k|^2 k + lambda k + weight (gradient of sum_m L_task(z_m))
//
// over all parameters at once but those of the auxiliary classifiers. Dense
// tasks predict a class, and tasks with several labels one of two classes, many
// times per sample; the mean of the divergences counts. A sample teaches the
// modalities that it has by the others that it has. The paper has two
// modalities; the mean of the others' predictions is our generalisation.
//
// It treats a modality whose loss stays behind because the gradient of the task
// follows another. Cost: the unimodal logits and two more backward passes.
//
// After Kwon et al., "See-Saw Modality Balance: See Gradient, and Sew Impaired
// Vision-Language Balance to Mitigate Dominant Modality Bias", NAACL 2025,
// arXiv 2503.13834.
type BalGrad struct {
	// Lambda weights the alignment, >= 0; 0 is multi-loss. Default 1.
	Lambda float64 `yaml:"lambda"`
	// Weight of the unimodal losses, >= 0; lambda and weight 0 are joint
	// training. Default 1.
	Weight float64 `yaml:"weight"`
}

// DefaultBalGrad returns lambda 1 and weight 1.
func DefaultBalGrad() *BalGrad { return &BalGrad{Lambda: 1, Weight: 1} }

var (
	_ Method    = (*BalGrad)(nil)
	_ Validator = (*BalGrad)(nil)
)

// Traits declares the edit, and the objective since its gradient is edited.
func (b *BalGrad) Traits() Traits {
	return Traits{
		Takes: Objective | Edit, Least: 2,
		Tasks: []objective.Task{objective.Classification, objective.MultiLabel, objective.Dense},
		Why:   "it compares predictions as probabilities",
	}
}

// Validate checks the ranges of the settings.
func (b *BalGrad) Validate() error {
	if !(b.Lambda >= 0 && b.Weight >= 0) {
		return fmt.Errorf("balance: balgrad: lambda %g, weight %g: must not be negative", b.Lambda, b.Weight)
	}
	return nil
}

// Build adds the losses and lets the task's gradient give way.
func (b *BalGrad) Build(s *Step) Effect {
	if b.Lambda == 0 && b.Weight == 0 {
		return Effect{}
	}
	present, n := columnsOf(s.Pass.Presence()), s.Modalities()
	logits, losses := make([]*graph.Node, n), make([]*graph.Node, n)
	for m := range logits {
		logits[m] = s.Pass.Unimodal(m)
		losses[m] = s.Loss.Loss(logits[m], s.Labels, present[m])
	}
	e := Effect{
		Loss:   graph.MulScalar(sum(losses), b.Weight),
		Report: []Quantity{{"unimodal_loss", graph.Stack(losses, 0)}},
	}
	if b.Lambda == 0 {
		return e
	}
	logs := make([]*graph.Node, n)
	for m, z := range logits {
		logs[m] = logProbabilities(z, s.Task)
	}
	apart := graph.Stack(disagreements(logs, present), 0)
	weights := graph.StopGradient(graph.Softmax(graph.Stack(losses, 0), 0))
	alignment := graph.ReduceAllSum(graph.Mul(weights, apart))
	e.Loss = graph.Add(e.Loss, graph.MulScalar(alignment, b.Lambda))
	e.Report = append(e.Report, Quantity{"alignment_loss", apart}, Quantity{"alignment_weight", weights})
	e.Edit = func(g *Gradients) {
		var params []int
		for _, i := range g.Params() {
			if s.Pass.Binding.Set.Specs()[i].Group.Kind != param.Auxiliary {
				params = append(params, i)
			}
		}
		task, align := g.Of(s.TaskLoss(), params), g.Of(alignment, params)
		back := conflict(task, align)
		for k, i := range params {
			g.Set(i, graph.Sub(g.Get(i), graph.Mul(back, align[k])))
		}
	}
	return e
}

// logProbabilities returns the logarithms of the probabilities that logits stand
// for, along the last axis; of several labels that each holds and that it does
// not.
func logProbabilities(logits *graph.Node, task objective.Task) *graph.Node {
	if task == objective.MultiLabel {
		logits = graph.Stack([]*graph.Node{logits, graph.ZerosLike(logits)}, -1)
	}
	return graph.LogSoftmax(logits, -1)
}

// disagreements returns, for every modality, the mean divergence of its
// prediction from the mean prediction of the others, over the samples that have
// it and another; logs are [batch, ..., classes], present [batch].
func disagreements(logs, present []*graph.Node) []*graph.Node {
	out := make([]*graph.Node, len(logs))
	for m, own := range logs {
		var parts, counts []*graph.Node
		for j, log := range logs {
			if j != m {
				parts = append(parts, graph.Mul(graph.Exp(graph.StopGradient(log)), beside(present[j], log)))
				counts = append(counts, present[j])
			}
		}
		others := sum(counts)
		target := graph.Div(sum(parts), beside(graph.MaxScalar(others, 1), own))
		apart := graph.ReduceSum(graph.Mul(target, graph.Sub(graph.Log(graph.MaxScalar(target, 1e-8)), own)), -1)
		if apart.Rank() > 1 {
			apart = graph.ReduceMean(graph.Reshape(apart, apart.Shape().Dimensions[0], -1), 1)
		}
		out[m] = weighted(apart, graph.Mul(present[m], graph.MinScalar(others, 1)))
	}
	return out
}

// beside returns v [batch] with axes of 1 up to the rank of n.
func beside(v, n *graph.Node) *graph.Node {
	for v.Rank() < n.Rank() {
		v = graph.InsertAxes(v, -1)
	}
	return v
}

// conflict returns min(<t,k>, 0)/|k|^2 of two gradients over the same
// parameters.
func conflict(t, k []*graph.Node) *graph.Node {
	along, length := make([]*graph.Node, len(t)), make([]*graph.Node, len(t))
	for i := range t {
		along[i] = graph.ReduceAllSum(graph.Mul(t[i], k[i]))
		length[i] = graph.ReduceAllSum(graph.Square(k[i]))
	}
	return graph.Div(graph.MinScalar(sum(along), 0), graph.MaxScalar(sum(length), 1e-30))
}
