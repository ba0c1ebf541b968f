package trainer_test

import (
	"slices"
	"testing"

	"cggm/balance"
	"cggm/trainer"
)

// Before its first epoch Greedy is joint training of the bridged model bit for
// bit.
func TestGreedyNeutral(t *testing.T) {
	with := func(change func(*balance.Greedy)) map[string][]float32 {
		return parameters(t, fixture{modalities: 3, method: "greedy", configure: func(_ string, m balance.Method) error {
			change(m.(*balance.Greedy))
			return nil
		}})
	}
	want := with(func(y *balance.Greedy) { y.Window = 0 })
	if _, ok := want["fusion/bridge1/squeeze/weight"]; !ok {
		t.Fatal("two stages, but no second bridge")
	}
	for name, change := range map[string]func(*balance.Greedy){
		"late": func(y *balance.Greedy) { y.Start = 1000 }, "patient": func(y *balance.Greedy) { y.Start, y.Epsilon = 0, 1e9 },
	} {
		for p, v := range with(change) {
			if !slices.Equal(want[p], v) {
				t.Errorf("%s: %s differs from joint training of the bridged model", name, p)
			}
		}
	}
}

// Windows open and close as configured, one modality at a time, and the gates'
// means follow the gates.
func TestGreedyActs(t *testing.T) {
	tr := fixture{modalities: 2, method: "greedy", configure: func(_ string, m balance.Method) error {
		y := m.(*balance.Greedy)
		y.Start, y.Window, y.Epsilon = 1, 3, 0
		return nil
	}, options: func(o *trainer.Options) { o.Epochs = 4 }}.trainer(t)
	p := fit(t, tr)
	perEpoch := len(p.steps) / 4
	for i, e := range p.steps {
		closed := e.Values["closed/a"] + e.Values["closed/b"]
		// The update after the first of epoch 1 begins a window of 3; then one
		// update measures.
		want := 0.
		if k := i - perEpoch; k > 0 && k%4 != 0 {
			want = 1
		}
		if closed != want {
			t.Errorf("step %d: %v modalities closed, want %v", i, closed, want)
		}
	}
	mean, err := tr.State().Get("state/greedy/gate1.0")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range mean {
		if !(v > .1 && v < .9) {
			t.Errorf("mean gates %v of a short training, want them about 1/2", mean)
		}
	}
	// Teachers are trained alone: nothing joins their encoders.
	if _, err := trainer.New("greedy+umt", fixture{modalities: 2, method: "greedy+umt"}.setup(t)); err != nil {
		t.Error(err)
	}
	fit(t, fixture{modalities: 2, method: "greedy+umt"}.trainer(t))
}
