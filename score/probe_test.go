package score

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
)

// The twin is scikit-learn's Ridge on standardised features.
func TestLinearProbeAgainstRidge(t *testing.T) {
	e := readExpected(t).Probe
	at := 4 * e.Train
	got, err := LinearProbe(e.X[:at], e.Labels[:e.Train], e.X[at:], e.Labels[e.Train:], 3)
	near(t, "linear probe", got, err, e.Accuracy)
}

// On -2, -1, 1, 2 with classes 0, 0, 1, 1 the regression is odd around 0: test
// points on the side of their class are right. 0.1 of class 0 is wrong.
func TestLinearProbe(t *testing.T) {
	got, err := LinearProbe([]float32{-2, -1, 1, 2}, []int32{0, 0, 1, 1}, []float32{-5, -.1, .1, 3}, []int32{0, 0, 0, 1}, 2)
	if err != nil || got != .75 {
		t.Errorf("%v, %v, want .75", got, err)
	}
	// Features without information, one of them constant: about one in four.
	rng := rand.New(rand.NewPCG(1, 2))
	x, y := make([]float32, 3*2000), make([]int32, 2000)
	for i := range y {
		y[i] = rng.Int32N(4)
		x[3*i], x[3*i+1] = float32(rng.NormFloat64()), float32(rng.NormFloat64())
	}
	if got, err = LinearProbe(x[:3000], y[:1000], x[3000:], y[1000:], 4); err != nil || got < .2 || got > .3 {
		t.Errorf("noise: %v, %v, want about .25", got, err)
	}
	// The third one tells: a scale of a thousand does not matter.
	for i := range y {
		x[3*i+2] = 1000*float32(y[i]/2) + float32(y[i]%2)
		x[3*i+1] = float32(y[i] % 2)
	}
	if got, err = LinearProbe(x[:3000], y[:1000], x[3000:], y[1000:], 4); err != nil || got < .99 {
		t.Errorf("clear features: %v, %v, want 1", got, err)
	}
}

func TestLinearProbeRefuses(t *testing.T) {
	if _, err := LinearProbe(nil, nil, nil, nil, 2); !errors.Is(err, ErrEmpty) {
		t.Errorf("no samples: %v", err)
	}
	if _, err := LinearProbe([]float32{1, 2, 3}, []int32{0, 1}, []float32{1}, []int32{0}, 2); err == nil || !strings.Contains(err.Error(), "same number of features") {
		t.Errorf("a feature too many: %v", err)
	}
	if _, err := LinearProbe([]float32{1, 2}, []int32{0, 2}, []float32{1}, []int32{0}, 2); err == nil || !strings.Contains(err.Error(), "label 2 of sample 1 outside [0,2)") {
		t.Errorf("a class too many: %v", err)
	}
}
