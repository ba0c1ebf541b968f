package iemocap

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cggm/task"
)

// audioFile and scalerFile are what tests replace.
const (
	audioFile  = "A/comparE.h5"
	scalerFile = "A/comparE_mean_std.h5"
)

// oneHot are rows of four labels, to damage.
func oneHot() []float32 { return []float32{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1} }

// broken lists damage that Open refuses: the error holds all of want.
var broken = []struct {
	name   string
	damage func(t testing.TB, dir string)
	want   []string
}{
	{"no utterance", h5(audioFile, "missing"), []string{"comparE.h5", "no dataset Ses01F_impro01_F000"}},
	{"narrow", h5(audioFile, "narrow"), []string{"comparE.h5: Ses01F_impro01_F000: width 4, but", "has 5: want the same"}},
	{"vector", h5(audioFile, "vector"), []string{"comparE.h5: Ses01F_impro01_F000: shape [5]: want [steps, width]"}},
	{"no steps", h5(audioFile, "none"), []string{"comparE.h5: Ses01F_impro01_F000: shape [0 5]: want [steps, width]"}},
	{"strings", h5(audioFile, "text"), []string{"comparE.h5: Ses01F_impro01_F000: ", "string"}},
	{"NaN", h5(audioFile, "nan"), []string{"comparE.h5: 1 values of val are NaN or infinite, first in Ses01F_impro01_F000: set data.settings.clean=true"}},
	{"too wide", h5(audioFile, "wide"), []string{"shape [2 70000]: want [steps, width], of at most 65536 and 65536"}},
	{"claims gigabytes", h5(audioFile, "claim"), []string{"comparE.h5", "[60000 60000] of 4-byte elements"}},
	{"groups", h5(audioFile, "grouped"), []string{"no dataset Ses"}},
	{"width of the mean", h5(scalerFile, "mean_short"), []string{"comparE_mean_std.h5: 1/mean: shape [3]: want [5]"}},
	{"no deviation", h5(scalerFile, "mean_zero"), []string{"comparE_mean_std.h5: 1/std: feature 0 is 0: want finite numbers, deviations above 0"}},
	{"mean of NaN", h5(scalerFile, "mean_nan"), []string{"comparE_mean_std.h5: 1/mean: feature 0 is NaN"}},
	{"mean of another fold", h5(scalerFile, "mean_fold"), []string{"comparE_mean_std.h5", "no dataset 1/mean, 1/std"}},
	{"no mean", gone(scalerFile), []string{"comparE_mean_std.h5: no such file", "data.settings.normalize=train"}},
	{"no vision", gone("V/denseface.h5"), []string{"denseface.h5: no such file"}},
	{"no text and no audio", func(t testing.TB, dir string) {
		gone("L/bert_large.h5")(t, dir)
		gone(audioFile)(t, dir)
	}, []string{"bert_large.h5: no such file", "comparE.h5: no such file"}},
	{"truncated", half(audioFile), []string{"comparE.h5"}},
	{"truncated text", half("L/bert_large.h5"), []string{"bert_large.h5"}},
	{"truncated vision", half("V/denseface.h5"), []string{"denseface.h5"}},
	{"truncated names", half("target/1/trn_int2name.npy"), []string{"trn_int2name.npy"}},
	{"truncated labels", half("target/1/trn_label.npy"), []string{"trn_label.npy"}},
	{"no labels", gone("target/1/val_label.npy"), []string{"val_label.npy: no such file"}},
	{"no names and no labels", func(t testing.TB, dir string) {
		gone("target/1/val_int2name.npy")(t, dir)
		gone("target/1/tst_label.npy")(t, dir)
	}, []string{"val_int2name.npy: no such file", "tst_label.npy: no such file"}},
	{"no fold", gone("target/1"), []string{"target/1/trn_int2name.npy: no such file"}},
	{"no target", gone("target"), []string{"no folder target: want A/comparE.h5"}},
	{"fewer labels", array("val_label.npy", []int{3, 4}, oneHot()[:12]), []string{"val_label.npy: 3 labels, but 4 names in val_int2name.npy"}},
	{"five classes", array("val_label.npy", []int{4, 5}, make([]float32, 20)), []string{"val_label.npy: shape [4 5]: want one-hot rows [samples, 4]"}},
	{"class 4", array("val_label.npy", []int{4}, []int64{0, 1, 4, 2}), []string{"val_label.npy: sample 2 has the label 4: want 0 to 3"}},
	{"negative class", array("val_label.npy", []int{4}, []int64{0, -1, 1, 2}), []string{"val_label.npy: sample 1 has the label -1"}},
	{"fraction", array("val_label.npy", []int{4}, []float32{0, 1.5, 1, 2}), []string{"val_label.npy"}},
	{"all zeros", array("val_label.npy", []int{4, 4}, make([]float32, 16)), []string{"val_label.npy: sample 0 has the label [0 0 0 0]: want one element larger"}},
	{"two ones", label(9, 1), []string{"val_label.npy: sample 2 has the label [0 1 1 0]"}},
	{"label of NaN", label(12, float32(math.NaN())), []string{"val_label.npy: sample 3 has the label [NaN 0 0 1]"}},
	{"labels of strings", array("val_label.npy", []int{4}, []string{"ang", "hap", "neu", "sad"}), []string{"val_label.npy"}},
	{"names of numbers", array("val_int2name.npy", []int{4}, []int64{1, 2, 3, 4}), []string{"val_int2name.npy: int64 [4]: want strings [samples] or [samples, 1]"}},
	{"pairs of names", array("val_int2name.npy", []int{2, 2}, []string{"a", "b", "c", "d"}), []string{"val_int2name.npy: string [2 2]"}},
	{"empty name", array("val_int2name.npy", []int{4}, []string{"a", "", "c", "d"}), []string{"val_int2name.npy: the name of sample 1 is empty"}},
	{"no samples", array("val_int2name.npy", []int{0}, []string{}), []string{"val_int2name.npy: no names"}},
	{"another name", array("val_int2name.npy", []int{4}, []string{"a", "b", "c", "d"}), []string{
		"bert_large.h5", "no dataset a, b, c, d", "comparE.h5", "denseface.h5",
	}},
}

