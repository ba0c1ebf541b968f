package trainer_test

import (
	"context"
	"math"
	"testing"

	"cggm/balance"
	"cggm/optim"
	"cggm/trainer"
)

// One step of gradient descent on all samples at once moves the head of a
// linear probe by -rate/n sum_i h_i (p_i - y_i)', computed here with loops from
// the frozen encoders h = tanh(x A B), and leaves the encoders where they were.
func TestProbeStep(t *testing.T) {
	const n, width, classes, rate = 70, 4, 3, .5
	f := fixture{modalities: 2, method: "linear-probe", configure: func(_ string, m balance.Method) error {
		m.(*balance.LinearProbe).Teachers = 2
		return nil
	}, options: func(o *trainer.Options) { o.Epochs, o.Batch = 1, n }}
	s := f.setup(t)
	s.Main = trainer.Recipe{Optimizer: &optim.SGD{}, Schedule: optim.NewConstant(rate)}
	tr, err := trainer.New("linear-probe", s)
	if err != nil {
		t.Fatal(err)
	}
	get := func(name string) []float32 {
		v, err := tr.State().Get(name)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	before := get("head/w") // [2 width, classes]
	if err := tr.Fit(context.Background(), &tape{}); err != nil {
		t.Fatal(err)
	}
	inputs, label, _ := data(2, n, 1).Columns()
	gradient := make([]float64, len(before))
	for i := range n {
		h := make([]float64, 2*width)
		for m := range inputs {
			a, b := get([]string{"stem/0/w", "stem/1/w"}[m]), get([]string{"encoder/0/w", "encoder/1/w"}[m])
			for j := range width {
				for k := range width {
					for d, x := range inputs[m].Floats[i*3 : i*3+3] {
						h[m*width+j] += float64(x) * float64(a[d*width+k]) * float64(b[k*width+j])
					}
				}
				h[m*width+j] = math.Tanh(h[m*width+j])
			}
		}
		var z [classes]float64
		total := 0.
		for c := range z {
			for j, v := range h {
				z[c] += v * float64(before[j*classes+c])
			}
			z[c] = math.Exp(z[c])
			total += z[c]
		}
		for c := range z {
			d := z[c] / total
			if int(label.Ints[i]) == c {
				d--
			}
			for j, v := range h {
				gradient[j*classes+c] += v * d / n
			}
		}
	}
	for k, w := range get("head/w") {
		want := float64(before[k]) - rate*gradient[k]
		if math.Abs(float64(w)-want) > 1e-5 {
			t.Errorf("weight %d of the head is %v, want %v", k, w, want)
		}
	}
}
