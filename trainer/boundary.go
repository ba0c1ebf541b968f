package trainer

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"cggm/balance"
)

// boundary is what a method sees and can do between epochs.
func (t *Trainer) boundary(ctx context.Context) *balance.Epoch {
	return &balance.Epoch{
		Index: t.position.Epoch, Epochs: t.setup.Options.Epochs, Seed: t.setup.Options.Seed,
		Values: t.state, Modalities: t.setup.Model.Names(),
		Samples: func(p balance.Part) int {
			_, of := t.part(p)
			return len(of)
		},
		Look: func(l balance.Look) ([][]float32, error) { return t.look(ctx, l) },
		Try:  func(trial balance.Trial) (*balance.Outcome, error) { return t.try(ctx, trial) },
		Copy: func(from, to string) error { return transfer(t.state, t.state, from, to) },
	}
}

// transfer copies parameters by the beginnings of their names.
func transfer(src, dst *State, from, to string) error {
	copied := 0
	for _, spec := range dst.set.Specs() {
		rest, ok := strings.CutPrefix(spec.Name, to)
		if !ok || src.set.Index(from+rest) < 0 {
			continue
		}
		values, err := src.Get(from + rest)
		if err != nil {
			return err
		}
		if err := dst.Set(spec.Name, values); err != nil {
			return err
		}
		copied++
	}
	if copied == 0 {
		return fmt.Errorf("trainer: no parameters to copy from %q to %q", from, to)
	}
	return nil
}

// prepare lets the method act before the first batch of the epoch.
func (t *Trainer) prepare(ctx context.Context) error {
	if t.position.Prepared || t.position.Batch > 0 {
		return nil
	}
	delete(t.state.memory, planLabel)
	if p, ok := t.setup.Method.(balance.Preparer); ok {
		e := t.boundary(ctx)
		if err := p.BeforeEpoch(e); err != nil {
			return fmt.Errorf("trainer: %s before epoch %d: %w", t.name, t.position.Epoch, err)
		}
		if e.Plan != nil {
			if err := t.keepPlan(e.Plan); err != nil {
				return fmt.Errorf("trainer: %s before epoch %d: %w", t.name, t.position.Epoch, err)
			}
		}
	}
	t.position.Prepared = true
	return nil
}

// whole runs what happens between epochs; an interruption in its middle takes
// all of it back.
func (t *Trainer) whole(ctx context.Context, do func() error) error {
	if !t.acts {
		return do()
	}
	before, err := t.Snapshot()
	if err != nil {
		return err
	}
	if err := do(); err != nil {
		if ctx.Err() != nil {
			return errors.Join(err, t.Restore(before))
		}
		return err
	}
	return nil
}
