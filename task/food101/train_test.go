package food101_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
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
	listed := food101.WriteListed(t)
	for name, test := range map[string]struct {
		task, dir string
		sets      []string
	}{
		"full":      {"food101", dir, []string{"data.settings.length=8"}},
		"fresh":     {"food101", dir, []string{"data.settings.length=8", "data.settings.views=0"}},
		"reference": {"food101-reference", dir, []string{"data.settings.length=8"}},
		"tiny":      {"food101-tiny", dir, nil},
		"listed":    {"food101-tiny", listed, nil},
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

// Weights and words of a published BERT, cut small, tell the dishes of the
// titles apart.
func TestTrainOnPublishedWeights(t *testing.T) {
	bert := filepath.Join(os.Getenv("CGGM_DATA"), "bert_minilm_cut")
	if _, err := os.Stat(bert); os.Getenv("CGGM_DATA") == "" || err != nil {
		t.Skip("CGGM_DATA does not point at a folder that holds bert_minilm_cut")
	}
	dir := food101.Write(t)
	food101.AddCheckpoints(t, dir)
	c := load(t, "food101", dir, "data.settings.text="+bert, "data.settings.length=16", "train.epochs=12", "only=[text]", "method=joint")
	r, err := experiment.Run(context.Background(), experiment.Request{Config: c, Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if acc := r.Scores.Test["accuracy"]; acc != 1 {
		t.Errorf("test accuracy %v on titles that name one of two dishes, want 1", acc)
	}
}

// The full presets have the numbers of the paper and its code.
func TestPreset(t *testing.T) {
	for name, want := range map[string]string{
		"food101":           "cggm map[lambda:0.05 rho:1.3], settings map[length:50 views:4]",
		"food101-reference": "cggm map[lambda:0.05 rho:1.3 variant:reference], settings map[length:50 lengths:all standardize:false views:0]",
	} {
		c, err := experiment.Load(name, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		encoder := "map[dropout:map[attention:0.2 embed:0.2 relu:0.15 residual:0.15] heads:5 kind:transformer layers:4 width:40]"
		augment := "map[blur:1 brightness:0.4 contrast:0.4 flip:0.5 grayscale:0.2 hue:0.1 jitter:0.8 saturation:0.4]"
		plateau := "map[factor:0.1 kind:plateau patience:10]"
		for got, want := range map[string]string{
			fmt.Sprintln(c.Modalities["image"].Encoder):                                                           encoder,
			fmt.Sprintln(c.Modalities["text"].Encoder):                                                            encoder,
			fmt.Sprintln(c.Fusion["layers"], c.Fusion["heads"], c.Fusion["pool"], c.Head, c.Classifier["layers"]): "2 5 first map[dropout:0.1 kind:residual] 2",
			fmt.Sprintln(c.Optimizer.Kind, c.Optimizer.Rate, c.Optimizer.Decay, c.Optimizer.Schedule):             "adamw 0.001 0.006 " + plateau,
			fmt.Sprintln(c.Auxiliary.Kind, c.Auxiliary.Rate, c.Auxiliary.Decay, c.Auxiliary.Schedule):             "adamw 0.0005 0.003 map[kind:constant]",
			fmt.Sprintln(c.Train.Batch, c.Train.Epochs, c.Train.Clip):                                             "128 60 0.8",
			fmt.Sprintln(c.Data.Settings["augment"]):                                                              augment,
		} {
			if got = strings.TrimSpace(got); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
		delete(c.Data.Settings, "augment")
		if got := fmt.Sprintf("cggm %v, settings %v", c.Options["cggm"], c.Data.Settings); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
