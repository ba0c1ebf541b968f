package trainer_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"cggm/balance"
	"cggm/sample"
	"cggm/trainer"
)

// Every method trains 1, 2, 3 and 5 modalities with finite numbers, while it acts.
func TestMethodsAnyNumberOfModalities(t *testing.T) {
	for _, method := range methods() {
		for _, m := range []int{1, 2, 3, 5} {
			f := fixture{modalities: m, method: method, configure: early, options: func(o *trainer.Options) { o.Epochs = 2 }}
			tr, err := trainer.New(method, f.setup(t))
			if errors.Is(err, balance.ErrUnfit) && m == 1 {
				continue // refused in words: it compares modalities
			}
			if err != nil {
				t.Fatalf("%s, %d modalities: %v", method, m, err)
			}
			p := fit(t, tr)
			for _, e := range p.steps {
				for name, v := range e.Values {
					if math.IsNaN(v) || math.IsInf(v, 0) {
						t.Fatalf("%s, %d modalities, step %d: %s is %v", method, m, e.Step, name, v)
					}
				}
			}
			if got := len(p.epochs[0].Val.Modalities); got != m {
				t.Errorf("%s: %d modalities scored, want %d", method, got, m)
			}
		}
	}
}

// Each method learns: the training loss falls and validation ends well above
// chance (1/3).
func TestMethodsLearn(t *testing.T) {
	for _, method := range methods() {
		t.Run(method, func(t *testing.T) {
			p := fit(t, fixture{modalities: 2, method: method, options: func(o *trainer.Options) { o.Epochs = 12 }}.trainer(t))
			first, last := p.epochs[0], p.epochs[len(p.epochs)-1]
			if last.Train["loss"] >= first.Train["loss"] {
				t.Errorf("training loss went from %v to %v", first.Train["loss"], last.Train["loss"])
			}
			if acc := last.Val.Scores["accuracy"]; acc < .6 {
				t.Errorf("validation accuracy %v, want at least .6", acc)
			}
		})
	}
}

// parameters trains and returns the model's parameters by name.
func parameters(t *testing.T, f fixture) map[string][]float32 {
	t.Helper()
	tr := f.trainer(t)
	fit(t, tr)
	return weights(t, tr)
}

// weights returns the model's parameters by name.
func weights(t *testing.T, tr *trainer.Trainer) map[string][]float32 {
	t.Helper()
	out := make(map[string][]float32)
	for _, spec := range tr.Parameters() {
		if kind := spec.Group.Kind.String(); kind == "auxiliary" || kind == "state" {
			continue
		}
		v, err := tr.State().Get(spec.Name)
		if err != nil {
			t.Fatal(err)
		}
		out[spec.Name] = v
	}
	return out
}

// The coefficients belong to the modalities, not to their order.
func TestOrderOfModalitiesDoesNotMatter(t *testing.T) {
	train, val := data(3, 64, 1), data(3, 30, 2)
	for _, method := range []string{"cggm", "ogm"} {
		var first []map[string]float64
		for k, order := range [][]int{{0, 1, 2}, {2, 0, 1}} {
			f := fixture{modalities: 3, method: method, still: true, data: sample.Splits{Train: train.Select(order), Val: val.Select(order)}}
			s := f.setup(t)
			for i, m := range order {
				s.Model.Modalities[i].Name = string(rune('a' + m))
			}
			tr, err := trainer.New(method, s)
			if err != nil {
				t.Fatal(err)
			}
			seed(t, tr, order)
			p := &tape{}
			if err := tr.Fit(context.Background(), p); err != nil {
				t.Fatal(err)
			}
			for i, e := range p.steps[:2] {
				if k == 0 {
					first = append(first, e.Values)
					continue
				}
				for name, v := range first[i] {
					if strings.HasPrefix(name, "coefficient/") && math.Abs(v-e.Values[name]) > 1e-3*math.Max(1, math.Abs(v)) {
						t.Errorf("%s, step %d: %s is %v in one order and %v in another", method, i, name, v, e.Values[name])
					}
				}
			}
		}
	}
}

