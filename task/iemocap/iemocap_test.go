package iemocap

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cggm/data/npz"
	"cggm/sample"
	"cggm/task"
)

// near reports whether all elements agree within the rounding of float32.
func near(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Abs(float64(x-y)) < 1e-4 })
}

// expectation reads an array that generate.py computed with numpy.
func expectation(t *testing.T, name string) []float32 {
	t.Helper()
	archive, err := npz.Open(filepath.Join("testdata", "expected.npz"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close() //nolint:errcheck // nothing was written
	a, err := archive.Array(name)
	if err != nil {
		t.Fatal(err)
	}
	values, err := a.Float32()
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// The samples are those that h5py and numpy hold.
func TestOpen(t *testing.T) {
	trained := Default()
	trained.Normalize = NormalizeTrain
	inner := filepath.Join(t.TempDir(), "IEMOCAP_features")
	if err := os.CopyFS(inner, os.DirFS(filepath.Join("testdata", "features"))); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, dir string
		config    Config
	}{
		{"published", folder(t), Default()},
		{"in a folder", filepath.Dir(inner), Default()},
		{"computed", folder(t), trained},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := open(test.dir, test.config)
			if err != nil {
				t.Fatal(err)
			}
			for s, source := range []sample.Source{d.Train, d.Val, d.Test} {
				inputs, label, _ := source.(*sample.Set).Columns()
				if source.Len() != [3]int{32, 4, 4}[s] {
					t.Errorf("%s has %d samples", splitNames[s], source.Len())
				}
				for i, y := range expectation(t, keys[s]+"_label") {
					if label.Ints[i] != int32(y) {
						t.Fatalf("%s: label %d is %d, want %v", splitNames[s], i, label.Ints[i], y)
					}
				}
				for m, c := range inputs {
					if want := [3][]int{{3, 6}, {7, 5}, {5, 4}}[m]; c.Name != Modalities[m] || !slices.Equal(c.Dims, want) {
						t.Fatalf("input %+v, want %s %v", c.Layout, Modalities[m], want)
					}
					if !near(c.Floats, expectation(t, keys[s]+"_"+c.Name)) {
						t.Errorf("%s/%s: other values than numpy's", splitNames[s], c.Name)
					}
					for i, n := range expectation(t, keys[s]+"_"+c.Name+"_lengths") {
						if c.Lengths[i] != int32(n) {
							t.Errorf("%s/%s: length %d is %d, want %v", splitNames[s], c.Name, i, c.Lengths[i], n)
						}
					}
				}
			}
			all := strings.Join(d.Warnings, "\n")
			for _, want := range []string{
				"text has 6 features per step, the published one 1024",
				"40 utterances, [8 8 8 8 8] of the five sessions and [10 10 10 10] [angry happy neutral sad]; the published ones are 5531, [1085 1023 1151 1031 1241]",
			} {
				if !strings.Contains(all, want) {
					t.Errorf("no warning %q in\n%s", want, all)
				}
			}
			if strings.Contains(all, "comparE_mean_std") {
				t.Errorf("the file is doubted:\n%s", all)
			}
		})
	}
}

func TestNormalize(t *testing.T) {
	own, none := Default(), Default()
	own.Normalize, none.Normalize = NormalizeUtterance, NormalizeNone
	dir := folder(t)
	if err := os.Remove(filepath.Join(dir, "A", "comparE_mean_std.h5")); err != nil {
		t.Fatal(err)
	}
	d, err := open(dir, own)
	if err != nil {
		t.Fatal(err)
	}
	inputs, _, _ := d.Train.(*sample.Set).Columns()
	if !near(inputs[audio].Floats, expectation(t, "trn_audio_own")) {
		t.Error("other values than numpy's of each utterance")
	}
	if d, err = open(dir, none); err != nil {
		t.Fatal(err)
	}
	inputs, _, _ = d.Train.(*sample.Set).Columns()
	if inputs[audio].Floats[4] != 1 {
		t.Errorf("a constant of 1 is %v", inputs[audio].Floats[4])
	}
	one := input{steps: 1, width: 2, values: []float32{3, 4}, lengths: []int32{1}}
	if one.normalizeEach(); one.values[0] != 0 || one.values[1] != 0 {
		t.Errorf("one step becomes %v, want zeros", one.values)
	}
}

