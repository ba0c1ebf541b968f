package balance

import (
	"math"
	"testing"
)

// Modality a has two clusters, {0, .1} and {.9, 1}: of classes 0 0 1 1 in
// training, purity 1; of classes 0 1 0 1 in validation, purity 1/2. Gap 1/2,
// share tanh(3/2) = .905148. Modality b is as pure in both: nothing moves. The
// fifth training sample lacks a; counted, it would make a cluster impure.
func TestRelearningForgetsByTheGap(t *testing.T) {
	values := memory{}
	epoch := &Epoch{
		Index: 10, Modalities: []string{"a", "b"}, Values: values,
		Samples: func(p Part) int { return map[Part]int{Training: 5, Validation: 4}[p] },
		Look: func(l Look) ([][]float32, error) {
			if len(l.Samples) != 4 {
				t.Errorf("%d samples of part %v, want 4 of each", len(l.Samples), l.Part)
			}
			if l.Part == Training {
				return [][]float32{
					{0, 0, 1, 1, 1}, {1, 1, 1, 1, 1, 1, 1, 1, 0, 1}, {2}, {0, .1, 1, .9, 0}, {5, 5, 9, 9, 9},
				}, nil
			}
			return [][]float32{{0, 1, 0, 1}, {1, 1, 1, 1, 1, 1, 1, 1}, {2}, {0, .1, 1, .9}, {5, 9, 5, 9}}, nil
		},
	}
	if err := DefaultRelearning().BeforeEpoch(epoch); err != nil {
		t.Fatal(err)
	}
	near(t, values["state/relearning/gap"], []float32{.5, 0}, 1e-6)
	near(t, values["state/relearning/forgotten"], []float32{.905148, 0}, 1e-6)
	near(t, values["pulled/relearning/initial0"], []float32{.905148}, 1e-6)
	if _, ok := values["pulled/relearning/initial1"]; ok {
		t.Error("modality b has no gap and must stay as it is")
	}
	if _, ok := values["forgotten/encoder/0"]; !ok {
		t.Error("the moments of encoder a are kept: reset asks to clear them")
	}
}

// Epochs 10, 20 and 30 and none after, since there are three rounds.
func TestRelearningRounds(t *testing.T) {
	r := DefaultRelearning()
	var at []int
	for index := range 60 {
		looks := 0
		e := &Epoch{
			Index: index, Modalities: []string{"a"}, Values: memory{}, Samples: func(Part) int { return 2 },
			Look: func(Look) ([][]float32, error) {
				looks++
				return [][]float32{{0, 1}, {1, 1}, {2}, {0, 1}}, nil
			},
		}
		if err := r.BeforeEpoch(e); err != nil {
			t.Fatal(err)
		}
		if looks > 0 {
			at = append(at, index)
		}
	}
	if len(at) != 3 || at[0] != 10 || at[1] != 20 || at[2] != 30 {
		t.Errorf("diagnosed before epochs %v, want 10, 20, 30", at)
	}
}

// Of 4, 1, 3, 2 two bins begin at the third smallest; of three bins of them the
// edges are elements 1 and 2 of the sorted ones.
func TestRelearningBins(t *testing.T) {
	near(t, quantiles([]float32{4, 1, 3, 2}, 2), []float32{3}, 0)
	near(t, quantiles([]float32{4, 1, 3, 2}, 3), []float32{2, 3}, 0)
	near(t, binned([]float32{-9, 2, 2.5, 3, 9}, []float32{2, 3}), []float32{0, 1, 1, 2, 2}, 0)
	for bins, valid := range map[int]bool{0: true, 1: false, 2: true, -1: false} {
		r := DefaultRelearning()
		r.Bins = bins
		if err := r.Validate(); (err == nil) != valid {
			t.Errorf("bins %d: error %v", bins, err)
		}
	}
}

// Column 1 runs from 1 to 5, so that 2 is (2-1)/2 - 1 = -1/2; column 2 is
// constant.
func TestRescale(t *testing.T) {
	near(t, rescale([]float32{1, 7, 5, 7, 2, 7}, 2), []float32{-1, 0, 1, 0, -.5, 0}, 1e-6)
}

func TestRelearningRefusals(t *testing.T) {
	for name, change := range map[string]func(*Relearning){
		"lambda": func(r *Relearning) { r.Lambda = math.NaN() }, "every": func(r *Relearning) { r.Every = 0 },
		"rounds": func(r *Relearning) { r.Rounds = -1 }, "samples": func(r *Relearning) { r.Samples = 0 },
	} {
		r := DefaultRelearning()
		change(r)
		if r.Validate() == nil {
			t.Errorf("%s: want a refusal of %+v", name, *r)
		}
	}
}
