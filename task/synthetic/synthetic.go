// Package synthetic generates multimodal data whose imbalance is known: how
// much every modality says about the label, whether it says it alone,
// together with the others or only in combination, how noisy it is and how
// hard it is to learn from.
//
// # Construction
//
// Every label comes from independent scores z, each with mean 0 and variance
// 1: one per class, label or regression target, and for dense prediction one
// set per pixel. A score is a sum of independent standard normal parts,
//
//	z = √R·r + Σ √Uₘ·uₘ + √S·s + √(1-R-ΣU-S)·n
//
// so that the shares R, Uₘ and S are exactly the shares of its variance. The
// label is argmax z (classification, dense), z > 0 (multi-label) or z itself
// (regression).
//
//   - r, the redundant part, is seen by every modality.
//   - uₘ, the unique part of modality m, is seen by that modality only.
//   - s, the synergistic part, is a continuous exclusive or: every modality
//     of Between sees the point on the circle of a phase φⱼ uniform in [0,1),
//     and s is the monotone function of cos 2π(Σφⱼ) that is standard normal.
//     Any proper subset of these modalities is independent of s.
//   - n, label noise, is seen by nobody.
//
// A modality sees its parts f with added noise of variance Var(f)/SNR. Two
// knobs make learning slower without taking information away, because both
// are invertible. Curvature c adds c·sd(f)·(d²-1)/√2 to every part, with d a
// distractor that the modality also shows: to a linear model that is more
// noise, a network can learn to subtract it. Condition k shrinks the
// directions of the parts to 1/k of those of the distractors. A fixed random
// rotation then hides which column is which.
//
// A sequence repeats the parts at every step with noise and curvature larger
// by √steps, so that the mean over the steps has the stated SNR. A map does
// all of this per pixel.
//
// [Config.Ideal] gives the best scores that are possible.
package synthetic

import (
	"context"
	"fmt"

	"cggm/sample"
	"cggm/task"
)

// Task opens generated data.
type Task struct {
	// Config says what to generate.
	Config Config
}

var (
	_ task.Opener = Task{}
	_ task.Doctor = Task{}
)

// Open generates the three splits. The same configuration and seed give the
// same bytes, and a larger split begins with the samples of a smaller one.
func (t Task) Open(ctx context.Context, o task.Options) (*task.Data, error) {
	c := t.Config
	if err := c.Validate(); err != nil {
		return nil, err
	}
	g := newGenerator(c, o.Seed)
	var sets [3]*sample.Set
	for i, rows := range []int{c.Train, c.Val, c.Test} {
		var err error
		if sets[i], err = g.split(ctx, i, rows); err != nil {
			return nil, fmt.Errorf("synthetic: %w", err)
		}
	}
	info := task.Info{Task: c.Task, Outputs: c.Outputs, Vocabulary: make([]int, len(c.Modalities))}
	return task.FromSets(info, sets[0], sets[1], sets[2]), nil
}

// Doctor generates the data and examines it.
func (t Task) Doctor(ctx context.Context, o task.Options) (*task.Report, error) {
	return task.Diagnose(ctx, o, func(ctx context.Context, o task.Options) (*task.Data, *task.Groups, error) {
		d, err := t.Open(ctx, o)
		return d, nil, err
	})
}
