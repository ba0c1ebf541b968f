package trainer_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"cggm/balance"
	"cggm/network"
	"cggm/objective"
	"cggm/sample"
	"cggm/trainer"
)

// The tests of this file run over all methods that there are.

// Bytes do not depend on the number of threads.
func TestThreadsOfEveryMethod(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, method := range methods() {
		f := fixture{modalities: 3, method: method, configure: early, options: func(o *trainer.Options) { o.Epochs = 2 }}
		runtime.GOMAXPROCS(1)
		want := parameters(t, f)
		runtime.GOMAXPROCS(2)
		got := parameters(t, f)
		for name, v := range want {
			if !slices.Equal(got[name], v) {
				t.Errorf("%s: %s differs between 1 and 2 threads", method, name)
			}
		}
	}
}

// inOrder says why the order of modalities matters to a method.
var inOrder = map[string]string{
	"modality-dropout":   "it draws by the place of a modality",
	"ogm-ge":             "its noise is drawn by parameter",
	"cml":                "it draws by the place of a modality",
	"opm":                "it draws by the place of a modality",
	"amco":               "it draws by the place of a modality",
	"mla":                "modalities learn one after the other",
	"reconboost":         "modalities learn one after the other",
	"aug":                "its layers begin at random",
	"greedy":             "its bridges mix the modalities' features in order",
	"valuation-sample":   "it draws by the place of a modality",
	"valuation-modality": "it draws by the place of a modality",
	"remix":              "samples of a modality follow those of the one before",
	"linear-probe":       "each modality trains for itself first, from initial values of its own",
	"umt":                "its teachers begin at random",
	"g2d":                "its teachers begin at random",
	"g-blend":            "it trains aside from initial values of its own",
}

// Two modalities in either order end with the same parameters, up to the
// order of sums.
func TestOrderOfEveryMethod(t *testing.T) {
	train, val := data(2, 64, 1), data(2, 30, 2)
	for _, method := range methods() {
		if inOrder[method] != "" {
			continue
		}
		results := make([]map[string][]float32, 2)
		for k, order := range [][]int{{0, 1}, {1, 0}} {
			f := fixture{
				modalities: 2, method: method, still: true, configure: func(part string, m balance.Method) error {
					if c, ok := m.(*balance.CGGM); ok {
						// Direction compares coordinates of the joined features with those
						// of each classifier, and joining follows the order.
						c.Direction = false
					}
					return early(part, m)
				},
				data:    sample.Splits{Train: train.Select(order), Val: val.Select(order)},
				options: func(o *trainer.Options) { o.Epochs = 1 },
			}
			s := f.setup(t)
			for i, m := range order {
				s.Model.Modalities[i].Name = string(rune('a' + m))
			}
			tr, err := trainer.New(method, s)
			if err != nil {
				t.Fatal(err)
			}
			seed(t, tr, order)
			fit(t, tr)
			results[k] = make(map[string][]float32)
			for _, spec := range tr.Parameters() {
				if kind := spec.Group.Kind.String(); kind == "stem" || kind == "encoder" {
					v, err := tr.State().Get(spec.Name)
					if err != nil {
						t.Fatal(err)
					}
					results[k][fmt.Sprint(kind, " of ", order[spec.Group.Modality])] = v
				}
			}
		}
		if len(results[0]) != 4 {
			t.Fatalf("%s: %d parameters of stems and encoders, want 4", method, len(results[0]))
		}
		for name, v := range results[0] {
			for i, w := range results[1][name] {
				if d := math.Abs(float64(w - v[i])); !(d <= 2e-3) {
					t.Errorf("%s: %s[%d] is %v in one order and %v in the other", method, name, i, v[i], w)
					break
				}
			}
			if len(results[1][name]) != len(v) {
				t.Errorf("%s: no %s in the other order", method, name)
			}
		}
	}
}

