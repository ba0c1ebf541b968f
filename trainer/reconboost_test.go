package trainer_test

import (
	"slices"
	"strings"
	"testing"

	"cggm/network"
	"cggm/sample"
	"cggm/trainer"
)

// One epoch alone, one together: the epochs change encoder a, everything,
// encoder b, everything. The scale belongs to all.
func TestReconBoostTakesTurns(t *testing.T) {
	f := fixture{modalities: 2, method: "reconboost", options: func(o *trainer.Options) { o.Epochs = 4 }, configure: early}
	tr := f.trainer(t)
	read := func() map[string][]float32 {
		out := make(map[string][]float32)
		for _, spec := range tr.Parameters() {
			v, err := tr.State().Get(spec.Name)
			if err != nil {
				t.Fatal(err)
			}
			out[spec.Name] = v
		}
		return out
	}
	parts := []string{"encoder/0/", "encoder/1/", "fusion/reconboost/scale", "head/"}
	var got [][]string
	before := read()
	err := tr.Fit(t.Context(), turns{&tape{}, func() {
		after := read()
		var changed []string
		for _, part := range parts {
			moved := false
			for name := range after {
				moved = moved || strings.HasPrefix(name, part) && !slices.Equal(before[name], after[name])
			}
			if moved {
				changed = append(changed, part)
			}
		}
		got, before = append(got, changed), after
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{parts[0], parts[3]}, parts, {parts[1], parts[3]}, parts}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("changed by epoch:\n%v\nwant\n%v", got, want)
	}
}

// A step on a batch of one's own belongs to no epoch.
func TestReconBoostRefusesStep(t *testing.T) {
	set := data(2, 8, 1)
	b, err := set.Read(t.Context(), seq(8), sample.Draw{})
	if err != nil {
		t.Fatal(err)
	}
	for method, refused := range map[string]bool{"reconboost": true, "mla": false} {
		_, err := fixture{modalities: 2, method: method}.trainer(t).Step(b)
		if got := err != nil && strings.Contains(err.Error(), "depends on the epoch"); got != refused {
			t.Errorf("%s: got %v, refused: want %v", method, err, refused)
		}
	}
}

// Wherever the logits of one modality come from, what adds them up trains.
func TestReconBoostAnySource(t *testing.T) {
	for _, method := range []string{"reconboost", "lfm"} {
		for _, source := range network.Unimodals {
			f := fixture{modalities: 3, method: method, configure: early, options: func(o *trainer.Options) { o.Epochs = 4 }}
			s := f.setup(t)
			s.Model.Unimodal = source
			tr, err := trainer.New(method, s)
			if err != nil {
				t.Errorf("%s, unimodal logits by %s: %v", method, source, err)
				continue
			}
			p := fit(t, tr)
			if first, last := p.epochs[0].Val.Loss, p.epochs[3].Val.Loss; last >= first {
				t.Errorf("%s, unimodal logits by %s: validation loss went from %v to %v", method, source, first, last)
			}
		}
	}
}

// turns calls a function after every epoch.
type turns struct {
	*tape
	epoch func()
}

func (o turns) Epoch(trainer.EpochEvent) error {
	o.epoch()
	return nil
}