// seed gives every parameter values that depend on its modality, not on its
// place in the order.
func seed(t *testing.T, tr *trainer.Trainer, order []int) {
	t.Helper()
	for _, spec := range tr.Parameters() {
		if spec.Fixed {
			continue
		}
		v := make([]float32, spec.Size())
		place := 0
		if spec.Group.Kind.PerModality() {
			place = order[spec.Group.Modality]
		}
		for i := range v {
			row := i / spec.Dims[len(spec.Dims)-1]
			if spec.Group.Kind.String() == "head" && len(spec.Dims) == 2 {
				place = order[row/4] // four features per modality
				row %= 4
			}
			v[i] = float32(math.Sin(float64(1+row*7+i%spec.Dims[len(spec.Dims)-1]*3+place*5))) / 3
		}
		if err := tr.State().Set(spec.Name, v); err != nil {
			t.Fatal(err)
		}
	}
}

// The same seed gives the same bytes, whatever the number of threads; another
// seed gives others.
func TestDeterministic(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, method := range []string{"joint", "cggm", "ogm-ge", "mla"} {
		var want map[string][]float32
		for _, threads := range []int{1, 2, 8} {
			runtime.GOMAXPROCS(threads)
			got := parameters(t, fixture{modalities: 3, method: method})
			if want == nil {
				want = got
			}
			for name, v := range want {
				if !slices.Equal(got[name], v) {
					t.Errorf("%s: %s differs with %d threads", method, name, threads)
				}
			}
		}
		other := parameters(t, fixture{modalities: 3, method: method, options: func(o *trainer.Options) { o.Seed = 2 }})
		same := true
		for name, v := range want {
			same = same && slices.Equal(other[name], v)
		}
		if same {
			t.Errorf("%s: seeds 1 and 2 give the same parameters", method)
		}
	}
}

func TestRefusals(t *testing.T) {
	s := fixture{modalities: 2, method: "joint"}.setup(t)
	s.Task = "regression"
	s.Method = balance.DefaultOGM()
	if _, err := trainer.New("ogm", s); !errors.Is(err, balance.ErrUnfit) || !strings.Contains(err.Error(), "true class") {
		t.Errorf("OGM on regression: got %v, want a refusal that says why", err)
	}
	s = fixture{modalities: 2, method: "joint"}.setup(t)
	s.Options.Batch = 0
	if _, err := trainer.New("joint", s); err == nil || !strings.Contains(err.Error(), "batch 0") {
		t.Errorf("batch 0: got %v", err)
	}
	s = fixture{modalities: 2, method: "joint"}.setup(t)
	s.Data.Train = data(3, 10, 1)
	if _, err := trainer.New("joint", s); err == nil || !strings.Contains(err.Error(), "3 modalities, the model 2") {
		t.Errorf("a modality too many: got %v", err)
	}
}

// A NaN in one modality stops the training and names step and modality.
func TestDivergenceNamesTheModality(t *testing.T) {
	bad := data(2, 64, 1)
	b, err := bad.Read(context.Background(), seq(64), sample.Draw{})
	if err != nil {
		t.Fatal(err)
	}
	b.Inputs[1].Floats[5] = float32(math.NaN())
	set, err := sample.NewSet(b.Inputs, b.Label, nil)
	if err != nil {
		t.Fatal(err)
	}
	f := fixture{modalities: 2, method: "cggm", data: sample.Splits{Train: set, Val: data(2, 20, 2)}}
	err = f.trainer(t).Fit(context.Background(), &tape{})
	if !errors.Is(err, trainer.ErrDiverged) || !strings.Contains(err.Error(), "first seen in modality b") {
		t.Errorf("got %v, want the modality named", err)
	}
}

func seq(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
