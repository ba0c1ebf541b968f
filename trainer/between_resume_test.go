package trainer_test

import (
	"context"
	"errors"
	"slices"
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

// Methods that act between epochs, while they act: interrupted after any step
// and resumed they end with the same bytes.
func TestResumeWhileActing(t *testing.T) {
	for _, method := range []string{
		"pmr", "ume", "umt", "linear-probe", "g2d", "valuation-sample", "valuation-modality", "remix", "g-blend", "miles", "inforeg", "relearning", "greedy", "aug", "reconboost", "opm", "amco", "umt+remix+ogm",
	} {
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

// Settings that switch these methods off give joint training bit for bit.
func TestBetweenNeutral(t *testing.T) {
	want := parameters(t, fixture{modalities: 2, method: "joint"})
	for _, method := range []string{"pmr", "umt", "g2d", "valuation-sample", "valuation-modality", "remix"} {
		got := parameters(t, fixture{modalities: 2, method: method, configure: func(_ string, m balance.Method) error {
			switch m := m.(type) {
			case *balance.PMR:
				m.Alpha = 0
			case *balance.UMT:
				m.Lambda = 0
			case *balance.G2D:
				m.Alpha, m.Beta, m.Priority = 0, 0, 0
			case *balance.Valuation:
				m.Warmup = 1000
			case *balance.Remix:
				m.Warm, m.Warmup = 0, 1000
			}
			return nil
		}})
		for name, v := range want {
			if !slices.Equal(got[name], v) {
				t.Errorf("%s switched off: %s differs from joint training", method, name)
			}
		}
	}
}
