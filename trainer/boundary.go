package trainer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cggm/balance"
	"cggm/param"
)

// boundary is what a method sees and can do between epochs. keep is called when
// a training aside has got further; when tells such trainings apart.
func (t *Trainer) boundary(ctx context.Context, when string, keep func() error) *balance.Epoch {
	tries := 0
	return &balance.Epoch{
		Index: t.position.Epoch, Epochs: t.setup.Options.Epochs, Seed: t.setup.Options.Seed,
		Values: t.state, Modalities: t.setup.Model.Names(),
		Samples: func(p balance.Part) int {
			_, of := t.part(p)
			return len(of)
		},
		Look: func(l balance.Look) ([][]float32, error) { return t.look(ctx, l) },
		Try: func(trial balance.Trial) (*balance.Outcome, error) {
			tries++
			return t.try(ctx, trial, fmt.Sprintf("%s-%d-%s", when, tries, trial.Name), keep)
		},
		Copy: func(from, to string, groups ...param.Group) error {
			return transfer(t.state, t.state, from, to, groups)
		},
	}
}

// transfer copies the parameters of groups between two places.
func transfer(src, dst *State, from, to string, groups []param.Group) error {
	copied := 0
	for _, spec := range dst.set.Specs() {
		name, ok := strings.CutPrefix(spec.Name, to)
		within := func(g param.Group) bool { return strings.HasPrefix(name, g.String()+"/") }
		if !ok || src.set.Index(from+name) < 0 || !slices.ContainsFunc(groups, within) {
			continue
		}
		values, err := src.Get(from + name)
		if err != nil {
			return err
		}
		if err := dst.Set(spec.Name, values); err != nil {
			return err
		}
		copied++
	}
	if copied == 0 {
		return fmt.Errorf("trainer: no parameters of %v to copy from %q to %q", groups, from, to)
	}
	return nil
}

// prepare lets the method act before the first batch of the epoch.
func (t *Trainer) prepare(ctx context.Context, keep func() error) error {
	if t.position.Prepared || t.position.Batch > 0 {
		return nil
	}
	delete(t.state.memory, planLabel)
	if p, ok := t.setup.Method.(balance.Preparer); ok {
		e := t.boundary(ctx, "before", keep)
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
// all of it back, except how far trainings aside have got. do gets the function
// that saves the latter.
func (t *Trainer) whole(ctx context.Context, o Observer, do func(keep func() error) error) error {
	if !t.acts {
		return do(func() error { return nil })
	}
	before, err := t.main()
	if err != nil {
		return err
	}
	saved := time.Now()
	err = do(func() error {
		if time.Since(saved) < saveEvery {
			return nil
		}
		saved = time.Now()
		return o.Save(before.attach(t.aside), false)
	})
	aside := t.aside
	t.aside = nil
	if err != nil && ctx.Err() != nil {
		err = errors.Join(err, t.Restore(before))
		t.aside = aside
	}
	return err
}
