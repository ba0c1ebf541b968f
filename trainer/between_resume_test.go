package trainer_test

import (
	"context"
	"errors"
	"testing"

	"cggm/balance"
	"cggm/trainer"
)

// early lets every method that waits for a while act within three epochs.
func early(_ string, m balance.Method) error {
	switch m := m.(type) {
	case *balance.Valuation:
		m.Warmup, m.Strength, m.Share = 1, 10, .5
	case *balance.Remix:
		m.Warmup = 1
	case *balance.GBlend:
		m.Every = 2
	case *balance.G2D:
		m.Priority = 2
	case *balance.PMR:
		m.Share, m.Entropy = .5, .1
	case *balance.MILES:
		m.Threshold = 0
	case *balance.Relearning:
		m.Every = 1
	case *balance.ReconBoost:
		m.Alone, m.Together = 1, 1
	case *balance.Greedy:
		m.Start, m.Window = 0, 2
	case *balance.OPM:
		m.Warmup = 1
	case *balance.AMCo:
		m.Pace = 1
	case *balance.UME:
		m.Weigh = "validation"
	}
	return nil
}

// Every method while it acts: interrupted after some step and resumed it ends
// with the same bytes.
func TestResumeWhileActing(t *testing.T) {
	for _, method := range append(methods(), "umt+remix+ogm") {
		t.Run(method, func(t *testing.T) {
			f := fixture{modalities: 2, method: method, configure: early}
			straight := f.trainer(t)
			whole := fit(t, straight)
			for _, stop := range []int{4, 6, 10} {
				ctx, cancel := context.WithCancel(context.Background())
				cut := &tape{onStep: func(e trainer.StepEvent) error {
					if e.Step == stop {
						cancel()
					}
					return nil
				}}
				err := f.trainer(t).Fit(ctx, cut)
				cancel()
				if !errors.Is(err, context.Canceled) {
					t.Fatalf("interrupted at step %d of %d: got %v", stop, len(whole.steps), err)
				}
				again := f.trainer(t)
				if err := again.Restore(cut.last); err != nil {
					t.Fatal(err)
				}
				fit(t, again)
				compare(t, straight, again)
			}
		})
	}
}
