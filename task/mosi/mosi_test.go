package mosi

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cggm/sample"
	"cggm/task"
)

// open opens a folder of CMU-MOSI.
func open(dir string, c Config) (*task.Data, error) {
	return Task{Corpus: MOSI, Config: c}.Open(context.Background(), task.Options{Dir: dir})
}

// value is what generate.py puts at a place.
func value(split, m, row, step, feature int) float32 {
	return float32(float64(1000*split+100*m+10*row+step) + float64(feature)/10)
}

// The pickles of numpy hold what generate.py says, in both protocols.
func TestOpen(t *testing.T) {
	unaligned := [3][]int32{{2, 3, 4, 2, 3}, {1, 2, 3, 4, 5}, {5, 4, 3, 2, 1}}
	text := unaligned[0]
	for _, test := range []struct {
		fixture, name string
		lengths       [3][]int32
		steps         [3]int
	}{
		{"cggm", "mosi_data.pkl", [3][]int32{}, [3]int{4, 4, 4}},
		{"cggm", "mosi_data_noalign.pkl", [3][]int32{}, [3]int{4, 4, 4}},
		{"aligned", "aligned_50.pkl", [3][]int32{text, text, text}, [3]int{4, 4, 4}},
		{"unaligned", "MOSI/Processed/unaligned_50.pkl", unaligned, [3]int{4, 6, 5}},
	} {
		for _, protocol := range []string{"2", "4"} {
			t.Run(test.fixture+protocol, func(t *testing.T) {
				d, err := open(copyFixture(t, test.fixture+protocol+".pkl", test.name), Default())
				if err != nil {
					t.Fatal(err)
				}
				for s, source := range []sample.Source{d.Train, d.Val, d.Test} {
					n := [3]int{5, 3, 3}[s]
					if source.Len() != n {
						t.Fatalf("%s has %d samples, want %d", splitNames[s], source.Len(), n)
					}
					inputs, label, _ := source.(*sample.Set).Columns()
					if label.Floats[0] != -3 || math.Abs(float64(label.Floats[n-1])-2.4) > 1e-6 {
						t.Errorf("%s: labels %v", splitNames[s], label.Floats)
					}
					for m, c := range inputs {
						want := []int{test.steps[m], [3]int{4, 3, 2}[m]}
						if c.Name != Modalities[m] || !slices.Equal(c.Dims, want) || c.Ragged != (test.lengths[m] != nil) {
							t.Fatalf("input %+v, want %s %v", c.Layout, Modalities[m], want)
						}
						if s == 0 && !slices.Equal(c.Lengths, test.lengths[m]) {
							t.Errorf("lengths of %s %v, want %v", c.Name, c.Lengths, test.lengths[m])
						}
						for k, v := range c.Floats {
							row, step, feature := k/c.Size(), k/want[1]%want[0], k%want[1]
							w := value(s, m, row, step, feature)
							if test.fixture == "cggm" && (m == 0 && row == 1 && step < 2 || m == 1 && row == 0 && step == 1 && feature == 2) {
								w = 0 // padding and -inf
							}
							if v != w {
								t.Fatalf("%s/%s[%d,%d,%d] is %v, want %v", splitNames[s], c.Name, row, step, feature, v, w)
							}
						}
					}
				}
			})
		}
	}
}

