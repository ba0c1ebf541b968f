package balance

import (
	"math"
	"testing"

	"cggm/param"
)

// restoring is a memory that tells what is saved and restored.
type restoring struct {
	memory
	log *[]string
}

func (r restoring) Save(label string, groups ...param.Group) error {
	*r.log = append(*r.log, "save "+label+" "+groups[0].String())
	return nil
}

func (r restoring) Restore(label string) error {
	*r.log = append(*r.log, "restore "+label)
	return nil
}

// Patience 2, smoothing .5. Modality a has the losses 1, .6, 1.2, 1: watched are
//
//	1, (1+.6)/2 = .8, (.6+1.2)/2 = .9, (1.2+1)/2 = 1.1
//
// so that .8 is best and two epochs without improvement follow: it returns to
// epoch 1 and stops after epoch 3. Modality b has 2, 1, 1, 1, 1, 1: watched are
// 2, 1.5, 1, 1, 1: best is epoch 2, and it stops after epoch 4, which ends the
// training.
func TestMSESStopsByModality(t *testing.T) {
	var log []string
	values := restoring{memory{
		"state/mses/active": {1, 1}, "state/mses/best": {math.MaxFloat32, math.MaxFloat32},
		"state/mses/before": {-1, -1}, "state/mses/waited": {0, 0},
	}, &log}
	m := &MSES{Patience: 2, Smooth: .5}
	for epoch, test := range []struct {
		loss   []float64
		active []float32
		stop   bool
	}{
		{[]float64{1, 2}, []float32{1, 1}, false},
		{[]float64{.6, 1}, []float32{1, 1}, false},
		{[]float64{1.2, 1}, []float32{1, 1}, false},
		{[]float64{1, 1}, []float32{0, 1}, false},
		{[]float64{0, 1}, []float32{0, 0}, true},
	} {
		e := &Epoch{Index: epoch, Modalities: []string{"a", "b"}, Loss: test.loss, Values: values}
		if err := m.AfterEpoch(e); err != nil {
			t.Fatal(err)
		}
		near(t, values.memory["state/mses/active"], test.active, 0)
		if e.Stop != test.stop {
			t.Errorf("after epoch %d: stop is %v", epoch, e.Stop)
		}
	}
	near(t, values.memory["state/mses/best"], []float32{.8, 1}, 1e-6)
	want := []string{
		"save mses/0 encoder/0", "save mses/1 encoder/1", "save mses/0 encoder/0", "save mses/1 encoder/1", "save mses/1 encoder/1",
		"restore mses/0", "restore mses/1",
	}
	if len(log) != len(want) {
		t.Fatalf("did %q, want %q", log, want)
	}
	for i := range want {
		if log[i] != want[i] {
			t.Errorf("did %q, want %q", log, want)
			break
		}
	}
}
