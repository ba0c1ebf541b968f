package experiment_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"cggm/experiment"
	"cggm/trainer"
)

// stopper cancels a training at its third step.
type stopper struct{ cancel context.CancelFunc }

func (stopper) Begin(experiment.Beginning) {}
func (s stopper) Step(e trainer.StepEvent) {
	if e.Step == 3 {
		s.cancel()
	}
}
func (stopper) Epoch(trainer.EpochEvent) {}
func (stopper) End(*experiment.Result)   {}

func TestMistakesAreNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(file, []byte("task: synthetic\ntrain:\n  epoch: 3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, task, file string
		sets             []string
		want             string
	}{
		{"unknown task", "emojis", "", nil, `did you mean "emoji"?`},
		{"unknown key in a file", "", file, nil, `line 3: unknown key "epoch" (did you mean "epochs"?)`},
		{"unknown key", "synthetic", "", []string{"train.epoch=3"}, `(did you mean "epochs"?)`},
		{"zero epochs", "synthetic", "", []string{"train.epochs=0"}, "epochs 0: must be 1 or more"},
		{"no rate", "synthetic", "", []string{"optimizer.rate=0"}, "must be above 0"},
		{"another task", "synthetic", "", []string{"task=emoji"}, "name the task as the argument"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := experiment.Load(test.task, test.file, test.sets)
			if !errors.Is(err, experiment.ErrUsage) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a usage error with %q", err, test.want)
			}
		})
	}
	for _, test := range []struct{ name, set, want string }{
		{"unknown fusion", "fusion.kind=concatenate", "choose one of concat"},
		{"unknown setting of a kind", "fusion={kind: gated, widht: 3}", "unknown key"},
		{"unknown method", "method=cgm", `unknown method "cgm"`},
		{"conflicting methods", "method=cggm+ogm", "both set the gradient scale"},
		{"setting out of range", "options.cggm.rho=-1", "rho -1: must be above 0"},
		{"unknown option", "options.cggm.roh=1", `(did you mean "rho"?)`},
		{"unknown modality", "only=[quick]", `no modality "quick"`},
		{"unknown group", "rates={encoder/fats: 2}", `(did you mean "encoder/fast"?)`},
		{"unknown score", "score=acc", "a classification task has accuracy"},
		{"unknown optimizer", "optimizer.kind=adma", `unknown optimizer "adma"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := experiment.DryRun(context.Background(), experiment.Request{Config: tiny(t, test.set)})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
	c, err := experiment.Load("mosi-utterance", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := experiment.DryRun(context.Background(), experiment.Request{Config: c}); !errors.Is(err, experiment.ErrUsage) ||
		!strings.Contains(err.Error(), "--data DIR") {
		t.Errorf("no folder: got %v", err)
	}
}

// The same configuration gives the same bytes with any number of threads.
func TestRunsAreDeterministic(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, method := range []string{"joint", "cggm", "ogm-ge", "mla"} {
		first := ""
		for _, threads := range []int{1, 2, 8} {
			runtime.GOMAXPROCS(threads)
			r, err := experiment.Run(context.Background(), experiment.Request{
				Config: tiny(t, "method="+method, "train.epochs=3"), Root: t.TempDir(),
			})
			if err != nil {
				t.Fatal(err)
			}
			if first == "" {
				first = r.Run
				continue
			}
			same(t, first, r.Run)
		}
	}
}

func TestRunResumeAndEvaluateAgree(t *testing.T) {
	r, err := experiment.Run(context.Background(), experiment.Request{Config: tiny(t), Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if acc := r.Scores.Test["accuracy"]; acc < .3 || len(r.Modalities) != 2 {
		t.Errorf("test accuracy %v on %d modalities: want more than chance (.25) on 2", acc, len(r.Modalities))
	}
	again, err := experiment.Resume(context.Background(), r.Run, nil)
	if err != nil || again.Scores.Test["accuracy"] != r.Scores.Test["accuracy"] {
		t.Errorf("resuming a finished run: %v, %v", again, err)
	}
	scored, err := experiment.Evaluate(context.Background(), r.Run)
	if err != nil || scored.Scores.Test["accuracy"] != r.Scores.Test["accuracy"] || scored.Scores.Val["accuracy"] != r.Scores.Val["accuracy"] {
		t.Errorf("evaluating again: %+v, %v; want %+v", scored, err, r)
	}
	if _, err := experiment.Resume(context.Background(), t.TempDir(), nil); !errors.Is(err, experiment.ErrUsage) {
		t.Errorf("a folder without a run: got %v", err)
	}
}

func TestDryRunKeepsNothing(t *testing.T) {
	dir := t.TempDir()
	if err := experiment.DryRun(context.Background(), experiment.Request{Config: tiny(t), Root: dir}); err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("the dry run left %v", entries)
	}
}
