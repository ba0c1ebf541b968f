package trainer_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/balance"
	"cggm/param"
	"cggm/trainer"
)

// between is a method that only does what a test wants between epochs.
type between struct {
	balance.Joint
	takes  balance.Controls
	before func(e *balance.Epoch) error
	build  func(s *balance.Step) balance.Effect
}

func (b *between) Traits() balance.Traits             { return balance.Traits{Takes: b.takes, Reserve: true} }
func (b *between) BeforeEpoch(e *balance.Epoch) error { return b.before(e) }
func (b *between) AfterEpoch(*balance.Epoch) error    { return nil }
func (b *between) Build(s *balance.Step) (e balance.Effect) {
	if b.build != nil {
		return b.build(s)
	}
	return e
}

func (b *between) trainer(t *testing.T, options func(o *trainer.Options)) *trainer.Trainer {
	t.Helper()
	s := fixture{modalities: 2, method: "joint", options: options}.setup(t)
	s.Method = b
	tr, err := trainer.New("between", s)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// A look sees what evaluation sees, on every part of the data.
func TestLook(t *testing.T) {
	var tr *trainer.Trainer
	see := func(e *balance.Epoch, part balance.Part, samples []int) [][]float32 {
		out, err := e.Look(balance.Look{
			Name: "test", Part: part, Samples: samples,
			Build: func(s *balance.Sight) []*graph.Node {
				z := s.Pass.Fused().Logits
				return []*graph.Node{
					z, s.Of(z), s.Labels, s.Pass.Coalition(0b01).Logits, s.Pass.Feature(1).Pool(), s.Pass.Coalition(0b10).Logits, s.Pass.Coalition(0b11).Logits,
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	m := &between{before: func(e *balance.Epoch) error {
		if got := []int{e.Samples(balance.Training), e.Samples(balance.Reserved), e.Samples(balance.Validation)}; !slices.Equal(got, []int{63, 7, 30}) {
			t.Errorf("parts of %v samples, want 63 + 7 = 70 and 30", got)
		}
		want, err := tr.Predict(context.Background(), data(2, 30, 2))
		if err != nil {
			t.Fatal(err)
		}
		got := see(e, balance.Validation, nil)
		if !slices.Equal(got[0], want.Logits[0]) || math.Abs(float64(got[1][0])-want.Losses[0]) > 1e-6 {
			t.Errorf("a look at validation differs from its evaluation: loss %v, want %v", got[1], want.Losses[0])
		}
		if !slices.Equal(got[6], got[0]) {
			t.Error("the coalition of all modalities differs from the fused output")
		}
		for i, z := range got[0] {
			// Linear in every modality, and the bias is still 0.
			if math.Abs(float64(got[3][i]+got[5][i]-z)) > 1e-5 {
				t.Fatalf("logit %d: the coalitions of one give %v and %v, together %v", i, got[3][i], got[5][i], z)
			}
		}
		for i, y := range want.Labels.Ints {
			if got[2][i] != float32(y) {
				t.Fatalf("label %d is %v, want %v", i, got[2][i], y)
			}
		}
		some := see(e, balance.Validation, []int{3, 1, 29})
		for k, i := range []int{3, 1, 29} {
			if some[2][k] != got[2][i] {
				t.Errorf("sample %d of a choice has label %v, want %v", i, some[2][k], got[2][i])
			}
		}
		if n := len(see(e, balance.Reserved, nil)[4]); n != 7*4 {
			t.Errorf("%d features of 7 reserved samples, want 28", n)
		}
		if c := e.Choose(balance.Training, .1); len(c) != 6 || !slices.IsSorted(c) {
			t.Errorf("a tenth of 63 samples is %v", c)
		}
		return nil
	}}
	tr = m.trainer(t, func(o *trainer.Options) { o.Epochs = 1 })
	fit(t, tr)
}

// An epoch follows its plan: samples as often as planned, only the modalities
// that they keep, parts in batches of their own; also after an interruption.
func TestPlan(t *testing.T) {
	calls := 0
	m := &between{
		takes: balance.Samples,
		before: func(e *balance.Epoch) error {
			calls++
			if e.Index == 0 {
				return nil
			}
			e.Plan = make([][]balance.Pick, 2)
			for i := range 20 {
				e.Plan[0] = append(e.Plan[0], balance.Pick{Sample: i, Keep: 1})
				e.Plan[1] = append(e.Plan[1], balance.Pick{Sample: i, Keep: 2})
			}
			return nil
		},
		build: func(s *balance.Step) balance.Effect {
			return balance.Effect{Report: []balance.Quantity{{Name: "kept", Value: graph.ReduceMean(s.Pass.Presence(), 0)}}}
		},
	}
	straight := m.trainer(t, nil)
	p := fit(t, straight)
	// 63 samples in 4 batches, then twice 20 in 2 batches each, filled up.
	if len(p.steps) != 4+4+4 {
		t.Fatalf("%d steps, want 12", len(p.steps))
	}
	var first int
	for _, e := range p.steps {
		a, b := e.Values["kept/a"], e.Values["kept/b"]
		if e.Epoch == 0 && (a != 1 || b != 1) || e.Epoch > 0 && a+b != 1 {
			t.Errorf("step %d keeps shares %v and %v", e.Step, a, b)
		}
		if e.Epoch > 0 && a == 1 {
			first++
		}
	}
	if first != 4 {
		t.Errorf("%d batches of the first modality, want 2 in each of 2 epochs", first)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cut := &tape{onStep: func(e trainer.StepEvent) error {
		if e.Step == 5 {
			cancel()
		}
		return nil
	}}
	if err := m.trainer(t, nil).Fit(ctx, cut); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	again, before := m.trainer(t, nil), calls
	if err := again.Restore(cut.last); err != nil {
		t.Fatal(err)
	}
	fit(t, again)
	if calls != before+1 {
		t.Errorf("resuming within epoch 1 prepared %d epochs, want only epoch 2", calls-before)
	}
	compare(t, straight, again)
}

// A trial begins as asked, does not touch the training, and its parameters can
// be copied.
func TestTry(t *testing.T) {
	var tr *trainer.Trainer
	m := &between{before: func(e *balance.Epoch) error {
		if e.Index != 1 {
			return nil
		}
		before, err := tr.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		loss := func(look func(balance.Look) ([][]float32, error)) float32 {
			out, err := look(balance.Look{Name: "loss", Part: balance.Training, Build: func(s *balance.Sight) []*graph.Node {
				return []*graph.Node{s.Of(s.Pass.Fused().Logits)}
			}})
			if err != nil {
				t.Fatal(err)
			}
			return out[0][0]
		}
		now := loss(e.Look)
		ahead, err := e.Try(balance.Trial{Name: "ahead", Method: &balance.Joint{}, Epochs: 4})
		if err != nil {
			t.Fatal(err)
		}
		if l := loss(ahead.Look); l >= now {
			t.Errorf("four epochs ahead the training loss is %v, now %v", l, now)
		}
		fresh, err := e.Try(balance.Trial{Name: "fresh", Method: &balance.Joint{}, Epochs: 1, Fresh: true})
		if err != nil {
			t.Fatal(err)
		}
		// One epoch from the start by the same method: where we are now.
		if l := loss(fresh.Look); l != now {
			t.Errorf("one epoch from the start the training loss is %v, want %v", l, now)
		}
		after, err := tr.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		for i := range before.Arrays {
			if !slices.Equal(before.Arrays[i].Values, after.Arrays[i].Values) {
				t.Errorf("%s changed by a trial", before.Arrays[i].Name)
			}
		}
		return nil
	}}
	tr = m.trainer(t, nil)
	fit(t, tr)
}

// An interruption between epochs takes back what was done there.
func TestInterruptedBetweenEpochs(t *testing.T) {
	method := func(cancel func()) *between {
		return &between{before: func(e *balance.Epoch) error {
			w, err := e.Values.Get("head/w")
			if err != nil {
				return err
			}
			w[0]++
			if err := e.Values.Set("head/w", w); err != nil {
				return err
			}
			if e.Index == 1 {
				cancel()
			}
			_, err = e.Try(balance.Trial{Name: "x", Method: &balance.Joint{}, Epochs: 1})
			return err
		}}
	}
	straight := method(func() {}).trainer(t, nil)
	fit(t, straight)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cut := &tape{}
	if err := method(cancel).trainer(t, nil).Fit(ctx, cut); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	again := method(func() {}).trainer(t, nil)
	if err := again.Restore(cut.last); err != nil {
		t.Fatal(err)
	}
	fit(t, again)
	compare(t, straight, again)
}

// The ensemble keeps every modality at its best epoch: no modality's
// validation loss ever rises.
func TestEnsembleNeverGetsWorse(t *testing.T) {
	p := fit(t, fixture{modalities: 3, method: "ume", options: func(o *trainer.Options) { o.Epochs = 12 }}.trainer(t))
	for i, e := range p.epochs[1:] {
		for m, now := range e.Val.Modalities {
			if was := p.epochs[i].Val.Modalities[m]; now.Loss > was.Loss+1e-6 {
				t.Errorf("epoch %d: loss of %s rose from %v to %v", e.Epoch, now.Name, was.Loss, now.Loss)
			}
		}
	}
}

// Teachers are what the unimodal ensemble ends as, and stay so to the last byte.
func TestTeachersAreTheEnsemble(t *testing.T) {
	tr := fixture{modalities: 2, method: "umt"}.trainer(t)
	p := fit(t, tr)
	ensemble := fixture{modalities: 2, method: "ume"}.trainer(t)
	fit(t, ensemble)
	teachers := 0
	for _, spec := range tr.Parameters() {
		name, ok := strings.CutPrefix(spec.Name, "state/umt/teacher/")
		if !ok {
			continue
		}
		teachers++
		got, err := tr.State().Get(spec.Name)
		if err != nil {
			t.Fatal(err)
		}
		want, err := ensemble.State().Get("state/ume/best/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s differs from the ensemble's", spec.Name)
		}
	}
	if teachers != 4 {
		t.Errorf("%d parameters of teachers, want the stems' and the encoders' 4", teachers)
	}
	first, last := p.epochs[0].Train["imitation_loss/a"], p.epochs[2].Train["imitation_loss/a"]
	if !(last < first) {
		t.Errorf("the distance to the teacher went from %v to %v", first, last)
	}
}

// The encoders of the probe are those of the unimodal ensemble, and stay so
// while fusion and head learn.
func TestProbeFreezesEncoders(t *testing.T) {
	tr := fixture{modalities: 2, method: "linear-probe"}.trainer(t)
	fit(t, tr)
	ensemble := fixture{modalities: 2, method: "ume"}.trainer(t)
	fit(t, ensemble)
	for _, name := range []string{"stem/0/w", "encoder/0/w", "stem/1/w", "encoder/1/w"} {
		got, err := tr.State().Get(name)
		if err != nil {
			t.Fatal(err)
		}
		want, err := ensemble.State().Get("state/ume/best/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s of the probe differs from the ensemble's", name)
		}
	}
}

// counted is joint training that counts its epochs.
type counted struct {
	balance.Joint
	epochs func()
}

func (c *counted) Settle(*balance.Epoch) error {
	c.epochs()
	return nil
}

// A training aside that is interrupted continues from its last epoch.
func TestInterruptedTrialContinues(t *testing.T) {
	epochs := 0
	method := func(each func()) *between {
		return &between{before: func(e *balance.Epoch) error {
			if e.Index != 1 {
				return nil
			}
			for _, name := range []string{"first", "second"} {
				out, err := e.Try(balance.Trial{Name: name, Method: &counted{epochs: func() { epochs++; each() }}, Epochs: 4})
				if err != nil {
					return err
				}
				if err := out.Copy("", "", param.Group{Kind: param.Head}); err != nil {
					return err
				}
			}
			return nil
		}}
	}
	straight := method(func() {}).trainer(t, nil)
	fit(t, straight)
	if epochs != 8 {
		t.Fatalf("%d epochs aside, want 8", epochs)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cut := &tape{}
	first := method(func() {
		if epochs == 8+7 {
			cancel() // in the second trial's third epoch
		}
	})
	if err := first.trainer(t, nil).Fit(ctx, cut); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	epochs = 0
	again := method(func() {}).trainer(t, nil)
	if err := again.Restore(cut.last); err != nil {
		t.Fatal(err)
	}
	fit(t, again)
	if epochs != 2 {
		t.Errorf("%d epochs aside after resuming, want the second trial's last 2", epochs)
	}
	compare(t, straight, again)
}
