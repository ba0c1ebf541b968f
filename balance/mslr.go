package balance

import (
	"fmt"
	"math"

	"cggm/objective"
	"cggm/param"
)

// MSLR gives every modality a learning rate of its own, which follows its
// validation score: with s_m(e) the score of modality m alone after epoch e,
//
//	rate_m = (s_m(e) / mean of the last Window scores of m)^Strength
//
// multiplies the learning rate of its encoder in the next epoch: a modality
// that still improves goes on faster, one that falls back slows down. With
// Measure "loss", s_m is exp of minus the validation loss, for any task. It
// treats modalities that need different learning rates; cost: none per step.
//
// Yao and Mihalcea, "Modality-specific Learning Rates for Effective Multimodal
// Additive Late-fusion", Findings of ACL 2022: its dynamic strategy, whose
// initial factors are the configuration's rates, 1 for every modality unless
// set; rates alone, with strength 0, are its fixed strategy. The
// rates multiply learning rates; multiplying gradients instead, as public code
// does, is the same for plain SGD alone.
type MSLR struct {
	// Measure is "score", or "loss" for tasks whose scores can be negative.
	// Default score.
	Measure string `yaml:"measure"`
	// Window is the number of epochs of the mean, >= 1. Default 5.
	Window int `yaml:"window"`
	// Strength is the exponent of the ratio, >= 0. Default 1; 0 is joint
	// training.
	Strength float64 `yaml:"strength"`
}

// DefaultMSLR returns scores, a window of 5 and strength 1.
func DefaultMSLR() *MSLR { return &MSLR{Measure: "score", Window: 5, Strength: 1} }

var (
	_ Method    = (*MSLR)(nil)
	_ Scheduler = (*MSLR)(nil)
)

// Traits declares the rate.
func (m *MSLR) Traits() Traits {
	t := Traits{Takes: Rate}
	if m.Measure != "loss" {
		t.Tasks = []objective.Task{objective.Classification, objective.MultiLabel, objective.Dense}
		t.Why = "it divides scores, which must not be negative: set measure to loss for other tasks"
	}
	return t
}

// Validate checks the ranges of the settings.
func (m *MSLR) Validate() error {
	if m.Measure != "score" && m.Measure != "loss" {
		return fmt.Errorf("balance: mslr: measure %q: choose score or loss", m.Measure)
	}
	if m.Window < 1 {
		return fmt.Errorf("balance: mslr: window %d: must be 1 or more", m.Window)
	}
	return notNegative("mslr", "strength", m.Strength)
}

// Build applies the rates, 1 in the first epoch.
func (m *MSLR) Build(s *Step) Effect {
	if m.Strength == 0 {
		return Effect{}
	}
	state, n := s.State("mslr"), s.Modalities()
	rate := state.Fixed("rate", param.Ones, n)
	// Declared here so that checkpoints hold the scores of past epochs, the
	// latest first, -1 where there are none yet.
	state.Fixed("scores", param.Constant(-1), m.Window, n)
	return Effect{Rate: split(rate), Report: []Quantity{{"rate", rate}}}
}

// AfterEpoch sets the rates of the next epoch.
func (m *MSLR) AfterEpoch(e *Epoch) error {
	if m.Strength == 0 {
		return nil
	}
	scores, err := e.Values.Get("state/mslr/scores")
	if err != nil {
		return err
	}
	rates := m.follow(scores, m.measured(e))
	if err := e.Values.Set("state/mslr/scores", scores); err != nil {
		return err
	}
	return e.Values.Set("state/mslr/rate", rates)
}

// measured returns s of the epoch, [M].
func (m *MSLR) measured(e *Epoch) []float64 {
	if m.Measure != "loss" {
		return e.Score
	}
	s := make([]float64, len(e.Loss))
	for i, loss := range e.Loss {
		s[i] = math.Exp(-loss)
	}
	return s
}

// follow puts the newest scores in front of the past ones, [window,
// modalities], and returns the rates.
func (m *MSLR) follow(scores []float32, newest []float64) []float32 {
	n := len(newest)
	copy(scores[n:], scores[:len(scores)-n])
	rates := make([]float32, n)
	for i, s := range newest {
		scores[i] = float32(s)
		total, count := 0., 0.
		for k := i; k < len(scores); k += n {
			if scores[k] >= 0 {
				total, count = total+float64(scores[k]), count+1
			}
		}
		rates[i] = 1
		if total > 0 {
			rates[i] = float32(math.Pow(s*count/total, m.Strength))
		}
	}
	return rates
}