// What is changed or unusual is said.
func TestWarnings(t *testing.T) {
	d, err := open(copyFixture(t, "cggm2.pkl", "mosi_data.pkl"), Default())
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(d.Warnings, "\n")
	for _, want := range []string{"train/audio: 1 values are -inf and count as 0", "5, 3 and 3 samples", "CMU-MOSI have 1284, 229 and 686"} {
		if !strings.Contains(all, want) {
			t.Errorf("no warning %q in\n%s", want, all)
		}
	}
	dir := save(t, made(layoutCGGM), "aligned_50.pkl")
	if err := os.WriteFile(filepath.Join(dir, "unaligned_50.pkl"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if d, err = open(dir, Default()); err != nil || !strings.Contains(strings.Join(d.Warnings, "\n"), "unaligned_50.pkl is not read") {
		t.Errorf("two files: %v, %v", d, err)
	}
	if _, err = open(dir, Config{File: "unaligned_50.pkl", Lengths: LengthsFile}); err == nil || !strings.Contains(err.Error(), "unaligned_50.pkl") {
		t.Errorf("the named file is not read: %v", err)
	}
	if _, err = open(filepath.Join(dir, "aligned_50.pkl"), Default()); err != nil {
		t.Errorf("the file instead of its folder: %v", err)
	}
	got := MOSI.compare(&content{parts: [3]*part{
		{labels: make([]float32, 16326)},
		{labels: make([]float32, 1871)},
		{labels: make([]float32, 4659)},
	}})
	if len(got) != 1 || !strings.Contains(got[0], "these are the numbers of CMU-MOSEI, task mosei") {
		t.Errorf("the other data set: %q", got)
	}
}

func TestLengths(t *testing.T) {
	lengths := func(fixture, way string) [3][]int32 {
		d, err := open(copyFixture(t, fixture, "aligned_50.pkl"), Config{Lengths: way})
		if err != nil {
			t.Fatal(err)
		}
		inputs, _, _ := d.Train.(*sample.Set).Columns()
		return [3][]int32{inputs[0].Lengths, inputs[1].Lengths, inputs[2].Lengths}
	}
	if got := lengths("unaligned4.pkl", LengthsAll); got[0] != nil || got[1] != nil || got[2] != nil {
		t.Errorf("all: %v", got)
	}
	// Of the text of sample 1 the first two steps are padding.
	if got := lengths("cggm4.pkl", LengthsZeros); !slices.Equal(got[0], []int32{4, 2, 4, 4, 4}) || !slices.Equal(got[1], []int32{4, 4, 4, 4, 4}) {
		t.Errorf("zeros: %v", got)
	}
	in := input{rows: 3, steps: 3, width: 2, values: []float32{0, 0, 0, 5, 6, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0}}
	in.trim()
	want := []float32{0, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0}
	if !slices.Equal(in.values, want) || !slices.Equal(in.lengths, []int32{2, 1, 1}) || in.empty != 1 {
		t.Errorf("trimmed to %v, lengths %v, %d empty", in.values, in.lengths, in.empty)
	}
	d := made(layoutUnaligned)
	d.split("train").Set("audio_lengths", append([]int{0, 99}, d.split("train").Values["audio_lengths"].([]int)[2:]...))
	d.split("valid").Set("audio_lengths", nil)
	got, err := open(save(t, d, "unaligned_50.pkl"), Default())
	if err != nil {
		t.Fatal(err)
	}
	inputs, _, _ := got.Train.(*sample.Set).Columns()
	if n := inputs[1].Lengths; n[0] != 1 || n[1] != 8 {
		t.Errorf("lengths %v, want 1 and 8 of 0 and 99", n)
	}
	all := strings.Join(got.Warnings, "\n")
	for _, want := range []string{"beyond the 8 steps", "have length 0", "val: no lengths of audio"} {
		if !strings.Contains(all, want) {
			t.Errorf("no warning %q in\n%s", want, all)
		}
	}
}

// broken lists damaged files with what must be said about them.
var broken = []struct {
	name   string
	damage func(d *Dict)
	want   []string
}{
	{"no split", func(d *Dict) { d.Set("valid", nil) }, []string{"[valid]", "want one of the keys train, test"}},
	{"split of another kind", func(d *Dict) { d.Set("valid", "x") }, []string{"[valid] is no dictionary"}},
	{"no modality", func(d *Dict) { d.split("train").Set("audio", nil) }, []string{"[train][audio]: not in the pickle, which has [text vision regression_labels"}},
	{"no labels", func(d *Dict) { d.split("test").Set("regression_labels", nil) }, []string{"[test][labels]: not in the pickle"}},
	{"short modality", func(d *Dict) {
		a := d.split("test").Values["vision"].(Array)
		a.Shape = append([]int{7}, a.Shape[1:]...)
		a.Values = a.Values[:7*a.Shape[1]*a.Shape[2]]
		d.split("test").Set("vision", a)
	}, []string{"[test][vision]: 7 samples, but 8 labels"}},
	{"no steps", func(d *Dict) { d.split("test").Set("text", Array{[]int{8, 2}, make([]float32, 16)}) }, []string{"[test][text]: shape [8 2]: want [samples, steps, width]"}},
	{"texts for numbers", func(d *Dict) { d.split("train").Set("audio", []string{"a", "b"}) }, []string{"[train][audio]: shape [2]"}},
	{"texts for labels", func(d *Dict) { d.split("valid").Set("regression_labels", slices.Repeat([]string{"good"}, 8)) }, []string{"[valid][regression_labels]: data: array of string, want numbers"}},
	{"other width", func(d *Dict) { d.split("valid").Set("audio", Array{[]int{8, 8, 2}, make([]float32, 128)}) }, []string{"[valid][audio]: 8 steps of width 2, but 8 of 3 in [train]"}},
	{"NaN label", label(3, float32(math.NaN())), []string{"[valid][regression_labels]: sample 3 has the label NaN: want a sentiment in [-3,3]"}},
	{"label off the scale", label(2, 3.5), []string{"sample 2 has the label 3.5"}},
	{"seven labels", func(d *Dict) {
		d.split("valid").Set("regression_labels", Array{[]int{8, 7}, make([]float32, 56)})
	}, []string{"shape [8 7]: want one number per sample"}},
	{"neutral labels", func(d *Dict) {
		d.split("valid").Set("regression_labels", Array{[]int{8}, make([]float32, 8)})
	}, []string{"all 8 labels are 0"}},
	{"no samples", func(d *Dict) { d.split("valid").Set("regression_labels", Array{[]int{0}, nil}) }, []string{"[valid][regression_labels]: no samples"}},
	{"NaN", number("audio", float32(math.NaN())), []string{"[train][audio]: 1 values are NaN or infinite, first in sample 1: set data.settings.clean=true"}},
	{"infinite", number("audio", float32(math.Inf(1))), []string{"[train][audio]: 1 values"}},
	{"-inf in text", number("text", float32(math.Inf(-1))), []string{"[train][text]: 1 values"}},
	{"negative length", func(d *Dict) { d.split("valid").Values["audio_lengths"].([]int)[1] = -2 }, []string{"[valid][audio_lengths]: sample 1 has length -2"}},
	{"few lengths", func(d *Dict) { d.split("valid").Set("vision_lengths", []int{1}) }, []string{"[valid][vision_lengths]: shape [1]: want a length for each of 8 samples"}},
	{"few ids", func(d *Dict) { d.split("valid").Set("id", []string{"x"}) }, []string{"[valid][id]: 1 ids, but 8 labels"}},
	{"ids of numbers in numbers", func(d *Dict) { d.split("valid").Set("id", Array{[]int{8, 1}, []float32{.5, 1, 2, 3, 4, 5, 6, 7}}) }, []string{"[valid][id]: the id of sample 0 is no text"}},
	{"mask of another shape", func(d *Dict) { d.split("valid").Set("text_bert", Array{[]int{8, 5}, make([]float32, 40)}) }, []string{"[valid][text_bert]: shape [8 5]: want [8, 3, steps]"}},
	{"several", func(d *Dict) {
		d.split("train").Set("text", nil)
		d.split("test").Set("vision", nil)
	}, []string{"[train][text]", "[test][vision]"}},
}

// label puts a label into the validation split.
func label(row int, v float32) func(*Dict) {
	return func(d *Dict) { d.split("valid").Values["regression_labels"].(Array).Values[row] = v }
}

// number puts a value into the second training sample of a modality.
func number(modality string, v float32) func(*Dict) {
	return func(d *Dict) {
		a := d.split("train").Values[modality].(Array)
		a.Values[a.Shape[1]*a.Shape[2]] = v
	}
}

// Damage is named by Open and by the doctor.
func TestOpenRefuses(t *testing.T) {
	for _, test := range broken {
		t.Run(test.name, func(t *testing.T) {
			d := made(layoutUnaligned)
			test.damage(d)
			dir := save(t, d, "unaligned_50.pkl")
			_, err := open(dir, Default())
			r, failed := Task{Corpus: MOSI, Config: Default()}.Doctor(context.Background(), task.Options{Dir: dir})
			if failed != nil {
				t.Fatal(failed)
			}
			if r.Count(task.SeverityError) == 0 {
				t.Errorf("the doctor finds no error:\n%v", r)
			}
			for _, want := range test.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want %q", err, want)
				}
				if !strings.Contains(r.String(), want) {
					t.Errorf("no %q in\n%v", want, r)
				}
			}
		})
	}
	d := made(layoutUnaligned)
	number("text", float32(math.NaN()))(d)
	if got, err := open(save(t, d, "unaligned_50.pkl"), Config{Lengths: LengthsFile, Clean: true}); err != nil ||
		!strings.Contains(strings.Join(got.Warnings, "\n"), "train/text: 1 values are NaN or infinite and count as 0") {
		t.Errorf("clean: %v, %v", got, err)
	}
}

