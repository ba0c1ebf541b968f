package trainer_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"cggm/balance"
	"cggm/trainer"
)

// Every schedule and alignment trains; the weight goes where the schedule says
// and a learned one moves, within its bounds, and continues after an
// interruption as if nothing had happened.
func TestLFMSchedules(t *testing.T) {
	for _, test := range []struct {
		schedule, align string
		first, last     float64 // weight in the first and in the last epoch; 0: learned
	}{
		{"constant", "contrastive", .3, .3},
		{"linear", "divergence", .3, .1},
		{"poly", "contrastive", .7954, .178497},
		{"learned", "divergence", 0, 0},
		{"learned", "contrastive", 0, 0},
	} {
		t.Run(test.schedule+" "+test.align, func(t *testing.T) {
			f := fixture{modalities: 3, method: "lfm", configure: func(_ string, m balance.Method) error {
				l := m.(*balance.LFM)
				l.Schedule, l.Align, l.Weight, l.End, l.Rate = test.schedule, test.align, .3, .1, .5
				return nil
			}}
			straight := f.trainer(t)
			p := fit(t, straight)
			first, last := p.epochs[0].Train["alignment_weight"], p.epochs[len(p.epochs)-1].Train["alignment_weight"]
			if test.first > 0 && (math.Abs(first-test.first) > 1e-4 || math.Abs(last-test.last) > 1e-4) {
				t.Errorf("weight %v in the first and %v in the last epoch, want %v and %v", first, last, test.first, test.last)
			}
			if test.schedule != "learned" {
				return
			}
			start := p.steps[0].Values["alignment_weight"]
			if math.Abs(start-.3) > 1e-6 || last == start || last < .05 || last > .95 {
				t.Errorf("weight %v at first and %v in the last epoch, want it to move from .3 within [.05,.95]", start, last)
			}
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			cut := &tape{onStep: func(e trainer.StepEvent) error {
				if e.Step == 6 {
					cancel()
				}
				return nil
			}}
			if err := f.trainer(t).Fit(ctx, cut); !errors.Is(err, context.Canceled) {
				t.Fatalf("interrupted: got %v", err)
			}
			again := f.trainer(t)
			if err := again.Restore(cut.last); err != nil {
				t.Fatal(err)
			}
			fit(t, again)
			compare(t, straight, again)
		})
	}
}

// The divergence has no meaning for regression, the contrastive alignment has.
func TestLFMOnRegression(t *testing.T) {
	for align, refused := range map[string]bool{"divergence": true, "contrastive": false} {
		s := fixture{modalities: 2, method: "lfm"}.setup(t)
		s.Task = "regression"
		l := balance.DefaultLFM()
		l.Align = align
		s.Method = l
		_, err := trainer.New("lfm", s)
		if got := errors.Is(err, balance.ErrUnfit); got != refused || (refused && !strings.Contains(err.Error(), "set align to contrastive")) {
			t.Errorf("%s: got %v, refused: want %v", align, err, refused)
		}
	}
}
