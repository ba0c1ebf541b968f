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
		m.Priority = .7
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
	case *balance.ARL:
		m.Start = 1
	case *balance.MSES:
		m.Patience = 1
	case *balance.UME:
		m.Weigh = "validation"
	}
	return nil
}

// ways are settings under which methods remember other things than by default.
var ways = []struct {
	name, method string
	configure    func(part string, m balance.Method) error
}{
	{"cggm, reference", "cggm", of(func(m *balance.CGGM) { m.Variant = "reference" })},
	{"cggm, robust", "cggm", of(func(m *balance.CGGM) { m.Variant = "robust" })},
	{"cggm, held out", "cggm", of(func(m *balance.CGGM) { m.Signal, m.EMA = "heldout", .5 })},
	{"g-blend, offline", "g-blend", of(func(m *balance.GBlend) { m.Offline = true })},
	{"greedy, random", "greedy", of(func(m *balance.Greedy) { m.Choice, m.Start = "random", 0 })},
	{"pmr as coded", "pmr", of(func(m *balance.PMR) { m.As, m.Share = "code", .5 })},
	{"mslr by loss", "mslr", of(func(m *balance.MSLR) { m.Measure = "loss" })},
	{"miles by loss", "miles", of(func(m *balance.MILES) { m.Measure, m.Threshold = "loss", 0 })},
	{"inforeg by loss", "inforeg", of(func(m *balance.InfoReg) { m.Measure = "loss" })},
	{"three methods", "umt+remix+ogm", early},
}

// of configures methods of one type.
func of[M any](change func(m M)) func(string, balance.Method) error {
	return func(_ string, m balance.Method) error {
		if m, ok := m.(M); ok {
			change(m)
		}
		return nil
	}
}

// Every method while it acts: interrupted after some step and resumed it ends
// with the same bytes.
func TestResumeWhileActing(t *testing.T) {
	all := ways
	for _, method := range methods() {
		all = append(all, ways[0])
		w := &all[len(all)-1]
		w.name, w.method, w.configure = method, method, early
	}
	for _, way := range all {
		t.Run(way.name, func(t *testing.T) {
			f := fixture{modalities: 2, method: way.method, configure: way.configure}
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
