package experiment_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"cggm/experiment"
	"cggm/run"
)

// childVariable makes the test binary train instead of testing: its value is
// the folder for runs.
const childVariable = "CGGM_TEST_CHILD"

func TestMain(m *testing.M) {
	if root := os.Getenv(childVariable); root != "" {
		if err := child(root); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// tiny is a training of a second or so with many checkpoints.
func tiny(t testing.TB, sets ...string) *experiment.Config {
	t.Helper()
	c, err := experiment.Load("synthetic", "", append([]string{
		"data.synthetic={train: 160, val: 60, test: 60}", "train.epochs=12", "train.batch=16",
	}, sets...))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// child begins a run under root, or continues the one that is there.
func child(root string) error {
	runs, err := filepath.Glob(filepath.Join(root, "*", run.ConfigFile))
	if err != nil {
		return err
	}
	if len(runs) > 0 {
		_, err = experiment.Resume(context.Background(), filepath.Dir(runs[0]), nil)
		return err
	}
	c, err := experiment.Load("synthetic", "", []string{
		"data.synthetic={train: 160, val: 60, test: 60}", "train.epochs=12", "train.batch=16",
	})
	if err != nil {
		return err
	}
	_, err = experiment.Run(context.Background(), experiment.Request{Config: c, Root: root})
	return err
}

// A run that is killed at random moments, 20 times, and resumed each time ends
// with the same events and the same parameters as one that was never killed.
func TestKilledRunsResumeExactly(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	straight := t.TempDir()
	start := time.Now()
	whole, err := experiment.Run(context.Background(), experiment.Request{Config: tiny(t), Root: straight})
	if err != nil {
		t.Fatal(err)
	}
	length := time.Since(start)
	rng := rand.New(rand.NewPCG(1, 2))
	for kills := 0; kills < 20; {
		root := t.TempDir()
		for {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), childVariable+"="+root)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- cmd.Wait() }()
			var err error
			killed := false
			if kills < 20 {
				select {
				case err = <-done:
				case <-time.After(time.Duration(rng.Int64N(int64(length)*3/2 + 1))):
					_ = cmd.Process.Kill()
					err = <-done
					killed = err != nil
				}
			} else {
				err = <-done
			}
			if killed {
				kills++
				continue
			}
			if err != nil {
				t.Fatalf("the child failed: %v\n%s", err, stderr.String())
			}
			break
		}
		runs, err := filepath.Glob(filepath.Join(root, "*", run.ResultFile))
		if err != nil || len(runs) == 0 {
			t.Fatalf("no result under %s (%v)", root, err)
		}
		same(t, whole.Run, filepath.Dir(runs[len(runs)-1]))
	}
}

// same compares two runs' events, but for times, and their checkpoints, but
// for the seconds spent.
func same(t *testing.T, a, b string) {
	t.Helper()
	x, y := events(t, a), events(t, b)
	if len(x) != len(y) {
		t.Fatalf("%d events and %d", len(x), len(y))
	}
	for i := range x {
		if x[i] != y[i] {
			t.Fatalf("event %d differs:\n%s\n%s", i, x[i], y[i])
		}
	}
	for _, name := range []string{run.Last, run.Best} {
		p, q := checkpoint(t, a, name), checkpoint(t, b, name)
		if !bytes.Equal(p, q) {
			t.Fatalf("checkpoint %s differs", name)
		}
	}
}

func events(t *testing.T, dir string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, run.EventsFile))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		var fields map[string]any
		if err := json.Unmarshal(line, &fields); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		delete(fields, "time")
		delete(fields, "wait")
		clean, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(clean))
	}
	return out
}

// checkpoint returns everything of a checkpoint but the seconds spent and the
// length of the event log, whose times differ in length.
func checkpoint(t *testing.T, dir, name string) []byte {
	t.Helper()
	d, err := run.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	c, err := d.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	var state map[string]any
	if err := json.Unmarshal(c.State, &state); err != nil {
		t.Fatal(err)
	}
	delete(state, "seconds")
	delete(state, "starved")
	out, err := json.Marshal(map[string]any{"state": state, "arrays": c.Arrays})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Two processes may not work on one run; an interrupted one can be resumed and
// a finished one gives its result again.
func TestInterruptAndResume(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	c := tiny(t)
	_, err := experiment.Run(ctx, experiment.Request{Config: c, Root: t.TempDir(), Viewer: stopper{cancel}})
	if !errors.Is(err, experiment.ErrInterrupted) {
		t.Fatalf("got %v, want ErrInterrupted", err)
	}
}
