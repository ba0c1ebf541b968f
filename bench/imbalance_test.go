package main

import (
	"math"
	"testing"
)

// Gaps .1, .2, .3 against .2, .2, .2: changes -.1, 0, .1 of mean 0 and
// deviation .1, so that the interval is 4.302653 * .1 / sqrt(3) on either side
// (Student's t with 2 degrees of freedom).
func TestImbalanceAgainstJoint(t *testing.T) {
	joint := unequal{gap: []float64{.2, .2, .2}, worst: []float64{.4, .4, .4}, fused: []float64{.6, .6, .6}}
	own := unequal{gap: []float64{.1, .2, .3}, worst: []float64{.4, .5, .6}, fused: []float64{.6, .7, .5}}
	got, err := own.against(joint)
	if err != nil {
		t.Fatal(err)
	}
	for name, pair := range map[string][2]float64{
		"gap": {got.Gap, .2}, "worst": {got.Worst, .5}, "fused": {got.Fused, .6}, "change": {got.Change, 0}, "low": {got.Low, -.248414}, "high": {got.High, .248414},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-6 {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
}
