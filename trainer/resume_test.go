package trainer_test

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"testing"

	"cggm/trainer"
)

// A training that is interrupted after any step and continued from its saved
// state in a new trainer gives the same numbers and the same final bytes.
func TestResumeIsAsIfNeverInterrupted(t *testing.T) {
	for _, method := range methods() {
		t.Run(method, func(t *testing.T) {
			f := fixture{modalities: 2, method: method}
			straight := f.trainer(t)
			whole := fit(t, straight)
			for _, stop := range []int{0, 3, 4, 9} {
				ctx, cancel := context.WithCancel(context.Background())
				cut := &tape{}
				cut.onStep = func(e trainer.StepEvent) error {
					if e.Step == stop {
						cancel()
					}
					return nil
				}
				err := f.trainer(t).Fit(ctx, cut)
				cancel()
				if !errors.Is(err, context.Canceled) {
					t.Fatalf("interrupted at step %d: got %v", stop, err)
				}
				again := f.trainer(t)
				if err := again.Restore(cut.last); err != nil {
					t.Fatal(err)
				}
				rest := fit(t, again)
				for i, e := range rest.steps {
					want := whole.steps[stop+1+i]
					if e.Step != want.Step || !maps.Equal(e.Values, want.Values) {
						t.Fatalf("stopped at %d: step %d reports %v, without interruption %v", stop, e.Step, e.Values, want.Values)
					}
				}
				if got, want := len(rest.steps), len(whole.steps)-stop-1; got != want {
					t.Fatalf("stopped at %d: %d steps after, want %d", stop, got, want)
				}
				compare(t, straight, again)
			}
		})
	}
}

func compare(t *testing.T, a, b *trainer.Trainer) {
	t.Helper()
	x, err := a.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	y, err := b.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if len(x.Arrays) != len(y.Arrays) {
		t.Fatalf("%d arrays and %d", len(x.Arrays), len(y.Arrays))
	}
	for i := range x.Arrays {
		if x.Arrays[i].Name != y.Arrays[i].Name || !slices.Equal(x.Arrays[i].Values, y.Arrays[i].Values) {
			t.Errorf("%s differs after resuming", x.Arrays[i].Name)
		}
	}
	x.Position.Seconds, y.Position.Seconds = 0, 0
	x.Position.Starved, y.Position.Starved = 0, 0
	if !reflect.DeepEqual(x.Position, y.Position) {
		t.Errorf("positions differ: %+v and %+v", x.Position, y.Position)
	}
}

func TestImportRefusesAnotherModel(t *testing.T) {
	two := fixture{modalities: 2, method: "joint"}.trainer(t)
	three := fixture{modalities: 3, method: "joint"}.trainer(t)
	s, err := three.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if err := two.Restore(s); err == nil {
		t.Error("a checkpoint of three modalities was accepted by a model of two")
	}
}
