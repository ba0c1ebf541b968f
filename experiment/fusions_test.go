package experiment_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"cggm/balance"
	"cggm/experiment"
)

// Every method trains under every fusion and head, and on maps, or refuses it
// before training in a sentence that names it.
func TestEveryMethodUnderEveryFusion(t *testing.T) {
	small := []string{"data.synthetic.train=64", "data.synthetic.val=16", "data.synthetic.test=16", "train.batch=16"}
	for _, model := range []struct {
		name  string
		sets  []string
		train int // methods that train
	}{
		{"sum", []string{"fusion={kind: sum}"}, 36},
		{"gated", []string{"fusion={kind: gated}"}, 35},
		{"film", []string{"fusion={kind: film}"}, 35},
		{"transformer", []string{"fusion={kind: transformer, heads: 4}"}, 35},
		{"concat under a residual head", []string{"head={kind: residual}"}, 35},
		{"maps", []string{"data.synthetic.task=dense", "data.synthetic.height=8", "data.synthetic.width=8"}, 25},
	} {
		trained := 0
		for _, entry := range balance.Entries() {
			c, err := experiment.LoadNeutral("synthetic", "", append(append([]string{"method=" + entry.Name}, small...), model.sets...))
			if err != nil {
				t.Fatal(err)
			}
			begun := &began{}
			err = experiment.DryRun(context.Background(), experiment.Request{Config: c, Viewer: begun})
			switch {
			case err == nil:
				trained++
			case !errors.Is(err, balance.ErrUnfit) || !strings.Contains(err.Error(), entry.Name) || begun.it:
				t.Errorf("%s, %s: %v (training had begun: %v)", model.name, entry.Name, err, begun.it)
			default:
				t.Logf("%s, %s: %v", model.name, entry.Name, err)
			}
		}
		if trained != model.train {
			t.Errorf("%s: %d methods train, want %d", model.name, trained, model.train)
		}
	}
}

// began remembers that a training has begun.
type began struct {
	experiment.Viewer
	it bool
}

func (b *began) Begin(experiment.Beginning) { b.it = true }
