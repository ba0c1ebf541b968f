package compare_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cggm/compare"
	"cggm/experiment"
)

// A study that is interrupted at any run goes on with what is missing and ends
// with the same outcome.
func TestInterruptedStudiesContinue(t *testing.T) {
	methods := []string{"joint", "multi-loss", "cggm"}
	whole := byHand().study(t, methods, "one", "two")
	whole.Trials = 2
	want := mustRun(t, whole).Text()
	const runs = 2 * 3 * (2 + 3)
	for _, jobs := range []int{1, 3} {
		for stopAt := 1; stopAt <= runs; stopAt += 7 {
			f := byHand()
			s := f.study(t, methods, "one", "two")
			s.Trials, s.Jobs = 2, jobs
			ctx, cancel := context.WithCancel(context.Background())
			f.stop, f.stopAt = cancel, stopAt
			if _, err := s.Run(ctx); !errors.Is(err, experiment.ErrInterrupted) {
				t.Fatalf("stopped at run %d: error %v, want %v", stopAt, err, experiment.ErrInterrupted)
			}
			done := len(files(t, s.Dir))
			if jobs == 1 && done != stopAt-1 {
				t.Errorf("stopped at run %d: %d results are kept, want those before", stopAt, done)
			}
			f.stop, f.requests = nil, nil
			o := mustRun(t, s)
			if len(f.requests) != runs-done {
				t.Errorf("after %d runs: %d more, want %d", done, len(f.requests), runs-done)
			}
			// The number of runs at a time changes what the notes say of times.
			if got := o.Text(); jobs == 1 && got != want {
				t.Errorf("after an interruption at run %d:\n%s\nwant\n%s", stopAt, got, want)
			}
		}
	}
}

// A finished study runs nothing; more seeds run what is new.
func TestMoreSeedsContinue(t *testing.T) {
	f := byHand()
	s := f.study(t, []string{"joint", "cggm"}, "one")
	s.Seeds = 2
	mustRun(t, s)
	f.requests = nil
	mustRun(t, s)
	if len(f.requests) != 0 {
		t.Errorf("a finished study ran %d times", len(f.requests))
	}
	s.Seeds = 3
	mustRun(t, s)
	if len(f.requests) != 2 {
		t.Errorf("%d runs for one more seed of two methods", len(f.requests))
	}
}

// Another setting, or other data, is another run; the folder of the data is not.
func TestWhatDeterminesARun(t *testing.T) {
	f := byHand()
	s := f.study(t, []string{"joint"}, "one")
	s.Seeds = 1
	mustRun(t, s)
	with := func(change func(*experiment.Config)) int {
		f.requests = nil
		other := *s
		other.Tasks = []compare.Task{{Name: "one", Load: func(sets ...string) (*experiment.Config, error) {
			c, err := s.Tasks[0].Load(sets...)
			change(c)
			return c, err
		}}}
		mustRun(t, &other)
		return len(f.requests)
	}
	if n := with(func(c *experiment.Config) { c.Data.Dir = "/elsewhere" }); n != 0 {
		t.Error("the folder of the data counts")
	}
	if n := with(func(c *experiment.Config) { c.Train.Batch = 7 }); n != 1 {
		t.Error("the batch does not count")
	}
	f.requests = nil
	engine := s.Engine
	s.Engine.Examine = func(ctx context.Context, c *experiment.Config, methods []string) (*experiment.Facts, error) {
		facts, err := engine.Examine(ctx, c, methods)
		facts.Fingerprints[0] = "changed"
		return facts, err
	}
	if mustRun(t, s); len(f.requests) != 1 {
		t.Error("the data does not count")
	}
}

