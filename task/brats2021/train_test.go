package brats2021_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"cggm/experiment"
	"cggm/task/brats2021"
	"cggm/trainer"
)

// narrow replaces the encoders by a convolution each, which builds faster.
func narrow(c *experiment.Config) {
	for _, name := range brats2021.Modalities {
		c.Modalities[name] = experiment.Modality{Encoder: experiment.Choice{"kind": "conv2d", "channels": []int{4}, "pool": 1, "dense": true}}
	}
	c.Fusion, c.Classifier = experiment.Choice{"kind": "concat"}, experiment.Choice{"kind": "mlp"}
}

// load returns the configuration of a task for one epoch on the folder.
func load(t *testing.T, name, dir string, sets ...string) *experiment.Config {
	t.Helper()
	c, err := experiment.Load(name, "", append([]string{"train.epochs=1", "train.batch=4"}, sets...))
	if err != nil {
		t.Fatal(err)
	}
	c.Data.Dir = dir
	narrow(c)
	return c
}

// Every layout trains for an epoch and gives all scores of the field.
func TestTrain(t *testing.T) {
	volumes := t.TempDir()
	for split, n := range map[string]int{"train": 5, "valid": 2, "test": 2} {
		for i := range n {
			brats2021.CopyFixture(t, "volume.h5", filepath.Join(volumes, split, fmt.Sprintf("%s%d.h5", split, i)))
		}
	}
	for name, test := range map[string]struct {
		dir  string
		sets []string
	}{
		"generated": {"", []string{"data.settings={crop: 16}"}},
		"nifti":     {brats2021.WriteVolumes(t), []string{"data.settings={crop: 8}"}},
		"cached":    {brats2021.WriteVolumes(t), []string{"data.settings={crop: 8, cache: " + t.TempDir() + "}"}},
		"reference": {volumes, []string{"data.settings={crop: 16}", "options.cggm={variant: reference, magnitude: false}"}},
		"unimodal":  {volumes, []string{"data.settings={crop: 16}", "only=[flair]"}},
		"hdf5":      {volumes, []string{"data.settings={crop: 16}"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := load(t, "brats2021-tiny", test.dir, test.sets...)
			r, err := experiment.Run(context.Background(), experiment.Request{Config: c, Root: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			if r.Primary != "mean_dice" || !r.Larger {
				t.Errorf("primary score %s, larger is better: %v", r.Primary, r.Larger)
			}
			for _, score := range []string{"mean_dice", "dice_wt", "dice_tc", "dice_et"} {
				if v, ok := r.Scores.Test[score]; !ok || !(v >= 0 && v <= 1) {
					t.Errorf("%s %v: want a number in [0,1]", score, v)
				}
			}
			for _, score := range []string{"hausdorff95", "hausdorff95_wt", "hausdorff95_tc", "hausdorff95_et"} {
				if v, ok := r.Scores.Test[score]; !ok || !(v >= 0 && v < 50) {
					t.Errorf("%s %v: want a distance in pixels", score, v)
				}
			}
		})
	}
}

// stopper cancels a training at a step.
type stopper struct {
	cancel context.CancelFunc
	at     int
}

func (stopper) Begin(experiment.Beginning) {}
func (s stopper) Step(e trainer.StepEvent) {
	if e.Step == s.at {
		s.cancel()
	}
}
func (stopper) Epoch(trainer.EpochEvent) {}
func (stopper) End(*experiment.Result)   {}

// A training that was interrupted in the middle of an epoch ends as one that
// was not: slices and changes are those of the same draws.
func TestResume(t *testing.T) {
	dir, root := brats2021.WriteVolumes(t), t.TempDir()
	config := func() *experiment.Config {
		return load(t, "brats2021-tiny", dir, "train.epochs=2", "train.batch=2", "data.settings={crop: 8}")
	}
	want, err := experiment.Run(context.Background(), experiment.Request{Config: config(), Root: root})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	_, err = experiment.Run(ctx, experiment.Request{Config: config(), Root: root, Viewer: stopper{cancel, 3}})
	if !errors.Is(err, experiment.ErrInterrupted) {
		t.Fatalf("interrupted: %v", err)
	}
	runs, err := filepath.Glob(filepath.Join(root, "*-2"))
	if err != nil || len(runs) != 1 {
		t.Fatalf("runs %q, %v", runs, err)
	}
	got, err := experiment.Resume(context.Background(), runs[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	for score, v := range want.Scores.Test {
		if got.Scores.Test[score] != v {
			t.Errorf("%s %v, uninterrupted %v", score, got.Scores.Test[score], v)
		}
	}
}

// The full presets have the numbers of the paper and its code.
func TestPreset(t *testing.T) {
	for name, cggm := range map[string]string{
		"brats2021": "map[lambda:0.1 rho:1]", "brats2021-reference": "map[lambda:0.1 magnitude:false rho:1 variant:reference]",
	} {
		c, err := experiment.Load(name, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, modality := range brats2021.Modalities {
			want := "map[depth:101 dropout:0.5 kind:deeplab rates:[1 2 4 6] stride:16 width:256]"
			if got := fmt.Sprint(c.Modalities[modality].Encoder); got != want {
				t.Errorf("%s: encoder of %s %s, want %s", name, modality, got, want)
			}
		}
		for got, want := range map[string]string{
			fmt.Sprintln(c.Options["cggm"]):                                                           cggm,
			fmt.Sprintln(c.Fusion, c.Head, c.Classifier):                                              "map[kind:decoder width:256] map[kind:dense] map[kind:decoder]",
			fmt.Sprintln(c.Loss, c.Signal, c.Score):                                                   "map[classes:[0.2 0.3 0.25 0.25] entropy:0.5 kind:dice-ce overlap:0.5 smooth:0.01] map[kind:brats-dice] mean_dice",
			fmt.Sprintln(c.Optimizer.Kind, c.Optimizer.Rate, c.Optimizer.Decay, c.Optimizer.Schedule): "momentum 0.01 0.0003 map[floor:0.001 kind:cosine warmup:10 warmup_rate:0.0004]",
			fmt.Sprintln(c.Auxiliary.Kind, c.Auxiliary.Rate, c.Auxiliary.Decay):                       "momentum 0.006 0.0003",
			fmt.Sprintln(c.Train.Batch, c.Train.Epochs, c.Train.Clip, brats2021.Default().Crop):       "64 75 0 160",
			fmt.Sprintln(c.Augment.Turn, c.Augment.Flip, c.Augment.FlipVertical, c.Augment.Noise):     "true 0.5 0.5 0.02",
		} {
			if got = strings.TrimSpace(got); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
	}
	c, err := experiment.Load("brats2021", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := experiment.DryRun(context.Background(), experiment.Request{Config: c}); !errors.Is(err, experiment.ErrUsage) {
		t.Errorf("without a folder: %v", err)
	}
	c.Data.Settings = map[string]any{"corp": 3}
	c.Data.Dir = t.TempDir()
	if err := experiment.DryRun(context.Background(), experiment.Request{Config: c}); !errors.Is(err, experiment.ErrUsage) {
		t.Errorf("an unknown setting: %v", err)
	}
}