// changed returns a set whose inputs and labels f has changed.
func changed(t *testing.T, modalities, n int, f func(b *sample.Batch)) *sample.Set {
	t.Helper()
	b, err := data(modalities, n, 1).Read(context.Background(), seq(n), sample.Draw{})
	if err != nil {
		t.Fatal(err)
	}
	f(b)
	set, err := sample.NewSet(b.Inputs, b.Label, nil)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// lacking returns a set of n samples of two modalities, which has says they have.
func lacking(t *testing.T, n int, has func(i int) (a, b float32)) *sample.Set {
	t.Helper()
	inputs, label, _ := data(2, n, 1).Columns()
	var present []float32
	for i := range n {
		a, b := has(i)
		present = append(present, a, b)
	}
	set, err := sample.NewSet(inputs, label, present)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// Every method trains with every source of unimodal logits, with 2 modalities and
// with 3, a method that needs bridges with these.
func TestSourcesOfEveryMethod(t *testing.T) {
	for _, source := range network.Unimodals {
		for _, method := range methods() {
			for _, m := range []int{2, 3} {
				if testing.Short() && m == 3 {
					continue
				}
				f := fixture{
					modalities: m, method: method, configure: early, options: func(o *trainer.Options) { o.Epochs, o.Batch = 2, 8 },
					data: sample.Splits{Train: data(m, 16, 1), Val: data(m, 8, 2)},
				}
				s := f.setup(t)
				s.Model.Unimodal = source
				tr, err := trainer.New(method, s)
				if err != nil {
					t.Errorf("%s, %s, %d modalities: %v", method, source, m, err)
					continue
				}
				p := &tape{}
				if err := tr.Fit(context.Background(), p); err != nil {
					t.Errorf("%s, %s, %d modalities: %v", method, source, m, err)
					continue
				}
				finite(t, fmt.Sprintf("%s, %s, %d modalities", method, source, m), p, tr)
			}
		}
	}
}

// Batches that hold nothing to learn, or nothing to compare, stay finite.
func TestDegenerateBatches(t *testing.T) {
	sets := map[string]*sample.Set{
		"one class":           changed(t, 2, 24, func(b *sample.Batch) { clear(b.Label.Ints) }),
		"an empty modality":   changed(t, 2, 24, func(b *sample.Batch) { clear(b.Inputs[0].Floats) }),
		"only empty ones":     changed(t, 2, 24, func(b *sample.Batch) { clear(b.Inputs[0].Floats); clear(b.Inputs[1].Floats) }),
		"a modality twice":    changed(t, 2, 24, func(b *sample.Batch) { copy(b.Inputs[1].Floats, b.Inputs[0].Floats) }),
		"batches of one":      data(2, 12, 1),
		"large numbers":       changed(t, 2, 24, func(b *sample.Batch) { b.Inputs[0].Floats[0], b.Inputs[1].Floats[5] = 1e4, -1e4 }),
		"a last batch of one": data(2, 17, 1),
		"missing modalities":  lacking(t, 24, func(i int) (a, b float32) { return float32(i % 2), float32(i % 3 / 2) }),
		"one never there":     lacking(t, 24, func(int) (a, b float32) { return 0, 1 }),
		"nothing there":       lacking(t, 24, func(int) (a, b float32) { return 0, 0 }),
	}
	for name, set := range sets {
		for _, method := range methods() {
			f := fixture{modalities: 2, method: method, configure: early, data: sample.Splits{Train: set, Val: set}, options: func(o *trainer.Options) {
				o.Epochs, o.Batch = 2, 16
				if name == "batches of one" {
					o.Batch = 1
				}
			}}
			tr := f.trainer(t)
			p := &tape{}
			if err := tr.Fit(context.Background(), p); err != nil {
				t.Errorf("%s, %s: %v", method, name, err)
				continue
			}
			finite(t, method+", "+name, p, tr)
		}
	}
}

// finite checks all values that a training reports and ends with.
func finite(t *testing.T, what string, p *tape, tr *trainer.Trainer) {
	t.Helper()
	for _, e := range p.steps {
		for name, v := range e.Values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("%s: step %d: %s is %v", what, e.Step, name, v)
				return
			}
		}
	}
	for _, spec := range tr.Parameters() {
		v, err := tr.State().Get(spec.Name)
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range v {
			if x-x != 0 {
				t.Errorf("%s: %s[%d] is %v", what, spec.Name, i, x)
				return
			}
		}
	}
}

// Two methods train together, or are refused with a sentence that names both.
func TestEveryPairOfMethods(t *testing.T) {
	small := sample.Splits{Train: data(2, 16, 1), Val: data(2, 8, 2)}
	together := 0
	for i, a := range methods() {
		for _, b := range methods()[:i] {
			pair := a + "+" + b
			if _, err := balance.New(pair, early); err != nil {
				if !errors.Is(err, balance.ErrUnfit) || !strings.Contains(err.Error(), a) || !strings.Contains(err.Error(), b) {
					t.Errorf("%s: refused with %v", pair, err)
				}
				continue
			}
			f := fixture{modalities: 2, method: pair, configure: early, data: small, options: func(o *trainer.Options) { o.Epochs, o.Batch = 1, 8 }}
			tr, err := trainer.New(pair, f.setup(t))
			if err != nil {
				if !errors.Is(err, balance.ErrUnfit) {
					t.Errorf("%s: %v", pair, err)
				}
				continue
			}
			together++
			if testing.Short() && together%10 > 0 {
				continue
			}
			p := &tape{}
			if err := tr.Fit(context.Background(), p); errors.Is(err, balance.ErrUnfit) && len(p.steps) == 0 {
				together--
				continue
			} else if err != nil {
				t.Errorf("%s: %v", pair, err)
				continue
			}
			finite(t, pair, p, tr)
		}
	}
	if together < 50 {
		t.Errorf("only %d pairs train together", together)
	}
}

