package mosiutterance

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"cggm/sample"
	"cggm/task"
)

// write makes a folder of the released layout: 5 training and 2 test videos
// with 4 utterances each, named "v_N" because ids may hold '_'.
func write(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	var transcripts strings.Builder
	index := [2]string{}
	features := map[string]string{}
	for u := range 28 {
		video, y, part := u/4, u%2, 0
		if video >= 5 {
			part = 1
		}
		fmt.Fprintf(&transcripts, "%q,\"SOME, WORDS\",\"4\",\"%d\"\n", fmt.Sprintf("v_%d_%d", video, u%4), y)
		index[part] += fmt.Sprintln(u)
		for m, name := range modalities {
			line := ""
			for k := range m + 2 {
				line += fmt.Sprintf("\"%d.5\",", u*(k+1)%7)
			}
			features[fmt.Sprintf("%s_%s0.csv", name, [2]string{"train", "test"}[part])] += fmt.Sprintf("%s\"7\",\"%d\"\n", line, y)
		}
	}
	features["transcripts.csv"] = transcripts.String()
	features["train_index.txt"], features["test_index.txt"] = index[0], index[1]
	for name, text := range features {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestOpen(t *testing.T) {
	dir := write(t)
	d, groups, err := Task{}.open(context.Background(), task.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if d.Train.Len() != 16 || d.Val.Len() != 4 || d.Test.Len() != 8 {
		t.Errorf("splits of %d, %d and %d utterances", d.Train.Len(), d.Val.Len(), d.Test.Len())
	}
	for m, l := range d.Train.Inputs() {
		if l.Name != modalities[m] || !slices.Equal(l.Dims, []int{m + 3}) {
			t.Errorf("input %d: %+v", m, l)
		}
	}
	if !slices.Equal(groups[2], []string{"v_5", "v_5", "v_5", "v_5", "v_6", "v_6", "v_6", "v_6"}) {
		t.Errorf("test videos %q", groups[2])
	}
	b, err := d.Train.Read(context.Background(), []int{0, 5}, sample.Draw{})
	if err != nil {
		t.Fatal(err)
	}
	if b.Inputs[0].Floats[2] != 0 {
		t.Errorf("the constant column is %v after standardising, want 0", b.Inputs[0].Floats[2])
	}
	again, err := Task{}.Open(context.Background(), task.Options{Dir: dir, Seed: 99})
	if err != nil || again.Fingerprints != d.Fingerprints {
		t.Errorf("the seed changes the splits: error %v", err)
	}
	if len(d.Warnings) != 5 {
		t.Errorf("warnings %q, want two counts and three widths", d.Warnings)
	}
}

func TestOpenRefuses(t *testing.T) {
	replace := func(name, before, after string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			path := filepath.Join(dir, name)
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Replace(string(raw), before, after, 1)
			if text == string(raw) {
				t.Fatalf("%s does not hold %q", name, before)
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	remove := func(name string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	empty := func(name string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, test := range []struct {
		name   string
		damage func(*testing.T, string)
		want   []string
	}{
		{"no index", remove("train_index.txt"), []string{"train_index.txt: no such file", "cannot keep videos together"}},
		{"no features", remove("audio_test0.csv"), []string{"audio_test0.csv: no such file"}},
		{"no transcripts", remove("transcripts.csv"), []string{"transcripts.csv: no such file"}},
		{"empty", empty("video_train0.csv"), []string{"video_train0.csv: the file is empty"}},
		{"not a number", replace("text_train0.csv", `"2.5"`, `"x"`), []string{`text_train0.csv: row 2, column 2: "x" is not a finite number`}},
		{"not finite", replace("text_train0.csv", `"2.5"`, `"-inf"`), []string{`row 2, column 2: "-inf" is not a finite number`}},
		{"short row", replace("text_train0.csv", `"2.5",`, ``), []string{"text_train0.csv: record on line 2: wrong number of fields"}},
		{"label", replace("text_train0.csv", "\"0\"\n", "\"2\"\n"), []string{`row 1, column 4: label "2": want 0 (negative) or 1`}},
		{"labels differ", replace("audio_train0.csv", "\"0\"\n", "\"1\"\n"), []string{"audio_train0.csv, row 1: label 1, but 0 in", "not aligned"}},
		{"rows differ", replace("video_test0.csv", "\n", "\n\"1\",\"2\",\"3\",\"4\",\"7\",\"0\"\n"), []string{"video_test0.csv has 9 rows", "8: the modalities must have"}},
		{"transcript labels", replace("transcripts.csv", "\"4\",\"0\"", "\"4\",\"1\""), []string{"train_index.txt, line 1: row 0 of transcripts.csv has label 1, the features 0"}},
		{"utterance name", replace("transcripts.csv", `"v_0_0"`, `"v"`), []string{`transcripts.csv: row 1, column 1: "v" is not VIDEO_SEGMENT`}},
		{"transcript columns", replace("transcripts.csv", `"4",`, ``), []string{"transcripts.csv: record on line 1: wrong number of fields"}},
		{"index range", replace("test_index.txt", "20\n", "28\n"), []string{`test_index.txt, line 1: "28" is not a row of transcripts.csv: want 0 to 27`}},
		{"index twice", replace("test_index.txt", "20\n", "0\n"), []string{"test_index.txt, line 1: row 0 of transcripts.csv is already named in"}},
		{"index short", replace("test_index.txt", "20\n", ""), []string{"test_index.txt: 7 lines for 8 utterances"}},
		{"widths", func(t *testing.T, dir string) {
			raw, err := os.ReadFile(filepath.Join(dir, "text_train0.csv"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "video_train0.csv"), raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}, []string{"video_test0.csv has 5 features, video_train0.csv 3"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := write(t)
			test.damage(t, dir)
			_, err := Task{}.Open(context.Background(), task.Options{Dir: dir})
			for _, want := range test.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want %q", err, want)
				}
			}
		})
	}
	if _, err := (Task{}).Open(context.Background(), task.Options{}); err == nil || !strings.Contains(err.Error(), "no folder given") {
		t.Errorf("no folder: error %v", err)
	}
	if _, err := (Task{}).Open(context.Background(), task.Options{Dir: filepath.Join(write(t), "transcripts.csv")}); err == nil || !strings.Contains(err.Error(), "is not a folder") {
		t.Errorf("a file: error %v", err)
	}
}

func TestDoctorFindsLeak(t *testing.T) {
	dir := write(t)
	// The last training video becomes the first test video.
	path := filepath.Join(dir, "transcripts.csv")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(raw), "v_5", "v_4")), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Task{}.Doctor(context.Background(), task.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(r.String(), `"v_4" in`) {
		t.Errorf("no finding about the shared video in\n%v", r)
	}
}

func FuzzRead(f *testing.F) {
	dir := write(f)
	for _, name := range []string{"text_train0.csv", "transcripts.csv"} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		values, labels, err := readFeatures(bytes.NewReader(raw))
		if err == nil && (len(labels) == 0 || len(values)%len(labels) != 0) {
			t.Errorf("%d values in %d rows", len(values), len(labels))
		}
		if _, err := readTranscripts(bytes.NewReader(raw)); err == nil && len(raw) == 0 {
			t.Error("no transcripts, no error")
		}
	})
}

// TestRelease opens the released files: counts and widths from the release,
// accuracy of the majority class and of least squares for orientation (a
// logistic regression reaches .767 on all three modalities).
func TestRelease(t *testing.T) {
	root := os.Getenv("CGGM_DATA")
	if root == "" {
		t.Skip("set CGGM_DATA to the folder that holds mosi_utterance_csv")
	}
	dir := filepath.Join(root, "mosi_utterance_csv")
	d, err := Task{}.Open(context.Background(), task.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if d.Train.Len()+d.Val.Len() != 1447 || d.Test.Len() != 752 || len(d.Warnings) > 0 {
		t.Errorf("splits of %d, %d and %d, warnings %q", d.Train.Len(), d.Val.Len(), d.Test.Len(), d.Warnings)
	}
	if share := float64(d.Val.Len()) / 1447; share < .17 || share > .23 {
		t.Errorf("%.3f of the released training rows are for validation", share)
	}
	for name, test := range map[string]struct {
		modalities []int
		least      float64
	}{"text": {[]int{0}, .70}, "all": {[]int{0, 1, 2}, .70}} {
		got := ridge(t, d, test.modalities)
		t.Logf("ridge regression on %s: test accuracy %.3f", name, got)
		if got < test.least {
			t.Errorf("ridge regression on %s reaches %.3f, want at least %v", name, got, test.least)
		}
	}
	r, err := Task{}.Doctor(context.Background(), task.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("findings\n%v", r)
	if r.Count(task.SeverityError) > 0 {
		t.Errorf("errors in the released data:\n%v", r)
	}
}

// ridge is the test accuracy of ridge regression on the labels.
func ridge(t *testing.T, d *task.Data, modalities []int) float64 {
	t.Helper()
	matrix := func(s sample.Source) (*mat.Dense, []int32) {
		inputs, label, _ := s.(*sample.Set).Columns()
		width := 1
		for _, m := range modalities {
			width += inputs[m].Size()
		}
		x := mat.NewDense(s.Len(), width, nil)
		for i := range s.Len() {
			x.Set(i, width-1, 1)
			at := 0
			for _, m := range modalities {
				n := inputs[m].Size()
				for k, v := range inputs[m].Floats[i*n:][:n] {
					x.Set(i, at+k, float64(v))
				}
				at += n
			}
		}
		return x, label.Ints
	}
	x, y := matrix(d.Train)
	n, width := x.Dims()
	targets := mat.NewVecDense(n, nil)
	for i, v := range y {
		targets.SetVec(i, float64(2*v-1))
	}
	var gram mat.Dense
	gram.Mul(x.T(), x)
	for k := range width {
		gram.Set(k, k, gram.At(k, k)+500)
	}
	var right, w mat.VecDense
	right.MulVec(x.T(), targets)
	if err := w.SolveVec(&gram, &right); err != nil {
		t.Fatal(err)
	}
	z, labels := matrix(d.Test)
	var out mat.VecDense
	out.MulVec(z, &w)
	correct := 0
	for i, v := range labels {
		if (out.AtVec(i) > 0) == (v == 1) {
			correct++
		}
	}
	return float64(correct) / float64(len(labels))
}