// Every method gets the same number of trials, the first being its defaults,
// and the same learning rates; the test set is open for the chosen setting
// alone, which validation chose.
func TestEqualTrialsAndTestOpenedOnce(t *testing.T) {
	methods := []string{"joint", "cggm", "cggm+mmpareto"}
	const trials, seeds = 5, 3
	f := &fake{score: func(c *experiment.Config) (val, test float64) {
		// The larger the rate the better on validation and the worse on test.
		return c.Optimizer.Rate, -c.Optimizer.Rate
	}}
	s := f.study(t, methods, "one")
	s.Trials = trials
	o := mustRun(t, s)
	rates := make(map[string][]float64)
	opened := make(map[string]map[uint64]int)
	for _, r := range f.requests {
		c := r.Config
		if r.TestClosed {
			rates[c.Method] = append(rates[c.Method], c.Optimizer.Rate)
			if c.Train.Seed != 1 {
				t.Errorf("%s is tuned on seed %d", c.Method, c.Train.Seed)
			}
			continue
		}
		if opened[c.Method] == nil {
			opened[c.Method] = make(map[uint64]int)
		}
		opened[c.Method][c.Train.Seed]++
		if best := slices.Max(rates[c.Method]); c.Optimizer.Rate != best {
			t.Errorf("%s runs with rate %v, validation chose %v", c.Method, c.Optimizer.Rate, best)
		}
	}
	for _, m := range methods {
		if len(rates[m]) != trials {
			t.Errorf("%s has %d trials, want %d", m, len(rates[m]), trials)
		}
		for k, rate := range rates[m] {
			if rate != rates["joint"][k] {
				t.Errorf("trial %d: %s has the rate %v, joint %v", k+1, m, rate, rates["joint"][k])
			}
		}
		if rates[m][0] != 1e-3 {
			t.Errorf("trial 1 of %s has rate %v and not the task's", m, rates[m][0])
		}
		if len(opened[m]) != seeds {
			t.Errorf("%s opens the test set on seeds %v", m, opened[m])
		}
		for seed, n := range opened[m] {
			if n != 1 {
				t.Errorf("%s opens the test set %d times on seed %d", m, n, seed)
			}
		}
	}
	for _, name := range files(t, s.Dir) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var keys map[string]json.RawMessage
		if err := json.Unmarshal(text, &keys); err != nil {
			t.Fatal(err)
		}
		_, tuning := keys["tuning"]
		if _, tested := keys["test"]; tested == tuning {
			t.Errorf("%s: tuning %v, test scores %v", name, tuning, tested)
		}
	}
	for _, row := range o.Tasks[0].Rows {
		if row.Trial == 1 || len(row.Settings) == 0 {
			t.Errorf("%s: trial %d with settings %v", row.Method, row.Trial, row.Settings)
		}
	}
	if left, err := os.ReadDir(filepath.Join(s.Dir, "runs")); err != nil || len(left) != 0 {
		t.Errorf("folders of runs are left: %v, %v", left, err)
	}
}

// A folder whose run is over goes, but for the best trial of each method.
func TestFoldersOfWorseTrialsGo(t *testing.T) {
	f := &fake{score: func(c *experiment.Config) (val, test float64) { return c.Optimizer.Rate, 0 }}
	s := f.study(t, []string{"joint"}, "one")
	s.Trials = 6
	ctx, cancel := context.WithCancel(context.Background())
	f.stop, f.stopAt = cancel, 7
	if _, err := s.Run(ctx); !errors.Is(err, experiment.ErrInterrupted) {
		t.Fatal(err)
	}
	left, err := os.ReadDir(filepath.Join(s.Dir, "runs", "one"))
	if err != nil || len(left) != 1 {
		t.Fatalf("%d folders are left of 6 trials (%v), want one", len(left), err)
	}
	f.stop, f.requests = nil, nil
	mustRun(t, s)
	if got := filepath.Base(f.requests[0].Dir); got != left[0].Name() {
		t.Errorf("the run of seed 1 trains in %s, the trial is in %s", got, left[0].Name())
	}
}

// A run that fails is kept with its reason, and run again when asked.
func TestFailures(t *testing.T) {
	f := byHand()
	f.fail = func(c *experiment.Config) error {
		if c.Method == "cggm" && c.Train.Seed == 2 {
			return errBroken
		}
		return nil
	}
	s := f.study(t, []string{"joint", "cggm"}, "one")
	o := mustRun(t, s)
	row := o.Tasks[0].Rows[1]
	if len(row.Failed) != 1 || row.Failed[0].Seed != 2 || row.Test.N != 2 || row.Versus[0].N != 2 || row.Rank != nil {
		t.Errorf("failed %v, n %d", row.Failed, row.Test.N)
	}
	if !strings.Contains(o.Text(), "cggm failed on seed 2: trainer: step 3: training diverged") {
		t.Error(o.Text())
	}
	f.requests, f.fail = nil, nil
	if mustRun(t, s); len(f.requests) != 0 {
		t.Error("failed runs run again unasked")
	}
	s.Retry = true
	o = mustRun(t, s)
	if len(f.requests) != 1 || len(o.Tasks[0].Rows[1].Failed) != 0 {
		t.Errorf("retry ran %d times, failures are left: %v", len(f.requests), o.Tasks[0].Rows[1].Failed)
	}
}