type distance struct{}

func (distance) Score(outputs []float32, labels *sample.Column) (map[string]float64, error) {
	total := 0.
	for i, y := range labels.Floats {
		total += math.Abs(float64(outputs[i] - y))
	}
	return map[string]float64{"mae": total / float64(len(labels.Floats))}, nil
}

func (distance) Primary() (string, bool) { return "mae", false }

// targets makes a set of 24 samples with -1, 0 or 1 to predict.
func targets(t *testing.T, seed uint64) *sample.Set {
	t.Helper()
	set := data(2, 24, seed)
	inputs, label, _ := set.Columns()
	y := sample.Column{Layout: sample.Layout{Name: "y", Dims: []int{1}}}
	for _, k := range label.Ints {
		y.Floats = append(y.Floats, float32(k)-1)
	}
	out, err := sample.NewSet(inputs, y, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Methods that refuse regression by default learn it with the setting that the
// refusal names.
func TestSettingsForRegression(t *testing.T) {
	for method, configure := range map[string]func(string, balance.Method) error{
		"lfm":        of(func(m *balance.LFM) { m.Align = "contrastive" }),
		"inforeg":    of(func(m *balance.InfoReg) { m.Measure = "loss" }),
		"mslr":       of(func(m *balance.MSLR) { m.Measure = "loss" }),
		"miles":      of(func(m *balance.MILES) { m.Measure, m.Threshold = "loss", 0 }),
		"relearning": of(func(m *balance.Relearning) { m.Bins, m.Every = 3, 1 }),
	} {
		f := fixture{
			modalities: 2, method: method, configure: configure, options: func(o *trainer.Options) { o.Epochs, o.Batch = 3, 8 },
			data: sample.Splits{Train: targets(t, 1), Val: targets(t, 2)},
		}
		s := f.setup(t)
		s.Task, s.Loss, s.Signal, s.Score = objective.Regression, objective.L1{}, objective.SignAccuracy{}, distance{}
		s.Model.Head, s.Model.Classifier = linear{1}, linear{1}
		tr, err := trainer.New(method, s)
		if err != nil {
			t.Errorf("%s: %v", method, err)
			continue
		}
		p := fit(t, tr)
		finite(t, method+" on regression", p, tr)
		if method == "relearning" && p.epochs[2].Train["purity_gap/a"]+p.epochs[2].Train["purity_gap/b"] == 0 {
			t.Error("relearning found no gap between training and validation")
		}
	}
}

// A method learns regression, or refuses it with a reason; so for the tasks
// that it does not list.
func TestTasksOfEveryMethod(t *testing.T) {
	splits := sample.Splits{Train: targets(t, 1), Val: targets(t, 2)}
	for _, method := range methods() {
		f := fixture{modalities: 2, method: method, configure: early, data: splits, options: func(o *trainer.Options) { o.Epochs, o.Batch = 1, 8 }}
		s := f.setup(t)
		traits := s.Method.Traits()
		for _, kind := range []objective.Task{objective.Regression, objective.MultiLabel, objective.Dense} {
			takes := traits.Tasks == nil || slices.Contains(traits.Tasks, kind)
			if kind != objective.Regression && takes {
				continue
			}
			s := f.setup(t)
			s.Task, s.Loss, s.Signal, s.Score = kind, objective.L1{}, objective.SignAccuracy{}, distance{}
			s.Model.Head, s.Model.Classifier = linear{1}, linear{1}
			tr, err := trainer.New(method, s)
			if !takes {
				if !errors.Is(err, balance.ErrUnfit) || !strings.Contains(err.Error(), method) || !strings.Contains(err.Error(), traits.Why) || traits.Why == "" {
					t.Errorf("%s on %s: %v, want a refusal that says %q", method, kind, err, traits.Why)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s on %s: %v", method, kind, err)
				continue
			}
			p := &tape{}
			if err := tr.Fit(context.Background(), p); err != nil {
				t.Errorf("%s on %s: %v", method, kind, err)
				continue
			}
			finite(t, method+" on "+string(kind), p, tr)
		}
	}
}
