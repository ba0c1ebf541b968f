package trainer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"cggm/balance"
	"cggm/param"
)

// try trains aside: with the same setup, another method and a state of its own.
// An interrupted one continues where it stood.
func (t *Trainer) try(ctx context.Context, trial balance.Trial, key string, keep func() error) (out *balance.Outcome, err error) {
	setup := t.setup
	setup.Method = trial.Method
	start := t.start()
	if trial.Fresh {
		// What the model of the training has for its own method, such as
		// bridges, the trial's method must ask for itself.
		setup.Model = setup.Model.Alone()
	} else {
		start.Epoch, start.Step = t.position.Epoch, t.position.Step
	}
	length := trial.Epochs
	if length == 0 {
		length = t.setup.Options.Epochs
	}
	setup.Options.Epochs = start.Epoch + length
	setup.Options.Patience, setup.Options.Steps, setup.Options.Time = 0, 0, 0

	// Schedules are shared with the trial: it gets them as they are and leaves
	// them as they were.
	restore, err := t.keepSchedules()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, restore()) }()

	inner, err := New(t.name+"/"+trial.Name, setup)
	if err != nil {
		return nil, err
	}
	inner.train, inner.heldout = t.train, t.heldout
	inner.position = start
	if reached, ok := t.aside[key]; ok {
		err = inner.Restore(reached)
	} else if !trial.Fresh {
		err = inner.state.inherit(t.state)
	}
	if err != nil {
		return nil, err
	}
	if err := inner.Fit(ctx, progress{t, key, keep}); err != nil {
		return nil, fmt.Errorf("trainer: %s trains aside: %w", t.name, err)
	}
	return &balance.Outcome{
		Look: func(l balance.Look) ([][]float32, error) { return inner.look(ctx, l) },
		Copy: func(from, to string, groups ...param.Group) error {
			return transfer(inner.state, t.state, from, to, groups)
		},
	}, nil
}

// keepSchedules returns a function that puts the schedules' state back.
func (t *Trainer) keepSchedules() (restore func() error, err error) {
	recipes := []Recipe{t.setup.Main, t.setup.Auxiliary}
	kept := make([][]byte, len(recipes))
	for k, r := range recipes {
		if kept[k], err = json.Marshal(r.Schedule); err != nil {
			return nil, fmt.Errorf("trainer: keep the schedule: %w", err)
		}
	}
	return func() error {
		for k, r := range recipes {
			if err := json.Unmarshal(kept[k], r.Schedule); err != nil {
				return fmt.Errorf("trainer: restore the schedule: %w", err)
			}
		}
		return nil
	}, nil
}

// inherit copies the parameters and optimizer slots of another state wherever
// both have them.
func (s *State) inherit(from *State) error {
	for i, spec := range s.set.Specs() {
		k := from.set.Index(spec.Name)
		if k < 0 {
			continue
		}
		values, err := from.Get(spec.Name)
		if err != nil {
			return err
		}
		if err := s.Set(spec.Name, values); err != nil {
			return err
		}
		var slots []*tensors.Tensor
		for _, slot := range from.slots[k] {
			values, err := tensors.CopyFlatData[float32](slot)
			if err != nil {
				return err
			}
			slots = append(slots, tensors.FromFlatDataAndDimensions(values, spec.Dims...))
		}
		if slots != nil {
			s.slots[i] = slots
		}
	}
	return nil
}
