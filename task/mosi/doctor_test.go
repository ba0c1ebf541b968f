package mosi

import (
	"context"
	"strings"
	"testing"

	"cggm/task"
)

func TestDoctor(t *testing.T) {
	for _, test := range []struct {
		name     string
		damage   func(d *Dict)
		severity task.Severity
		want     []string
	}{
		{"sound", func(*Dict) {}, "", []string{
			"in the layout of MMSA", "keys text, audio, vision, regression_labels", "train/text ", "array [24, 5, 6]",
			"rounded -3: 4, -2: 4, -1: 4, +0: 3, +1: 3, +2: 3, +3: 3; 12 negative, 3 neutral, 9 positive", "6 groups",
		}},
		{"same utterance in two splits", func(d *Dict) {
			d.split("test").Values["id"].([]string)[3] = "video_train2$_$9"
		}, task.SeverityError, []string{`1 utterances are in an earlier split too, such as "video_train2$_$9"`, `"video_train2" in train and test`}},
		{"same video in two splits", func(d *Dict) {
			d.split("valid").Values["id"].([]string)[3] = "video_train2$_$77"
		}, task.SeverityError, []string{`"video_train2" in train and val`}},
		{"same utterance twice", func(d *Dict) {
			ids := d.split("train").Values["id"].([]string)
			ids[3] = ids[2]
		}, task.SeverityWarning, []string{"1 utterances occur again in the same split"}},
		{"no ids", func(d *Dict) { d.split("test").Set("id", nil) }, task.SeverityWarning, []string{"test: no ids"}},
		{"long", func(d *Dict) { d.split("test").Values["audio_lengths"].([]int)[0] = 9 }, task.SeverityWarning, []string{"test/audio: 1 samples have a length beyond the 8 steps"}},
		{"silence", number("audio", -1e30), "", []string{"-1e+30"}},
		{"classes", func(d *Dict) {
			d.split("valid").Set("classification_labels", []int{0, 0, 0, 1, 2, 2, 0, 0})
		}, task.SeverityWarning, []string{"1 classification_labels are not the sign", "first in sample 6"}},
		{"copied sample", func(d *Dict) {
			for _, name := range Modalities {
				from, to := d.split("train").Values[name].(Array), d.split("test").Values[name].(Array)
				copy(to.Values, from.Values[:to.Shape[1]*to.Shape[2]])
			}
		}, task.SeverityError, []string{"identical in all modalities to a sample of train"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := made(layoutUnaligned)
			test.damage(d)
			r, err := Task{Corpus: MOSI, Config: Default()}.Doctor(context.Background(), task.Options{Dir: save(t, d, "unaligned_50.pkl")})
			if err != nil {
				t.Fatal(err)
			}
			if (test.severity == task.SeverityError) != (r.Count(task.SeverityError) > 0) {
				t.Errorf("%d errors in\n%v", r.Count(task.SeverityError), r)
			}
			for _, want := range test.want {
				found := false
				for line := range strings.Lines(r.String()) {
					found = found || strings.Contains(line, want) && (test.severity == "" || strings.HasPrefix(line, string(test.severity)))
				}
				if !found {
					t.Errorf("no %s %q in\n%v", test.severity, want, r)
				}
			}
		})
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := (Task{Corpus: MOSI, Config: Default()}).Doctor(gone, task.Options{Dir: save(t, made(layoutCGGM), "mosi_data.pkl")}); err == nil {
		t.Error("a cancelled check reports")
	}
}

func TestVideo(t *testing.T) {
	for id, want := range map[string]string{
		"-abc$_$3": "-abc", "v_1$_$0": "v_1", "Af8D0E4ZXaw[12]": "Af8D0E4ZXaw", "c5xsKMxpXnc_3": "c5xsKMxpXnc",
		"1DmNV9C1hbY": "1DmNV9C1hbY", "_x": "_x", "[3]": "[3]", "$_$": "$",
	} {
		if got := videoOf(id); got != want {
			t.Errorf("%q is cut from %q, want %q", id, got, want)
		}
	}
	c, err := Task{Corpus: MOSI, Config: Default()}.read(context.Background(), task.Options{Dir: copyFixture(t, "cggm2.pkl", "mosi_data.pkl")})
	if err != nil {
		t.Fatal(err)
	}
	if p := c.parts[0]; p.videos[2] != "vid-_01" || p.ids[2] != "vid-_01 2 3.5" {
		t.Errorf("id %q of video %q", p.ids[2], p.videos[2])
	}
}
