package experiment_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"cggm/balance"
	"cggm/experiment"
)

// Every method trains under every fusion and head, or refuses it before
// training in a sentence that names the method, or what it lacks.
func TestEveryMethodUnderEveryFusion(t *testing.T) {
	small := []string{"data.synthetic.train=64", "data.synthetic.val=16", "data.synthetic.test=16", "train.batch=16"}
	for _, model := range []struct {
		name string
		sets []string
	}{
		{"sum", []string{"fusion={kind: sum}"}},
		{"gated", []string{"fusion={kind: gated}"}},
		{"film", []string{"fusion={kind: film}"}},
		{"transformer", []string{"fusion={kind: transformer, heads: 4}"}},
		{"concat under a residual head", []string{"head={kind: residual}"}},
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
		if trained < 34 {
			t.Errorf("%s: only %d methods train", model.name, trained)
		}
	}
}

// began remembers that a training has begun.
type began struct {
	experiment.Viewer
	it bool
}

func (b *began) Begin(experiment.Beginning) { b.it = true }
