package balance

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"

	"cggm/objective"
	"cggm/param"
)

// MILES is a modality-informed learning rate scheduler: it treats a model that
// leans on one modality by letting that one learn more slowly for an epoch.
// With A the accuracy on the validation set and A_{-m} the accuracy without
// modality m, modality m's conditional utilisation rate is the share of the
// accuracy that is lost without it, and
//
//	u_m    = (A - A_{-m}) / A
//	rate_m = Factor  if u_m - mean_{j != m} u_j > Threshold, otherwise 1
//
// multiplies the learning rate of encoder m in the next epoch. Accuracy makes
// it a method for classification; measured on the loss L, u_m = (L_{-m} - L) /
// L_{-m}, it takes any task. Predictions without a modality have its features
// at 0.
//
// Cost: M more passes of fusion and head over the validation set per epoch.
//
// Guerra-Manzanares and Shamout, "MILES: Modality-Informed Learning Rate
// Scheduler for Balancing Multimodal Learning", IJCNN 2025, arXiv 2510.17394,
// for two modalities; the utilisation rate is that of Wu et al., ICML 2022. The
// constants of the paper are not public: Threshold and Factor are ours, and so
// are the mean over the other modalities and the form with the loss.
type MILES struct {
	// Measure is "accuracy", or "loss" for tasks without classes. Default
	// accuracy.
	Measure string `yaml:"measure"`
	// Threshold is the difference of utilisation that counts as imbalance,
	// >= 0. Default 0.1.
	Threshold float64 `yaml:"threshold"`
	// Factor multiplies the rate of a modality that is used too much, in
	// [0,1]. Default 0.5; 1 is joint training.
	Factor float64 `yaml:"factor"`
}

// DefaultMILES returns accuracy, threshold 0.1 and factor 0.5.
func DefaultMILES() *MILES { return &MILES{Measure: "accuracy", Threshold: .1, Factor: .5} }

var (
	_ Method    = (*MILES)(nil)
	_ Validator = (*MILES)(nil)
	_ Scheduler = (*MILES)(nil)
)

// Traits declares the rate.
func (m *MILES) Traits() Traits {
	t := Traits{Takes: Rate, Least: 2}
	if m.Measure != "loss" {
		t.Tasks = []objective.Task{objective.Classification}
		t.Why = "it measures accuracy: set measure to loss for other tasks"
	}
	return t
}

// Validate checks the ranges of the settings.
func (m *MILES) Validate() error {
	switch {
	case m.Measure != "accuracy" && m.Measure != "loss":
		return fmt.Errorf("balance: miles: measure %q: choose accuracy or loss", m.Measure)
	case !(m.Threshold >= 0):
		return fmt.Errorf("balance: miles: threshold %g: must not be negative", m.Threshold)
	case !(m.Factor >= 0 && m.Factor <= 1):
		return fmt.Errorf("balance: miles: factor %g: must be in [0,1]", m.Factor)
	}
	return nil
}

// Build applies the rates, 1 in the first epoch.
func (m *MILES) Build(s *Step) Effect {
	if m.Factor == 1 {
		return Effect{}
	}
	state, n := s.State("miles"), s.Modalities()
	rate := state.Fixed("rate", param.Ones, n)
	used := state.Fixed("utilization", param.Zeros, n)
	return Effect{Rate: split(rate), Report: []Quantity{{"rate", rate}, {"utilization", used}}}
}

// AfterEpoch measures how much every modality is used and sets the rates of the
// next epoch.
func (m *MILES) AfterEpoch(e *Epoch) error {
	if m.Factor == 1 {
		return nil
	}
	n := len(e.Modalities)
	seen, err := e.Look(Look{Name: "miles", Part: Validation, Build: func(s *Sight) []*graph.Node {
		everybody := uint(1)<<n - 1
		out := []*graph.Node{m.measure(s, s.Pass.Fused().Logits)}
		for i := range n {
			out = append(out, m.measure(s, s.Pass.Coalition(everybody&^(1<<i)).Logits))
		}
		return out
	}})
	if err != nil {
		return err
	}
	used := make([]float32, n)
	for i := range used {
		used[i] = m.utilization(seen[0][0], seen[1+i][0])
	}
	if err := e.Values.Set("state/miles/utilization", used); err != nil {
		return err
	}
	return e.Values.Set("state/miles/rate", m.rates(used))
}

// measure returns the mean accuracy or loss of the batch's samples.
func (m *MILES) measure(s *Sight, logits *graph.Node) *graph.Node {
	if m.Measure == "loss" {
		return s.Of(logits)
	}
	right := graph.Equal(graph.ArgMax(logits, -1, dtypes.Int32), s.Labels)
	return weighted(graph.ConvertDType(right, dtypes.Float32), s.Weights)
}

// utilization returns u_m from the measure with all modalities and without m;
// 0 where there is nothing to lose.
func (m *MILES) utilization(all, without float32) float32 {
	if m.Measure == "loss" {
		all, without = without, all
	}
	if all == 0 {
		return 0
	}
	return (all - without) / all
}

// rates returns the rates [M] from the utilisation rates [M].
func (m *MILES) rates(used []float32) []float32 {
	total := float32(0)
	for _, u := range used {
		total += u
	}
	rates := make([]float32, len(used))
	for i, u := range used {
		rates[i] = 1
		if others := (total - u) / float32(len(used)-1); float64(u-others) > m.Threshold {
			rates[i] = float32(m.Factor)
		}
	}
	return rates
}