func h5(name, damaged string) func(testing.TB, string) {
	return func(t testing.TB, dir string) { replace(t, dir, name, damaged) }
}

func gone(name string) func(testing.TB, string) {
	return func(t testing.TB, dir string) {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func half(name string) func(testing.TB, string) {
	return func(t testing.TB, dir string) {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		put(t, dir, name, raw[:len(raw)/2])
	}
}

func array(name string, shape []int, values any) func(testing.TB, string) {
	return func(t testing.TB, dir string) { encode(t, dir, name, shape, values) }
}

func label(at int, v float32) func(testing.TB, string) {
	values := oneHot()
	values[at] = v
	return array("val_label.npy", []int{4, 4}, values)
}

// Damage is named by Open and by the doctor.
func TestOpenRefuses(t *testing.T) {
	for _, test := range broken {
		t.Run(test.name, func(t *testing.T) {
			dir := folder(t)
			test.damage(t, dir)
			_, err := open(dir, Default())
			r, failed := Task{Config: Default()}.Doctor(context.Background(), task.Options{Dir: dir})
			if failed != nil {
				t.Fatal(failed)
			}
			if r.Count(task.SeverityError) == 0 {
				t.Errorf("the doctor finds no error:\n%v", r)
			}
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range test.want {
				for who, text := range map[string]string{"open": filepath.ToSlash(err.Error()), "doctor": filepath.ToSlash(r.String())} {
					// The system tells what it did with a missing file first.
					text = strings.ReplaceAll(text, "open ", "")
					if !strings.Contains(text, want) {
						t.Errorf("%s: no %q in\n%s", who, want, text)
					}
				}
			}
		})
	}
	clean := Default()
	clean.Clean = true
	dir := folder(t)
	replace(t, dir, audioFile, "nan")
	if d, err := open(dir, clean); err != nil || !strings.Contains(strings.Join(d.Warnings, "\n"), "val/audio: 1 values are NaN or infinite and count as 0") {
		t.Errorf("clean: %v, %v", d, err)
	}
}

func TestSettings(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"fold 11: must be 1 to 10":          func(c *Config) { c.Fold = 11 },
		"fold 0: must be 1 to 10":           func(c *Config) { c.Fold = 0 },
		`lengths "some": choose one of`:     func(c *Config) { c.Lengths = "some" },
		`normalize "all": choose one of`:    func(c *Config) { c.Normalize = "all" },
		"steps of vision 0: must be 1 to":   func(c *Config) { c.Steps.Vision = 0 },
		"steps of text 99999: must be 1 to": func(c *Config) { c.Steps.Text = 99999 },
	} {
		c := Default()
		change(&c)
		if _, err := open(t.TempDir(), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if _, err := open("", Default()); err == nil || !strings.Contains(err.Error(), "no folder given: name the one that holds A, L, V and target") {
		t.Errorf("no folder: %v", err)
	}
	if _, err := open(filepath.Join(t.TempDir(), "x"), Default()); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a folder that is not there: %v", err)
	}
	two := t.TempDir()
	for _, name := range []string{"a", "b"} {
		if err := os.MkdirAll(filepath.Join(two, name, "target"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := open(two, Default()); err == nil || !strings.Contains(err.Error(), "2 folders in it hold a target") {
		t.Errorf("two folders: %v", err)
	}
}

func TestDoctor(t *testing.T) {
	for _, test := range []struct {
		name     string
		damage   func(t testing.TB, dir string)
		severity task.Severity
		want     []string
	}{
		{"sound", func(testing.TB, string) {}, "", []string{
			"fold 1 of 10", "comparE.h5, 0.0 MB, 40 utterances, 0 of them in no split", "no fold 3, 4, 5, 6, 7, 8, 9, 10",
			"train/text ", "train/emotion  8 angry, 8 happy, 8 neutral, 8 sad; actors 2F, 2M, 3F", "8 groups",
			"4 of 4 dialogues are in val too, the other actor's part",
		}},
		{"same utterance and actor in two splits", func(t testing.TB, dir string) {
			all := append(names(t, dir, "val")[:3], names(t, dir, "trn")[0])
			encode(t, dir, "val_int2name.npy", []int{4, 1}, all)
		}, task.SeverityError, []string{"1 utterances are in an earlier split too", `"2F" in train and val`}},
		{"same utterance twice", func(t testing.TB, dir string) {
			all := names(t, dir, "val")
			all[3] = all[0]
			encode(t, dir, "val_int2name.npy", []int{4, 1}, all)
		}, task.SeverityWarning, []string{"1 utterances occur again in the same split"}},
		{"mean of other samples", h5(scalerFile, "mean_other"), task.SeverityWarning, []string{
			"A/comparE_mean_std.h5: mean 0 and deviation 1 of feature 0, but the training split of fold 1 has",
		}},
		{"damage in another fold", gone("target/2/trn_label.npy"), task.SeverityWarning, []string{"trn_label.npy: no such file"}},
		{"actor in two splits of another fold", func(t testing.TB, dir string) {
			raw, err := os.ReadFile(filepath.Join(dir, "target", "2", "val_int2name.npy"))
			if err != nil {
				t.Fatal(err)
			}
			put(t, dir, "target/2/tst_int2name.npy", raw)
		}, task.SeverityWarning, []string{"actor 1M is in val and test"}},
		{"class without samples", func(t testing.TB, dir string) {
			encode(t, dir, "trn_label.npy", []int{32}, make([]int32, 32))
		}, task.SeverityError, []string{"3 classes have no sample: [1 2 3]"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := folder(t)
			test.damage(t, dir)
			r, err := Task{Config: Default()}.Doctor(context.Background(), task.Options{Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			if (test.severity == task.SeverityError) != (r.Count(task.SeverityError) > 0) {
				t.Errorf("%d errors in\n%v", r.Count(task.SeverityError), r)
			}
			for _, want := range test.want {
				found := false
				for line := range strings.Lines(r.String()) {
					line = strings.ReplaceAll(line, "open ", "")
					found = found || strings.Contains(line, want) && (test.severity == "" || strings.HasPrefix(line, string(test.severity)))
				}
				if !found {
					t.Errorf("no %s %q in\n%v", test.severity, want, r)
				}
			}
		})
	}
}

func TestDialogues(t *testing.T) {
	var r task.Report
	dialogues(&r, [3]*part{
		{ids: []string{"Ses02F_impro01_F000"}},
		{ids: []string{"Ses02F_impro01_M001", "Ses02F_impro02_M000", "x_impro01_M000"}},
		{ids: []string{"Ses02F_impro02_F003"}},
	})
	want := "warning  val   1 of 2 dialogues are in train too\ninfo     test  1 of 1 dialogues are in val too, the other actor's part\n"
	if r.String() != want {
		t.Errorf("findings\n%vwant\n%s", &r, want)
	}
}

// Any bytes in place of a file give an error or samples, and no panic.
func FuzzOpen(f *testing.F) {
	files := []string{audioFile, scalerFile, "V/denseface.h5", "target/1/val_int2name.npy", "target/1/val_label.npy"}
	for i, name := range files {
		raw, err := os.ReadFile(filepath.Join("testdata", "features", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(i, raw)
		f.Add(i, raw[:len(raw)*2/3])
	}
	dir := folder(f)
	f.Fuzz(func(t *testing.T, which int, raw []byte) {
		if which < 0 || which >= len(files) {
			return
		}
		name := files[which]
		sound, err := os.ReadFile(filepath.Join("testdata", "features", name))
		if err != nil {
			t.Fatal(err)
		}
		put(t, dir, name, raw)
		d, err := open(dir, Default())
		put(t, dir, name, sound)
		if err == nil && (d.Train.Len() != 32 || d.Val.Len() == 0 || d.Test.Len() != 4) {
			t.Error("a split is empty or cut, no error")
		}
	})
}
