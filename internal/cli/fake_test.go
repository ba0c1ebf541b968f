package cli

import (
	"context"
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"cggm/balance"
	"cggm/conformance"
	"cggm/experiment"
	"cggm/internal/view"
	"cggm/task"
	"cggm/trainer"
)

// fakeWork stands for the real work in scripts. The task says what happens:
// emoji and digits train, broken fails, slow waits for an interruption.
func fakeWork() work {
	return work{
		load: fakeLoad, neutral: fakeLoad, examine: fakeExamine, marshal: fakeMarshal, tasks: experiment.Tasks,
		schema: func() ([]byte, error) { return []byte("{\"title\": \"fake\"}"), nil },
		doctor: fakeDoctor, run: fakeRun, resume: fakeResume, replay: fakeReplay,
		dryRun: func(ctx context.Context, r experiment.Request) error {
			_, err := fakeRun(ctx, r)
			return err
		},
		weights: func(_, path string) error { return os.WriteFile(path, []byte("weights"), 0o600) },
		evaluate: func(_ context.Context, dir string) (*experiment.Result, error) {
			if dir != "runs/done" {
				return nil, fmt.Errorf("experiment: %s: not a run: %w", dir, experiment.ErrUsage)
			}
			return fakeResult(fakeConfig("emoji")), nil
		},
	}
}

func fakeConfig(name string) *experiment.Config {
	c := &experiment.Config{Task: name, Method: "cggm", Train: trainer.DefaultOptions()}
	c.Train.Epochs = 2
	return c
}

func fakeLoad(name, file string, sets []string) (*experiment.Config, error) {
	if file != "" {
		name = "file:" + file
	}
	if name == "" {
		name = "emoji"
	}
	c := fakeConfig(name)
	for _, set := range sets {
		if set != "train.epochs=3" {
			return nil, fmt.Errorf("config: %s: no such setting: %w", set, experiment.ErrUsage)
		}
		c.Train.Epochs = 3
	}
	return c, nil
}

func fakeMarshal(c *experiment.Config) ([]byte, error) {
	return fmt.Appendf(nil, "task: %s\nmethod: %s\nseed: %d\nepochs: %d\ndir: %q\nval_is_test: %v\n",
		c.Task, c.Method, c.Train.Seed, c.Train.Epochs, c.Data.Dir, c.Data.ValIsTest), nil
}

func fakeDoctor(_ context.Context, name, dir string) (*task.Report, error) {
	r := &task.Report{}
	r.Infof("train", "%d samples in %q", 3, dir)
	r.Warnf("audio", "one sample is silent")
	if name == "broken" {
		r.Errorf("labels.csv", "line 3: no label")
	}
	return r, nil
}

func fakeReplay(_ context.Context, path string) (*conformance.Report, error) {
	if strings.HasPrefix(path, "absent") {
		return nil, fmt.Errorf("conformance: open %s: no such file", path)
	}
	ok := !strings.HasPrefix(path, "bad")
	rows := []conformance.Row{{Quantity: "pred", MaxAbs: 1.25e-6, MaxRel: 2e-5, Step: 3, OK: true}, {Quantity: "cos", MaxAbs: .5, MaxRel: 1, Step: 0, OK: ok}}
	if strings.HasPrefix(path, "wild") {
		rows[0].MaxAbs, rows[0].OK, ok = math.Inf(1), false, false
	}
	return &conformance.Report{File: path, Mode: "paper", Rows: rows, OK: ok}, nil
}

func fakeResult(c *experiment.Config) *experiment.Result {
	score := .70 + .01*float64(c.Train.Seed)
	if c.Method == "joint" {
		score -= .02 + .001*float64(c.Train.Seed)
	}
	r := &experiment.Result{
		Task: c.Task, Method: c.Method, Seed: c.Train.Seed, Run: fmt.Sprintf("runs/%s-%d", c.Method, c.Train.Seed),
		Primary: "accuracy", Larger: true, Epoch: 2, Epochs: c.Train.Epochs, Reason: "all epochs done",
		ValIsTest: c.Data.ValIsTest, Seconds: 1.5, Parameters: 1000,
	}
	r.Scores.Val = map[string]float64{"accuracy": score + .01}
	r.Scores.Test = map[string]float64{"accuracy": score}
	r.Modalities = []experiment.ModalityResult{
		{Name: "picture", Source: "split", Val: map[string]float64{"accuracy": .66}, Test: map[string]float64{"accuracy": .65}},
		{Name: "name", Source: "split", Val: map[string]float64{"accuracy": .64}, Test: map[string]float64{"accuracy": .63}},
	}
	return r
}

func fakeRun(ctx context.Context, q experiment.Request) (*experiment.Result, error) {
	r := fakeResult(q.Config)
	v := q.Viewer
	if v == nil {
		v = view.Silent{}
	}
	v.Begin(experiment.Beginning{
		Task: r.Task, Method: r.Method, Run: r.Run, Seed: r.Seed, Modalities: []string{"picture", "name"},
		Train: 6, Val: 2, Test: 2, Parameters: 1000, Epochs: r.Epochs, BatchesEpoch: 3, Backend: "fake",
		Warnings: []string{"this is not a training"},
	})
	for epoch := range r.Epochs {
		for batch := range 3 {
			v.Step(trainer.StepEvent{Step: 3*epoch + batch, Epoch: epoch, Batch: batch, Batches: 3, Values: map[string]float64{"loss": 1}})
		}
		v.Epoch(trainer.EpochEvent{
			Epoch: epoch, Epochs: r.Epochs, Step: 3 * (epoch + 1), Train: map[string]float64{"loss": 1}, Time: 200 * time.Millisecond,
			Val: &trainer.Evaluation{Scores: r.Scores.Val, Modalities: []trainer.ModalityScores{{Name: "picture", Scores: r.Modalities[0].Val}}},
		})
	}
	switch r.Task {
	case "broken":
		return nil, fmt.Errorf("trainer: step 3: %w", trainer.ErrDiverged)
	case "slow":
		<-ctx.Done()
		return nil, fmt.Errorf("experiment: saved: continue with cggm train --resume %s: %w", r.Run, experiment.ErrInterrupted)
	case "stuck":
		time.Sleep(time.Minute)
	}
	v.End(r)
	return r, nil
}

func fakeExamine(_ context.Context, c *experiment.Config, methods []string) (*experiment.Facts, error) {
	f := &experiment.Facts{
		Fingerprints: [3]string{c.Data.Dir, "val", "test"}, Primary: "accuracy", Larger: true, ValIsTest: c.Data.ValIsTest,
		Refused: make(map[string]error),
	}
	for _, m := range methods {
		if m == "miles" {
			f.Refused[m] = fmt.Errorf("balance: miles on a fake task: %w", balance.ErrUnfit)
		}
	}
	return f, nil
}

func fakeResume(ctx context.Context, dir string, v experiment.Viewer) (*experiment.Result, error) {
	if dir != "runs/cut" {
		return nil, fmt.Errorf("experiment: %s: not a run: %w", dir, experiment.ErrUsage)
	}
	return fakeRun(ctx, experiment.Request{Config: fakeConfig("emoji"), Viewer: v})
}