func TestOpenRefusesFiles(t *testing.T) {
	empty := t.TempDir()
	whole := copyFixture(t, "cggm4.pkl", "mosi_data.pkl")
	path := filepath.Join(whole, "mosi_data.pkl")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, raw[:len(raw)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, dir string
		config    Config
		want      string
	}{
		{"no folder", "", Default(), "no folder given: name the one that holds mosi_data.pkl"},
		{"nothing in it", empty, Default(), "no mosi_data.pkl, mosi_data_noalign.pkl, mosi_raw.pkl, aligned_50.pkl, unaligned_50.pkl, nor in MOSI/Processed"},
		{"not there", filepath.Join(empty, "x"), Default(), "no such file"},
		{"named file not there", empty, Config{File: "x.pkl", Lengths: LengthsFile}, "x.pkl: no such file"},
		{"truncated", whole, Default(), "mosi_data.pkl"},
		{"setting", empty, Config{Lengths: "some"}, `lengths "some": choose one of file, all, zeros`},
	} {
		if _, err := open(test.dir, test.config); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", test.name, err, test.want)
		}
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := (Task{Corpus: MOSI, Config: Default()}).Open(gone, task.Options{Dir: copyFixture(t, "cggm4.pkl", "mosi_data.pkl")}); err != context.Canceled { //nolint:errorlint // it is returned as it is
		t.Errorf("cancelled: %v", err)
	}
}

