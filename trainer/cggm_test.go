package trainer_test

import (
	"math"
	"slices"
	"testing"

	"cggm/balance"
	"cggm/optim"
	"cggm/trainer"
)

// A factor of the gradient and one of the learning rate are the same for plain
// SGD without weight decay, and not for Adam, which divides by the gradient's size.
func TestApplyRate(t *testing.T) {
	for _, test := range []struct {
		name string
		opt  optim.Optimizer
		same bool
	}{
		{"sgd", &optim.SGD{}, true},
		{"adam", optim.DefaultAdam(), false},
	} {
		var trained []map[string][]float32
		for _, apply := range []string{"gradient", "rate"} {
			f := fixture{modalities: 2, method: "ogm", still: true, options: func(o *trainer.Options) { o.Apply, o.Clip = apply, 0 }}
			setup := f.setup(t)
			setup.Main.Optimizer, setup.Main.Decay = test.opt, 0
			tr, err := trainer.New(f.method, setup)
			if err != nil {
				t.Fatal(err)
			}
			fit(t, tr)
			trained = append(trained, weights(t, tr))
		}
		largest := 0.
		for name, a := range trained[0] {
			for i, b := range trained[1][name] {
				largest = max(largest, math.Abs(float64(a[i]-b)))
			}
		}
		if (largest < 1e-4) != test.same {
			t.Errorf("%s: parameters differ by up to %v, want the same: %v", test.name, largest, test.same)
		}
	}
}

// The robust variant is a name for settings that there are.
func TestRobustCGGMIsItsSettings(t *testing.T) {
	robust := parameters(t, fixture{modalities: 3, method: "cggm", configure: func(_ string, m balance.Method) error {
		m.(*balance.CGGM).Variant = "robust"
		return nil
	}})
	spelled := parameters(t, fixture{modalities: 3, method: "cggm", configure: func(_ string, m balance.Method) error {
		c := m.(*balance.CGGM)
		c.EMA, c.Clamp, c.Normalize = .98, 2, true
		return nil
	}, options: func(o *trainer.Options) { o.Apply = "rate" }})
	paper := parameters(t, fixture{modalities: 3, method: "cggm"})
	for name, want := range spelled {
		if !slices.Equal(robust[name], want) {
			t.Errorf("%s differs from the settings spelled out", name)
		}
	}
	if slices.Equal(robust["encoder/0/w"], paper["encoder/0/w"]) {
		t.Error("the robust variant trains as the paper's")
	}
}
