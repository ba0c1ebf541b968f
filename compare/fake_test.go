package compare_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"cggm/balance"
	"cggm/compare"
	"cggm/experiment"
)

var update = flag.Bool("update", false, "write the expected files anew")

// fake stands for training. It remembers what it was asked for.
type fake struct {
	// score returns the validation and test score of a run.
	score func(c *experiment.Config) (val, test float64)
	// fail returns why a run fails.
	fail func(c *experiment.Config) error
	// unfit refuses methods.
	unfit map[string]error
	// smaller makes smaller scores better.
	smaller bool
	// stop ends the study's context with run number stopAt, from 1.
	stop   context.CancelFunc
	stopAt int

	mu       sync.Mutex
	requests []experiment.Request
}

func (f *fake) engine() compare.Engine {
	return compare.Engine{
		Examine: func(context.Context, *experiment.Config, []string) (*experiment.Facts, error) {
			return &experiment.Facts{Fingerprints: [3]string{"a", "b", "c"}, Primary: "accuracy", Larger: !f.smaller, Refused: f.unfit}, nil
		},
		Run: f.run,
	}
}

func (f *fake) run(ctx context.Context, r experiment.Request) (*experiment.Result, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	f.requests = append(f.requests, r)
	if f.stop != nil && len(f.requests) == f.stopAt {
		f.stop()
		return nil, ctx.Err()
	}
	c := r.Config
	if f.fail != nil {
		if err := f.fail(c); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(r.Dir, 0o755); err != nil {
		return nil, err
	}
	val, test := f.score(c)
	out := &experiment.Result{Epochs: c.Train.Epochs, Epoch: 1, Seconds: map[string]float64{"joint": 2}[c.Method] + 2, Parameters: 10}
	out.Scores.Val = map[string]float64{"accuracy": val}
	if !r.TestClosed {
		out.Scores.Test = map[string]float64{"accuracy": test}
	}
	return out, nil
}

// study returns a study of the fake on the named tasks.
func (f *fake) study(t testing.TB, methods []string, tasks ...string) *compare.Study {
	t.Helper()
	s := &compare.Study{Methods: methods, Seeds: 3, Trials: 1, Jobs: 1, Dir: t.TempDir(), Engine: f.engine()}
	for _, name := range tasks {
		s.Tasks = append(s.Tasks, compare.Task{Name: name, Load: func(sets ...string) (*experiment.Config, error) {
			return experiment.LoadNeutral("synthetic", "", append([]string{"train.epochs=2"}, sets...))
		}})
	}
	return s
}

// worked holds scores whose statistics are computed by hand in the tests.
var worked = map[string][]float64{
	"joint":      {.5, .6, .7},
	"multi-loss": {.5, .7, .7},
	"cggm":       {.6, .7, .9},
}

func byHand() *fake {
	return &fake{score: func(c *experiment.Config) (val, test float64) {
		test = worked[c.Method][c.Train.Seed-1]
		return test + .05, test
	}}
}

func mustRun(t testing.TB, s *compare.Study) *compare.Outcome {
	t.Helper()
	o, err := s.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// files lists the names of the results in the folder of a study.
func files(t testing.TB, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "results", "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

var errUnfit = fmt.Errorf("balance: ogm on a dense task: %w: it needs classes", balance.ErrUnfit)

var errBroken = errors.New("trainer: step 3: training diverged")