// Made-up samples follow the seed, and have the layout that they stand for.
func TestGenerate(t *testing.T) {
	for _, corpus := range []Corpus{MOSI, MOSEI} {
		task0 := Task{Corpus: corpus, Config: Default(), Generate: true}
		var prints [3][3]string
		for i, seed := range []uint64{1, 1, 2} {
			d, err := task0.Open(context.Background(), task.Options{Seed: seed})
			if err != nil {
				t.Fatal(err)
			}
			prints[i] = d.Fingerprints
			for m, l := range d.Train.Inputs() {
				if m > 0 && l.Dims[1] != corpus.widths[m] {
					t.Errorf("%s: %s of width %d", corpus.Title, l.Name, l.Dims[1])
				}
			}
		}
		if prints[0] != prints[1] || prints[0] == prints[2] {
			t.Errorf("%s: fingerprints %v of seeds 1, 1 and 2", corpus.Title, prints)
		}
		r, err := task0.Doctor(context.Background(), task.Options{Seed: 1})
		if err != nil || r.Count(task.SeverityError) > 0 {
			t.Errorf("%s: %v, findings\n%v", corpus.Title, err, r)
		}
	}
}

func FuzzOpen(f *testing.F) {
	for _, name := range []string{"cggm2.pkl", "aligned4.pkl", "unaligned4.pkl"} {
		raw, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := filepath.Join(t.TempDir(), "x.pkl")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := open(path, Config{Lengths: LengthsZeros})
		if err == nil && (d.Train.Len() == 0 || d.Val.Len() == 0 || d.Test.Len() == 0) {
			t.Error("an empty split, no error")
		}
	})
}