// Scores that are no numbers are failures.
func TestScoresThatAreNoNumbers(t *testing.T) {
	f := &fake{score: func(*experiment.Config) (val, test float64) { return .5, zero / zero }}
	s := f.study(t, []string{"joint"}, "one")
	o := mustRun(t, s)
	if failed := o.Tasks[0].Rows[0].Failed; len(failed) != 3 || failed[0].Why != "test accuracy is not a number" {
		t.Errorf("failed: %v", failed)
	}
	if text := o.Text(); !strings.Contains(text, "joint failed on seeds 1, 2, 3: test accuracy is not a number") {
		t.Error(text)
	}
}

var zero float64

// When the budget is used up no run starts, and the tables say so.
func TestBudget(t *testing.T) {
	f := byHand()
	s := f.study(t, []string{"joint", "cggm"}, "one")
	ctx, cancel := context.WithCancel(context.Background())
	f.stop, f.stopAt = cancel, 5
	if _, err := s.Run(ctx); err == nil {
		t.Fatal("not interrupted")
	}
	f.requests, s.Budget = nil, 1
	o, err := s.Run(context.Background())
	if !errors.Is(err, compare.ErrIncomplete) || !strings.Contains(err.Error(), "2 of 6 runs are missing") {
		t.Errorf("error %v", err)
	}
	if len(f.requests) != 0 || o.Missing != 2 || o.Tasks[0].Rows[0].Missing != 1 {
		t.Errorf("%d runs started, %d missing", len(f.requests), o.Missing)
	}
	if text := o.Text(); !strings.HasPrefix(text, "INCOMPLETE: 2 runs missing\n") || !strings.Contains(text, "preliminary") {
		t.Error(text)
	}
	// While settings are being chosen nothing else runs.
	s.Trials = 2
	if o, err = s.Run(context.Background()); !errors.Is(err, compare.ErrIncomplete) || o.Missing != 10 || o.Tasks[0].Rows[0].Test != nil {
		t.Errorf("%d missing, error %v", o.Missing, err)
	}
	if text := o.Text(); !strings.Contains(text, "10 runs missing (tuning 4, joint 3, cggm 3)") || !strings.Contains(text, "settings are not chosen yet: joint, cggm") {
		t.Error(text)
	}
}

// Methods that do not fit are listed with the reason.
func TestRefusedMethods(t *testing.T) {
	f := byHand()
	f.unfit = map[string]error{"ogm": errUnfit}
	s := f.study(t, []string{"joint", "ogm"}, "one")
	o := mustRun(t, s)
	if len(f.requests) != 3 || len(o.Tasks[0].Rows) != 1 || !strings.Contains(o.Text(), "ogm is left out: balance: ogm on a dense task") {
		t.Errorf("%d runs\n%s", len(f.requests), o.Text())
	}
}

func TestProgress(t *testing.T) {
	f := byHand()
	s := f.study(t, []string{"joint", "cggm"}, "one")
	s.Seeds = 2
	var left []float64
	s.Progress = func(e compare.Event) {
		if e.Total != 4 || e.Done != len(left)+1 || e.Record.Task != "one" {
			t.Errorf("event %+v", e)
		}
		left = append(left, e.Left.Seconds())
	}
	mustRun(t, s)
	// A run of joint takes 4 s, one of cggm 2: after the first, all are thought
	// to take 4.
	for i, want := range []float64{12, 6, 2, 0} {
		if left[i] != want {
			t.Errorf("after run %d %v s left, want %v", i+1, left[i], want)
		}
	}
}

func TestWrongStudies(t *testing.T) {
	for name, change := range map[string]func(*compare.Study){
		"no method":    func(s *compare.Study) { s.Methods = nil },
		"no seed":      func(s *compare.Study) { s.Seeds = 0 },
		"no trial":     func(s *compare.Study) { s.Trials = 0 },
		"no job":       func(s *compare.Study) { s.Jobs = 0 },
		"budget":       func(s *compare.Study) { s.Budget = -1 },
		"method twice": func(s *compare.Study) { s.Methods = []string{"joint", "joint"} },
		"task twice":   func(s *compare.Study) { s.Tasks = append(s.Tasks, s.Tasks...) },
	} {
		t.Run(name, func(t *testing.T) {
			s := byHand().study(t, []string{"joint"}, "one")
			change(s)
			if _, err := s.Run(context.Background()); err == nil {
				t.Error("accepted")
			}
		})
	}
}

// A damaged result is named and not overwritten.
func TestDamagedResult(t *testing.T) {
	s := byHand().study(t, []string{"joint"}, "one")
	mustRun(t, s)
	name := files(t, s.Dir)[0]
	if err := os.WriteFile(name, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Run(context.Background()); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("error %v", err)
	}
}