func TestLengths(t *testing.T) {
	dir := folder(t)
	zeros, all, short := Default(), Default(), Default()
	zeros.Lengths, all.Lengths = LengthsZeros, LengthsAll
	short.Steps.Audio = 3
	columns := func(c Config) ([]sample.Column, string) {
		d, err := open(dir, c)
		if err != nil {
			t.Fatal(err)
		}
		inputs, _, _ := d.Train.(*sample.Set).Columns()
		return inputs, strings.Join(d.Warnings, "\n")
	}
	inputs, _ := columns(zeros)
	if got := inputs[2].Lengths; slices.Max(got) != 3 {
		t.Errorf("vision of lengths %v, want 3: two steps are zeros", got)
	}
	inputs, _ = columns(all)
	for m, c := range inputs {
		if c.Ragged || c.Lengths != nil || c.Dims[0] != [3]int{22, 350, 50}[m] {
			t.Errorf("all: %+v", c.Layout)
		}
	}
	inputs, warnings := columns(short)
	if c := inputs[audio]; c.Dims[0] != 3 || slices.Max(c.Lengths) != 3 || !strings.Contains(warnings, "samples have more than 3 steps") {
		t.Errorf("cut: %+v, lengths %v, warnings\n%s", c.Layout, c.Lengths, warnings)
	}
	if n := trimmed(make([]float32, 6), 2); n != 0 {
		t.Errorf("zeros only have %d rows", n)
	}
}

// The other fold has other splits, and labels may be classes.
func TestFold(t *testing.T) {
	second := Default()
	second.Fold = 2
	dir := folder(t)
	a, err := open(dir, Default())
	if err != nil {
		t.Fatal(err)
	}
	b, err := open(dir, second)
	if err != nil {
		t.Fatal(err)
	}
	_, va, _ := a.Val.(*sample.Set).Columns()
	_, tb, _ := b.Test.(*sample.Set).Columns()
	if !slices.Equal(va.Ints, tb.Ints) || a.Fingerprints == b.Fingerprints {
		t.Errorf("validation of the first fold %v, test of the second %v", va.Ints, tb.Ints)
	}
	classes := []int64{3, 2, 1, 0}
	encode(t, dir, "val_label.npy", []int{4}, classes)
	encode(t, dir, "tst_label.npy", []int{4, 1}, classes)
	encode(t, dir, "tst_int2name.npy", []int{4}, names(t, dir, "tst"))
	if a, err = open(dir, Default()); err != nil {
		t.Fatal(err)
	}
	for _, s := range []sample.Source{a.Val, a.Test} {
		if _, label, _ := s.(*sample.Set).Columns(); !slices.Equal(label.Ints, []int32{3, 2, 1, 0}) {
			t.Errorf("labels %v", label.Ints)
		}
	}
}

func TestActor(t *testing.T) {
	for name, want := range map[string]string{
		"Ses01F_impro01_F000": "1F", "Ses01F_impro01_M003": "1M", "Ses03M_script03_2_M045": "3M", "Ses05M_script01_1b_F019": "5F",
		"Ses06F_impro01_F000": "", "Ses01F_impro01": "", "x": "", "Ses01F_impro01_F": "", "aSes01F_impro01_F000": "",
	} {
		if got, session := actorOf(name); got != want || (session > 0) != (want != "") {
			t.Errorf("%q is of actor %q, session %d, want %q", name, got, session, want)
		}
	}
}

// Made-up samples follow the seed, and have the layout that they stand for.
func TestGenerate(t *testing.T) {
	made := Task{Config: Default(), Generate: true}
	var prints [3][3]string
	for i, seed := range []uint64{1, 1, 2} {
		d, err := made.Open(context.Background(), task.Options{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		prints[i] = d.Fingerprints
		for m, l := range d.Train.Inputs() {
			if l.Dims[1] != publishedWidths[m] {
				t.Errorf("%s of width %d", l.Name, l.Dims[1])
			}
		}
	}
	if prints[0] != prints[1] || prints[0] == prints[2] {
		t.Errorf("fingerprints %v of seeds 1, 1 and 2", prints)
	}
	r, err := made.Doctor(context.Background(), task.Options{Seed: 1})
	if err != nil || r.Count(task.SeverityError) > 0 || r.Count(task.SeverityWarning) != 1 {
		t.Errorf("%v, findings\n%v", err, r)
	}
}

func TestCancelled(t *testing.T) {
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	o := task.Options{Dir: folder(t)}
	if _, err := (Task{Config: Default()}).Open(gone, o); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := (Task{Config: Default()}).Doctor(gone, o); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled check: %v", err)
	}
}
