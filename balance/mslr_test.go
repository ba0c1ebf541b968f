package balance

import (
	"math"
	"testing"

	"cggm/objective"
)

// A window of 2 on two modalities. After scores (.5, .4) both ratios are 1;
// after (.7, .2): .7/.6 = 7/6 and .2/.3 = 2/3; after (.7, .6) the first epoch
// is forgotten: .7/.7 = 1 and .6/.4 = 1.5. With strength 2 these are squared.
func TestMSLRFollowsScores(t *testing.T) {
	m := &MSLR{Window: 2, Strength: 1}
	scores := []float32{-1, -1, -1, -1}
	near(t, m.follow(scores, []float64{.5, .4}), []float32{1, 1}, 1e-6)
	near(t, m.follow(scores, []float64{.7, .2}), []float32{7. / 6, 2. / 3}, 1e-6)
	near(t, (&MSLR{Window: 2, Strength: 2}).follow(scores, []float64{.7, .6}), []float32{1, 2.25}, 1e-6)
	// A modality that never scored keeps its rate.
	near(t, m.follow([]float32{-1}, []float64{0}), []float32{1}, 0)
}

// Losses ln 2 and ln 4 count as 1/2 and 1/4; after ln 1 and ln 4 the first has
// 1/((1/2 + 1)/2) = 4/3 and the second 1. Scores are not looked at.
func TestMSLRFollowsLosses(t *testing.T) {
	m := &MSLR{Measure: "loss", Window: 2, Strength: 1}
	values := memory{"state/mslr/scores": {-1, -1, -1, -1}}
	for _, test := range []struct {
		loss []float64
		want []float32
	}{
		{[]float64{math.Ln2, 2 * math.Ln2}, []float32{1, 1}},
		{[]float64{0, 2 * math.Ln2}, []float32{4. / 3, 1}},
	} {
		if err := m.AfterEpoch(&Epoch{Loss: test.loss, Score: []float64{-9, -9}, Values: values}); err != nil {
			t.Fatal(err)
		}
		near(t, values["state/mslr/rate"], test.want, 1e-6)
	}
	if got := m.Traits().Tasks; got != nil {
		t.Errorf("on the loss it takes %v, want all tasks", got)
	}
	if got := DefaultMSLR().Traits().Tasks; len(got) != 3 || got[0] != objective.Classification {
		t.Errorf("on scores it takes %v", got)
	}
	if (&MSLR{Measure: "speed", Window: 1}).Validate() == nil {
		t.Error("want a refusal of measure speed")
	}
}
