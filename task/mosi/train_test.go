package mosi_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"cggm/experiment"
	"cggm/task/mosi"
)

// Files of both layouts and made-up samples train for an epoch and give all
// scores of the field, the full models too.
func TestTrain(t *testing.T) {
	paper, mmsa := mosi.Save(t, mosi.Made("cggm"), "mosi_data.pkl"), mosi.Save(t, mosi.Made("unaligned"), "unaligned_50.pkl")
	thin := []string{"train.batch=8", "fusion.layers=1"}
	for _, name := range mosi.Modalities {
		thin = append(thin, "modalities."+name+".encoder.layers=1")
	}
	for name, test := range map[string]struct {
		task, dir string
		sets      []string
	}{
		"paper":      {"mosi", paper, thin},
		"reference":  {"mosi-reference", paper, thin},
		"reference2": {"mosei-reference", mmsa, thin},
		"mmsa":       {"mosei", mmsa, thin},
		"trimmed":    {"mosi-tiny", paper, []string{"data.settings={lengths: zeros}"}},
		"unimodal":   {"mosi-tiny", mmsa, []string{"only=[text]"}},
		"joint":      {"mosi-tiny", mmsa, []string{"method=joint"}},
		"generated":  {"mosi-tiny", "", nil},
		"generated2": {"mosei-tiny", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := experiment.Load(test.task, "", append([]string{"train.epochs=1"}, test.sets...))
			if err != nil {
				t.Fatal(err)
			}
			c.Data.Dir = test.dir
			r, err := experiment.Run(context.Background(), experiment.Request{Config: c, Root: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			want := "mae"
			if strings.HasPrefix(name, "reference") {
				want = "acc2_above"
			}
			if r.Primary != want || r.Larger != (want != "mae") {
				t.Errorf("primary score %s, larger is better: %v", r.Primary, r.Larger)
			}
			if v := r.Scores.Test["mae"]; !(v > 0 && v < 6) {
				t.Errorf("mae %v", v)
			}
			if v, ok := r.Scores.Test["pearson"]; !ok || !(math.Abs(v) <= 1) {
				t.Errorf("pearson %v", v)
			}
			for _, kind := range []string{"nonneg", "pos", "above"} {
				for _, of := range []string{"acc2", "f1"} {
					score := fmt.Sprintf("%s_%s", of, kind)
					if v, ok := r.Scores.Test[score]; !ok || !(v >= 0 && v <= 1) {
						t.Errorf("%s %v: want a number in [0,1]", score, v)
					}
				}
			}
		})
	}
}

// The full presets have the numbers of the paper and its code.
func TestPreset(t *testing.T) {
	for _, name := range []string{"mosi", "mosei", "mosi-reference", "mosei-reference"} {
		c, err := experiment.Load(name, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, modality := range mosi.Modalities {
			e := c.Modalities[modality].Encoder
			if e["width"] != 40 || e["layers"] != 5 || e["heads"] != 5 ||
				fmt.Sprint(e["dropout"]) != "map[attention:0.15 embed:0.2 relu:0.15 residual:0.1]" {
				t.Errorf("%s: encoder of %s %v", name, modality, e)
			}
		}
		schedule := c.Optimizer.Schedule
		if c.Train.Batch != 64 || c.Train.Epochs != 30 || c.Train.Clip != .8 || c.Loss.Kind() != "l1" || c.Signal.Kind() != "sign-accuracy" ||
			c.Optimizer.Kind != "adam" || c.Optimizer.Rate != 1e-3 || c.Optimizer.Decay != 0 || schedule.Kind() != "plateau" ||
			schedule["patience"] != 10 || schedule["factor"] != .1 || c.Auxiliary.Kind != "adam" || c.Auxiliary.Rate != 5e-4 ||
			c.Fusion["layers"] != 3 || c.Classifier["layers"] != 2 || c.Head["dropout"] != .1 ||
			c.Options["cggm"]["rho"] != 1.3 || c.Options["cggm"]["lambda"] != .2 {
			t.Errorf("%s: preset %+v", name, c)
		}
		if variant, _ := c.Options["cggm"]["variant"].(string); (variant == "reference") != strings.HasSuffix(name, "-reference") {
			t.Errorf("%s: variant %q", name, variant)
		}
	}
}

// The full model has the parameters of the published one: with features of
// 300, 5 and 20 it has 371721, here the projections of 6, 3 and 4 are smaller.
func TestParameters(t *testing.T) {
	c, err := experiment.Load("mosi", "", []string{"train.epochs=1", "train.batch=24", "method=joint"})
	if err != nil {
		t.Fatal(err)
	}
	c.Data.Dir = mosi.Save(t, mosi.Made("cggm"), "mosi_data.pkl")
	r, err := experiment.Run(context.Background(), experiment.Request{Config: c, Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if want := 371721 - 40*(300+5+20-6-3-4); r.Parameters != want {
		t.Errorf("%d parameters, want %d", r.Parameters, want)
	}
}
