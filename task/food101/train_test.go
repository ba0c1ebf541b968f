package food101_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"cggm/experiment"
	"cggm/task/food101"
)

// load returns the configuration of a task for one epoch on the folder.
func load(t *testing.T, name, dir string, sets ...string) *experiment.Config {
	t.Helper()
	c, err := experiment.Load(name, "", append([]string{"train.epochs=1", "train.batch=4"}, sets...))
	if err != nil {
		t.Fatal(err)
	}
	c.Data.Dir = dir
	return c
}

// Files and made-up samples train for an epoch, the full model on features of
// small frozen networks.
func TestTrain(t *testing.T) {
	dir := food101.Write(t)
	food101.AddCheckpoints(t, dir)
	for name, test := range map[string]struct {
		task, dir string
		sets      []string
	}{
		"full":      {"food101", dir, []string{"data.settings.length=8"}},
		"fresh":     {"food101", dir, []string{"data.settings.length=8", "data.settings.views=0"}},
		"tiny":      {"food101-tiny", dir, nil},
		"generated": {"food101-tiny", "", []string{"train.batch=64"}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := experiment.Run(context.Background(), experiment.Request{Config: load(t, test.task, test.dir, test.sets...), Root: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			for _, score := range []string{"accuracy", "macro_f1"} {
				if v, ok := r.Scores.Test[score]; !ok || !(v >= 0 && v <= 1) {
					t.Errorf("%s %v: want a number in [0,1]", score, v)
				}
			}
		})
	}
	if entries, err := os.ReadDir(filepath.Join(dir, "features")); err != nil || len(entries) < 2 {
		t.Errorf("the cache holds %v, %v", entries, err)
	}
}

// The full preset has the numbers of the paper.
func TestPreset(t *testing.T) {
	c, err := experiment.Load("food101", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	image := c.Modalities["image"].Encoder
	if c.Train.Batch != 128 || c.Train.Epochs != 60 || c.Optimizer.Rate != 1e-3 || c.Optimizer.Decay != 6e-3 ||
		c.Auxiliary.Rate != 5e-4 || c.Auxiliary.Decay != 3e-3 || c.Options["cggm"]["rho"] != 1.3 || c.Options["cggm"]["lambda"] != .05 ||
		image["width"] != 40 || image["layers"] != 4 || image["heads"] != 5 || c.Fusion["layers"] != 2 || c.Optimizer.Schedule.Kind() != "plateau" {
		t.Errorf("preset %+v", c)
	}
}
