package compare_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"cggm/compare"
	"cggm/experiment"
)

// childVariable makes the test binary run a study instead of testing: its value
// is the study's folder.
const childVariable = "CGGM_TEST_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVariable); dir != "" {
		if _, err := small(dir).Run(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// small is a study that trains for real, for about a second.
func small(dir string) *compare.Study {
	return &compare.Study{
		Methods: []string{"joint", "cggm"}, Seeds: 2, Trials: 2, Jobs: 1, Dir: dir,
		Tasks: []compare.Task{{Name: "synthetic", Load: func(sets ...string) (*experiment.Config, error) {
			return experiment.LoadNeutral("synthetic", "", append([]string{
				"data.synthetic={train: 160, val: 60, test: 60}", "train.epochs=8", "train.batch=16",
			}, sets...))
		}}},
	}
}

// A study that is killed at random moments leaves the same results as one that
// was not, but for the time.
func TestKilledStudiesContinue(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	straight, killed := t.TempDir(), t.TempDir()
	start := time.Now()
	mustRun(t, small(straight))
	length := time.Since(start)
	rng := rand.New(rand.NewPCG(1, 3))
	kills := 0
	for range 40 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childVariable+"="+killed)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(rng.Int64N(int64(length)/3)), func() { _ = cmd.Process.Kill() })
		err := cmd.Wait()
		timer.Stop()
		if err == nil {
			break
		}
		kills++
	}
	mustRun(t, small(killed))
	if kills == 0 {
		t.Error("nothing was killed")
	}
	want, got := files(t, straight), files(t, killed)
	if len(want) != len(got) || len(want) != 2*(2+2) {
		t.Fatalf("%d results, undisturbed %d", len(got), len(want))
	}
	for i := range want {
		if a, b := timeless(t, want[i]), timeless(t, got[i]); a != b {
			t.Errorf("%s:\n%s\nundisturbed:\n%s", filepath.Base(want[i]), b, a)
		}
	}
}

// timing matches what differs between runs. Memory is not known, and left out,
// where nothing was left to train after a kill.
var timing = regexp.MustCompile(`\s*"(seconds|memory)": [0-9.e-]+,`)

func timeless(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return timing.ReplaceAllString(string(text), "")
}

// Runs at a time change nothing but the time.
func TestJobsDoNotChangeResults(t *testing.T) {
	one, three := small(t.TempDir()), small(t.TempDir())
	three.Jobs = 3
	a, b := mustRun(t, one), mustRun(t, three)
	for i, row := range a.Tasks[0].Rows {
		if row.Memory == 0 {
			t.Errorf("%s: no memory is recorded", row.Method)
		}
		if other := b.Tasks[0].Rows[i]; *row.Rank != *other.Rank || row.Test.Mean != other.Test.Mean || row.Trial != other.Trial {
			t.Errorf("%s: %+v with one run at a time, %+v with three", row.Method, row, other)
		}
	}
}

// The run of seed 1 at the chosen setting is the trial with the test set opened:
// it trains no more.
func TestTrialOfSeedOneGoesOn(t *testing.T) {
	o := mustRun(t, small(t.TempDir()))
	for _, row := range o.Tasks[0].Rows {
		var trial, final *compare.Record
		for _, r := range o.Tasks[0].Records {
			if r.Method == row.Method && r.Trial == row.Trial && r.Seed == 1 {
				if r.Tuning {
					trial = r
				} else {
					final = r
				}
			}
		}
		if trial.Test != nil || len(final.Test) == 0 {
			t.Errorf("%s: test scores of the trial %v, of the run %v", row.Method, trial.Test, final.Test)
		}
		if trial.Seconds != final.Seconds || trial.Val["accuracy"] != final.Val["accuracy"] || trial.Epoch != final.Epoch {
			t.Errorf("%s: trial %+v, run %+v", row.Method, trial, final)
		}
	}
}
