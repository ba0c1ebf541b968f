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
// that still improves goes on faster, one that falls back slows down. It
// treats modalities that need different learning rates; cost: none per step.
//
// Yao and Mihalcea, "Modality-specific Learning Rates for Effective Multimodal
// Additive Late-fusion", Findings of ACL 2022: its dynamic strategy. The
// rates multiply learning rates; multiplying gradients instead, as public code
// does, is the same for plain SGD alone.
type MSLR struct {
	// Window is the number of epochs of the mean, >= 1. Default 5.
	Window int `yaml:"window"`
	// Strength is the exponent of the ratio, >= 0. Default 1; 0 is joint
	// training.
	Strength float64 `yaml:"strength"`
}

// DefaultMSLR returns a window of 5 and strength 1.
func DefaultMSLR() *MSLR { return &MSLR{Window: 5, Strength: 1} }

var (
	_ Method    = (*MSLR)(nil)
	_ Scheduler = (*MSLR)(nil)
)

// Traits declares the rate.
func (*MSLR) Traits() Traits {
	return Traits{
		Takes: Rate, Tasks: []objective.Task{objective.Classification, objective.MultiLabel, objective.Dense},
		Why: "it divides scores, which must not be negative",
	}
}

// Validate checks the ranges of the settings.
func (m *MSLR) Validate() error {
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
	rates := m.follow(scores, e.Score)
	if err := e.Values.Set("state/mslr/scores", scores); err != nil {
		return err
	}
	return e.Values.Set("state/mslr/rate", rates)
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
