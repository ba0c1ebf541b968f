package balance

import "testing"

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
