package balance

import "testing"

func TestBlendWeights(t *testing.T) {
	for _, test := range []struct {
		name       string
		gain, over []float64
		want       []float32
	}{
		// .2/.1^2 = 20, .4/.2^2 = 10, .1/.1^2 = 10; their sum is 40.
		{"by gain over the square of overfitting", []float64{.2, .4, .1}, []float64{.1, .2, -.1}, []float32{.5, .25, .25}},
		{"a branch that gets worse", []float64{.2, -.4, .2}, []float64{.1, .2, .1}, []float32{.5, 0, .5}},
		{"none generalises", []float64{-1, 0}, []float64{.1, .2}, []float32{.5, .5}},
		// .001/.001^2 = 1000 and .003/.001^2 = 3000.
		{"no overfitting", []float64{.001, .003}, []float64{0, 1e-9}, []float32{.25, .75}},
	} {
		t.Run(test.name, func(t *testing.T) { near(t, blendWeights(test.gain, test.over), test.want, 1e-6) })
	}
}

// Before: training losses (1, 1, 1), set aside (1, 1.2, 1). After training
// branch 0: .5 and .9, G = .1, O = .4 - 0 = .4; branch 1: .8 and 1.1, G = .1,
// O = .3 - .2 = .1; the fused one: .6 and .8, G = .2, O = .2.
// G/O^2 = .625, 10, 5: weights .04, .64, .32.
func TestGBlendMeasures(t *testing.T) {
	values := memory{}
	looks := func(train, held []float32) func(Look) ([][]float32, error) {
		return func(l Look) ([][]float32, error) {
			out := [][]float32{}
			for k := range train {
				v := train[k]
				if l.Part == Reserved {
					v = held[k]
				}
				out = append(out, []float32{v})
			}
			return out, nil
		}
	}
	after := [][2][]float32{{{.5, 9, 9}, {.9, 9, 9}}, {{9, .8, 9}, {9, 1.1, 9}}, {{9, 9, .6}, {9, 9, .8}}}
	tried := 0
	err := DefaultGBlend().BeforeEpoch(&Epoch{
		Index: 20, Epochs: 25, Modalities: []string{"a", "b"}, Values: values,
		Look: looks([]float32{1, 1, 1}, []float32{1, 1.2, 1}),
		Try: func(trial Trial) (*Outcome, error) {
			if trial.Epochs != 5 || trial.Fresh {
				t.Errorf("trial %+v: want the 5 epochs left, from the present state", trial)
			}
			tried++
			return &Outcome{Look: looks(after[tried-1][0], after[tried-1][1])}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	near(t, values["state/g-blend/weights"], []float32{.04, .64, .32}, 1e-5)
}
