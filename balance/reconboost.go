package balance

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/network"
	"cggm/objective"
	"cggm/param"
)

// ReconBoost boosts over modalities: they take turns, and each learns what the
// others do not know yet. With z_m the logits of modality m alone and
// p_m = softmax(z_m), the model predicts F = scale sum_m z_m with a trained
// scale. In a stage, modality m first learns alone, for Alone epochs,
//
//	mean_i (1 - Residual q_i) (-log p_m,i) + Memory mean_i |p_m - p_{m-1}|^2
//
// where p_m,i is its probability of the true class and q_i what
// softmax(scale sum_{j != m} z_j) gives to it, as a constant: samples that the
// others get right count less. The second term, from the second stage on, keeps
// it near the modality of the stage before, a constant as well. Then all
// modalities learn together, for Together epochs, L_task(F). The stages go
// through the modalities in order, over and over; the fusion's own parameters
// learn in the second part only.
//
// It treats modalities that give up because others are ahead, for
// classification with 2 modalities or more. The model's source of unimodal
// logits gives z_m: shared is the paper's, one head for all, and where logits
// split the sum is the model's own output. Cost: none, an epoch is an update
// per batch.
//
// Hua et al., "ReconBoost: Boosting Can Achieve Modality Reconcilement", ICML
// 2024, any number of modalities. The paper's weights 5, 1 and 0.5 with means
// over the K classes are Residual 0.2 and Memory 0.1 here, up to a factor of
// 5/K in all. Public code stops the gradient on both sides of the second term,
// which then does nothing, counts q as 1 throughout the first stage, and selects
// on the test set; BalanceBenchmark takes turns every epoch and starts the scale
// at 0.01.
type ReconBoost struct {
	// Alone is the number of epochs that a modality learns alone, >= 0.
	// Default 4; 0 is joint training. A round takes Alone + Together epochs per
	// modality: with many modalities or few epochs take 1.
	Alone int `yaml:"alone"`
	// Together is the number of epochs that all learn after that, >= 0.
	// Default 4.
	Together int `yaml:"together"`
	// Residual is the share of a sample's weight that the others can take, in
	// [0,1]. Default 0.2.
	Residual float64 `yaml:"residual"`
	// Memory weights the distance to the modality of the stage before, >= 0.
	// Default 0.1.
	Memory float64 `yaml:"memory"`
	// Scale is the initial value of the scale, > 0. Default 1.
	Scale float64 `yaml:"scale"`
}

// DefaultReconBoost returns ReconBoost as published.
func DefaultReconBoost() *ReconBoost {
	return &ReconBoost{Alone: 4, Together: 4, Residual: .2, Memory: .1, Scale: 1}
}

var (
	_ Method    = (*ReconBoost)(nil)
	_ Validator = (*ReconBoost)(nil)
	_ Staged    = (*ReconBoost)(nil)
	_ Predictor = (*ReconBoost)(nil)
)

// Traits declares phases, objective and prediction.
func (*ReconBoost) Traits() Traits {
	return Traits{
		Takes: Objective | Phases | Prediction, Least: 2,
		Tasks: []objective.Task{objective.Classification},
		Why:   "what is left for a modality to learn is measured by the others' probability of the true class",
	}
}

// Validate checks the ranges of the settings.
func (r *ReconBoost) Validate() error {
	switch {
	case r.Alone < 0 || r.Together < 0:
		return fmt.Errorf("balance: reconboost: alone %d, together %d: must not be negative", r.Alone, r.Together)
	case !(r.Residual >= 0 && r.Residual <= 1):
		return fmt.Errorf("balance: reconboost: residual %g: must be in [0,1]", r.Residual)
	case !(r.Scale > 0):
		return fmt.Errorf("balance: reconboost: scale %g: must be above 0", r.Scale)
	}
	return notNegative("reconboost", "memory", r.Memory)
}

// PhaseCount returns one update per modality and one of all together.
func (r *ReconBoost) PhaseCount(modalities int) int {
	if r.Alone == 0 {
		return 1
	}
	return modalities + 1
}

// PhasesIn returns the update of the modality whose turn it is, or that of all.
func (r *ReconBoost) PhasesIn(epoch, modalities int) []int {
	if r.Alone == 0 {
		return []int{0}
	}
	stage, within := epoch/(r.Alone+r.Together), epoch%(r.Alone+r.Together)
	if within < r.Alone {
		return []int{stage % modalities}
	}
	return []int{modalities}
}

// Build trains the modality of the step's phase, or all in the last one.
func (r *ReconBoost) Build(s *Step) Effect {
	if r.Alone == 0 {
		return Effect{}
	}
	n := s.Modalities()
	if s.Phase == n {
		fused, _ := r.Predict(s.Pass)
		return Effect{Objective: s.Of(fused), Report: []Quantity{{"scale", r.scale(s.Pass)}}}
	}
	m := s.Phase
	var others []*graph.Node
	for j := range n {
		if j != m {
			others = append(others, s.Pass.Unimodal(j))
		}
	}
	rest := graph.StopGradient(graph.Mul(r.scale(s.Pass), sum(others)))
	own, present := s.Pass.Unimodal(m), columnsOf(s.Pass.Presence())
	before := (m + n - 1) % n
	memory := weighted(apart(own, s.Pass.Unimodal(before)), graph.Mul(present[m], present[before]))
	name := s.Pass.Model.Modalities[m].Name
	return Effect{
		Objective: boosted(own, rest, s.Labels, present[m], r.Residual),
		Loss:      graph.MulScalar(graph.Mul(memory, s.Open(r.Alone+r.Together, 0)), r.Memory),
		Train: func(g param.Group) bool {
			return g.Kind == param.Head || (g.Kind.PerModality() && g.Modality == m)
		},
		Report: []Quantity{
			{"others/" + name, graph.ReduceAllMean(chance(rest, s.Labels))},
			{"memory/" + name, memory},
		},
	}
}

// boosted returns the mean cross-entropy of the logits, [batch, classes], with
// less weight where the constant logits before already predict the true class;
// samples with present 0 do not count.
func boosted(logits, before, labels, present *graph.Node, residual float64) *graph.Node {
	rest := graph.OneMinus(graph.MulScalar(graph.StopGradient(chance(before, labels)), residual))
	truth := graph.OneHot(labels, logits.Shape().Dimensions[1], logits.DType())
	log := graph.ReduceSum(graph.Mul(graph.LogSoftmax(logits, -1), truth), -1)
	return weighted(graph.Neg(graph.Mul(rest, log)), present)
}

// apart returns the squared distance of what two sets of logits predict, the
// second as a constant, [batch].
func apart(a, b *graph.Node) *graph.Node {
	difference := graph.Sub(graph.Softmax(a, -1), graph.StopGradient(graph.Softmax(b, -1)))
	return graph.ReduceSum(graph.Square(difference), -1)
}

// scale returns the factor of the sum of all logits. It belongs to the fusion,
// so that modalities on their own leave it alone.
func (r *ReconBoost) scale(p *network.Pass) *graph.Node {
	return p.Binding.Scope(param.Group{Kind: param.Fusion}).In("reconboost").Var("scale", param.Constant(float32(r.Scale)))
}

// Predict sums the modalities' logits.
func (r *ReconBoost) Predict(p *network.Pass) (*graph.Node, []*graph.Node) {
	if r.Alone == 0 {
		return Predict(&Joint{}, p, r.Traits())
	}
	unimodal := make([]*graph.Node, len(p.Inputs))
	for m := range unimodal {
		unimodal[m] = p.Unimodal(m)
	}
	return graph.Mul(r.scale(p), sum(unimodal)), unimodal
}
