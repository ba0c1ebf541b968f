package balance

import (
	"testing"

	"cggm/objective"
)

// Accuracy .8 with both, .2 without the first and .6 without the second: the
// model loses .6/.8 = .75 and .2/.8 = .25 of it. Losses .5 with both and 2
// without the first: (2 - .5)/2 = .75 of the loss is explained by it.
func TestMILESUtilization(t *testing.T) {
	m := DefaultMILES()
	near(t, []float32{m.utilization(.8, .2), m.utilization(.8, .6)}, []float32{.75, .25}, 1e-6)
	// A model without a right prediction, or without a loss, has nothing to lose.
	near(t, []float32{m.utilization(0, .5)}, []float32{0}, 0)
	loss := &MILES{Measure: "loss"}
	near(t, []float32{loss.utilization(.5, 2), loss.utilization(.5, 0)}, []float32{.75, 0}, 1e-6)
}

func TestMILESRates(t *testing.T) {
	m := &MILES{Measure: "accuracy", Threshold: .1, Factor: .5}
	for _, test := range []struct {
		name       string
		used, want []float32
	}{
		// Differences .5 and -.5.
		{"the first is used too much", []float32{.75, .25}, []float32{.5, 1}},
		{"within the threshold", []float32{.3, .25}, []float32{1, 1}},
		// To the means of the others: .6 - .2, .3 - .35, .1 - .45.
		{"three", []float32{.6, .3, .1}, []float32{.5, 1, 1}},
		// .5 - .2, .4 - .25, 0 - .45: both of the first are above .1.
		{"two of three", []float32{.5, .4, 0}, []float32{.5, .5, 1}},
		// A modality that does harm: .05 - (-.2) = .25.
		{"negative", []float32{.05, -.2}, []float32{.5, 1}},
	} {
		t.Run(test.name, func(t *testing.T) { near(t, m.rates(test.used), test.want, 0) })
	}
}

// Accuracy needs classes; measured on the loss the method takes any task.
func TestMILESTasks(t *testing.T) {
	if got := DefaultMILES().Traits().Tasks; len(got) != 1 || got[0] != objective.Classification {
		t.Errorf("on accuracy it takes %v, want classification alone", got)
	}
	if got := (&MILES{Measure: "loss"}).Traits().Tasks; got != nil {
		t.Errorf("on the loss it takes %v, want all tasks", got)
	}
}
