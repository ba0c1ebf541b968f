package iemocap_test

import (
	"context"
	"fmt"
	"testing"

	"cggm/experiment"
	"cggm/task/iemocap"
)

// load returns the configuration of a task for one epoch on the folder.
func load(t *testing.T, name, dir string, sets ...string) *experiment.Config {
	t.Helper()
	c, err := experiment.Load(name, "", append([]string{"train.epochs=1"}, sets...))
	if err != nil {
		t.Fatal(err)
	}
	c.Data.Dir = dir
	return c
}

// Files of the layout and made-up samples train for an epoch and give all
// scores of the field, the full models too.
func TestTrain(t *testing.T) {
	dir := iemocap.Folder(t)
	thin := []string{"train.batch=16", "fusion.layers=1"}
	for _, name := range iemocap.Modalities {
		thin = append(thin, "modalities."+name+".encoder.layers=1")
	}
	for name, test := range map[string]struct {
		task, dir string
		sets      []string
	}{
		"paper":     {"iemocap", dir, thin},
		"reference": {"iemocap-reference", dir, append([]string{"data.settings.steps={audio: 9, vision: 6}"}, thin...)},
		"fold":      {"iemocap-tiny", dir, []string{"data.settings={fold: 2, normalize: utterance, steps: {audio: 3}}"}},
		"unimodal":  {"iemocap-tiny", dir, []string{"only=[text]"}},
		"joint":     {"iemocap-tiny", dir, []string{"method=joint"}},
		"generated": {"iemocap-tiny", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := experiment.Run(context.Background(), experiment.Request{Config: load(t, test.task, test.dir, test.sets...), Root: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			if r.Primary != "accuracy" || !r.Larger {
				t.Errorf("primary score %s, larger is better: %v", r.Primary, r.Larger)
			}
			for _, score := range []string{"accuracy", "unweighted_accuracy", "weighted_f1", "macro_f1"} {
				if v, ok := r.Scores.Test[score]; !ok || !(v >= 0 && v <= 1) {
					t.Errorf("%s %v: want a number in [0,1]", score, v)
				}
			}
		})
	}
}

// The full presets have the numbers of the paper and its code.
func TestPreset(t *testing.T) {
	for name, want := range map[string]struct {
		dropout, variant string
		head             float64
	}{
		"iemocap":           {"map[attention:0.15 embed:0.2 relu:0.15 residual:0.1]", "<nil>", .1},
		"iemocap-reference": {"map[attention:0.15 embed:0.2 relu:0.15 residual:0.15]", "reference", .2},
	} {
		c := load(t, name, "")
		for _, modality := range iemocap.Modalities {
			e := c.Modalities[modality].Encoder
			if e["width"] != 40 || e["layers"] != 4 || e["heads"] != 5 || fmt.Sprint(e["dropout"]) != want.dropout {
				t.Errorf("%s: encoder of %s %v", name, modality, e)
			}
		}
		schedule, cggm := c.Optimizer.Schedule, c.Options["cggm"]
		if c.Train.Batch != 64 || c.Train.Clip != .8 || c.Loss.Kind() != "cross-entropy" || c.Signal.Kind() != "accuracy" ||
			c.Optimizer.Kind != "adam" || c.Optimizer.Rate != 1e-3 || c.Optimizer.Decay != 0 || schedule.Kind() != "plateau" ||
			schedule["patience"] != 10 || schedule["factor"] != .1 || c.Auxiliary.Kind != "adam" || c.Auxiliary.Rate != 5e-4 ||
			c.Fusion["layers"] != 2 || fmt.Sprint(c.Fusion["dropout"]) != want.dropout ||
			c.Classifier["layers"] != 2 || fmt.Sprint(c.Classifier["dropout"]) != want.dropout || c.Head["dropout"] != want.head ||
			cggm["rho"] != 1.3 || cggm["lambda"] != .2 || fmt.Sprint(cggm["variant"]) != want.variant {
			t.Errorf("%s: preset %+v", name, c)
		}
	}
	if c, err := experiment.Load("iemocap", "", nil); err != nil || c.Train.Epochs != 30 {
		t.Errorf("%v epochs, %v", c.Train.Epochs, err)
	}
}

// The full model has the parameters that testdata/parameters.py counts with
// PyTorch: with features of 1024, 130 and 342 it has 339804, here the
// projections of 6, 5 and 4 are smaller.
func TestParameters(t *testing.T) {
	r, err := experiment.Run(context.Background(), experiment.Request{
		Config: load(t, "iemocap", iemocap.Folder(t), "train.batch=32", "method=joint"), Root: t.TempDir(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := 339804 - 40*(1024+130+342-6-5-4); r.Parameters != want {
		t.Errorf("%d parameters, want %d", r.Parameters, want)
	}
}
