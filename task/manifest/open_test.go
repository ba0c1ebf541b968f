package manifest

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cggm/data"
	"cggm/data/npz"
	"cggm/sample"
	"cggm/task"
)

// arrays is the content of an .npz file.
type arrays map[string]data.Array

func array[T any](values []T, shape ...int) data.Array {
	if shape == nil {
		shape = []int{len(values)}
	}
	return data.Array{Shape: shape, Values: values}
}

// folder writes files: arrays, one array, text or bytes by name.
func folder(t testing.TB, files map[string]any) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		var b bytes.Buffer
		var err error
		switch c := content.(type) {
		case arrays:
			err = npz.Write(&b, c)
		case data.Array:
			err = npz.Encode(&b, c)
		case string:
			b.WriteString(c)
		case []byte:
			b.Write(c)
		default:
			t.Fatalf("%s: %T", name, content)
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// tryOpen writes the files, with the manifest as m.yaml, and opens it.
func tryOpen(t testing.TB, manifest string, files map[string]any) (*task.Data, *task.Groups, error) {
	t.Helper()
	dir := folder(t, files)
	path := filepath.Join(dir, "m.yaml")
	if err := os.WriteFile(path, []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	return Task{path}.open(context.Background(), task.Options{})
}

func open(t testing.TB, manifest string, files map[string]any) (*task.Data, *task.Groups) {
	t.Helper()
	d, groups, err := tryOpen(t, manifest, files)
	if err != nil {
		t.Fatal(err)
	}
	return d, groups
}

// columns returns the inputs and the label of a split.
func columns(t testing.TB, s sample.Source) ([]sample.Column, sample.Column, []float32) {
	t.Helper()
	set, ok := s.(*sample.Set)
	if !ok {
		t.Fatalf("%T", s)
	}
	return set.Columns()
}

// count gives 0, 1, 2, ...
func count(n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(i)
	}
	return out
}

const ten = `
task: classification
file: a.npz
modalities:
  - {name: x, array: x, raw: true}
label: {from: y}
`

func TestMadeSplit(t *testing.T) {
	labels := make([]int64, 40)
	for i := range labels {
		labels[i] = int64(10 * (i % 2))
	}
	files := map[string]any{"a.npz": arrays{"x": array(count(80), 40, 2), "y": array(labels)}}
	d, groups := open(t, ten, files)
	if d.Train.Len() != 24 || d.Val.Len() != 8 || d.Test.Len() != 8 || groups != nil {
		t.Fatalf("splits of %d, %d and %d", d.Train.Len(), d.Val.Len(), d.Test.Len())
	}
	if !slices.Equal(d.Classes, []string{"0", "10"}) || d.Outputs != 2 {
		t.Errorf("classes %q", d.Classes)
	}
	seen := make(map[float32]bool)
	for _, s := range []sample.Source{d.Train, d.Val, d.Test} {
		inputs, label, present := columns(t, s)
		ones := 0
		for i := range s.Len() {
			x := inputs[0].Floats[2*i]
			if seen[x] || label.Ints[i] != int32(x/2)%2 || present != nil {
				t.Errorf("sample %v: label %d", x, label.Ints[i])
			}
			seen[x] = true
			ones += int(label.Ints[i])
		}
		if 2*ones != s.Len() {
			t.Errorf("%d of %d samples have label 1: the split is not stratified", ones, s.Len())
		}
	}
	again, _ := open(t, ten, files)
	other, _ := open(t, ten+"split: {train: 3, val: 1, test: 1, seed: 7}", files)
	if again.Fingerprints != d.Fingerprints || other.Fingerprints == d.Fingerprints {
		t.Error("the seed alone must choose the split")
	}
}

func TestGroupedSplit(t *testing.T) {
	speakers := make([]string, 40)
	for i := range speakers {
		speakers[i] = string(rune('a' + i/4))
	}
	d, groups := open(t, ten+"split: {group: who}", map[string]any{"a.npz": arrays{
		"x": array(count(80), 40, 2), "y": array(slices.Repeat([]int8{0, 1}, 20)), "who": array(speakers),
	}})
	if groups == nil || len(groups[0]) != d.Train.Len() {
		t.Fatalf("groups %v", groups)
	}
	for _, g := range groups[0] {
		if slices.Contains(groups[1], g) || slices.Contains(groups[2], g) {
			t.Errorf("group %s is in two splits", g)
		}
	}
}

func TestGivenSplit(t *testing.T) {
	files := map[string]any{"a.npz": arrays{
		"x": array(count(12), 6, 2), "y": array([]string{"b", "a", "b", "a", "b", "a"}),
		"part": array([]string{"test", "train", "Train", "dev", "training", "train"}),
		"two":  array([]int32{2, 0, 0, 0, 0, 2}),
	}}
	d, _ := open(t, ten+"split: {from: part}", files)
	inputs, label, _ := columns(t, d.Train)
	if !slices.Equal(inputs[0].Floats, []float32{2, 3, 4, 5, 8, 9, 10, 11}) || !slices.Equal(label.Ints, []int32{0, 1, 1, 0}) {
		t.Errorf("train %v %v", inputs[0].Floats, label.Ints)
	}
	if inputs, _, _ = columns(t, d.Val); inputs[0].Floats[0] != 6 {
		t.Errorf("val %v", inputs[0].Floats)
	}
	// Without validation samples they come from train.
	d, _ = open(t, ten+"split: {from: two, train: 1, val: 1}", files)
	if d.Train.Len() != 2 || d.Val.Len() != 2 || d.Test.Len() != 2 {
		t.Errorf("splits of %d, %d and %d", d.Train.Len(), d.Val.Len(), d.Test.Len())
	}
}

func TestSplitFiles(t *testing.T) {
	part := func(start float32, n, steps int) arrays {
		x := count(n * steps * 2)
		for i := range x {
			x[i] += start
		}
		return arrays{
			"x": array(x, n, steps, 2), "n": array(slices.Repeat([]int64{2}, n)),
			"y": array(slices.Repeat([]float64{0, 1}, n/2)),
		}
	}
	manifest := `
task: classification
file: a_{split}.npz
modalities:
  - {name: x, array: x, lengths: n, raw: true}
label: {from: y}
split: {files: {train: fit, test: held}, train: 1, val: 1}
`
	d, _ := open(t, manifest, map[string]any{"a_fit.npz": part(0, 8, 2), "a_held.npz": part(100, 2, 3)})
	if d.Train.Len() != 4 || d.Val.Len() != 4 || d.Test.Len() != 2 {
		t.Fatalf("splits of %d, %d and %d", d.Train.Len(), d.Val.Len(), d.Test.Len())
	}
	inputs, _, _ := columns(t, d.Test)
	// Step 2 is beyond the length, so it is cleared.
	if !slices.Equal(inputs[0].Floats, []float32{100, 101, 102, 103, 0, 0, 106, 107, 108, 109, 0, 0}) || !inputs[0].Ragged {
		t.Errorf("test %+v", inputs[0])
	}
	if inputs, _, _ = columns(t, d.Train); !slices.Equal(inputs[0].Dims, []int{3, 2}) || inputs[0].Floats[4] != 0 {
		t.Errorf("train %+v", inputs[0])
	}
}

func TestArrays(t *testing.T) {
	nan := float32(math.NaN())
	y := array([]int8{0, 1, 0, 1, 0, 1})
	same := array([]int8{0, 0, 1, 2, 2, 2})
	for _, test := range []struct {
		name     string
		modality string
		x        data.Array
		lengths  []int
		want     sample.Column // the training samples, the first two
		present  []float32
	}{
		{
			name: "numbers", modality: "raw: true", x: array([]int16{5, -6, 0, 0, 0, 0}),
			want: sample.Column{Layout: sample.Layout{Dims: []int{1}}, Floats: []float32{5, -6}},
		},
		{
			name: "standardised", x: array([]float64{5, 7, 0, 0, 0, 0}),
			want: sample.Column{Layout: sample.Layout{Dims: []int{1}}, Floats: []float32{-1, 1}},
		},
		{
			name: "picture", x: array(make([]uint8, 6*4), 6, 2, 2),
			want: sample.Column{Layout: sample.Layout{Kind: sample.Byte, Dims: []int{2, 2, 1}}, Bytes: make([]uint8, 8)},
		},
		{
			name: "reshaped", modality: "shape: [1, 2, 1]", x: array(make([]uint8, 12), 6, 2),
			want: sample.Column{Layout: sample.Layout{Kind: sample.Byte, Dims: []int{1, 2, 1}}, Bytes: make([]uint8, 4)},
		},
		{
			name: "tokens", modality: "vocabulary: 9, length: 2", x: array([]int64{1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 6, 3),
			want: sample.Column{Layout: sample.Layout{Kind: sample.Int, Dims: []int{2}}, Ints: []int32{1, 2, 4, 5}},
		},
		{
			name: "ragged tokens", modality: "vocabulary: 9", lengths: []int{1, 0, 3, 3, 3, 3},
			x:       array([]uint16{1, 200, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 6, 3),
			want:    sample.Column{Layout: sample.Layout{Kind: sample.Int, Dims: []int{3}, Ragged: true}, Ints: []int32{1, 200, 3, 4, 5, 6}, Lengths: []int32{1, 0}},
			present: []float32{1, 0},
		},
		{
			name: "tokens joined", modality: "vocabulary: 9", lengths: []int{2, 1, 1, 1, 1, 1}, x: array([]int32{1, 2, 3, 4, 5, 6, 7}),
			want: sample.Column{Layout: sample.Layout{Kind: sample.Int, Dims: []int{2}, Ragged: true}, Ints: []int32{1, 2, 3, 0}, Lengths: []int32{2, 1}},
		},
		{
			name: "steps joined", modality: "raw: true, length: 2", lengths: []int{1, 3, 0, 0, 1, 1}, x: array(count(12), 6, 2),
			want: sample.Column{Layout: sample.Layout{Dims: []int{2, 2}, Ragged: true}, Floats: []float32{0, 1, 0, 0, 2, 3, 4, 5}, Lengths: []int32{1, 2}},
		},
		{
			name: "ragged numbers", modality: "raw: true", lengths: []int{1, 2, 2, 2, 2, 2}, x: array(count(12), 6, 2),
			want: sample.Column{Layout: sample.Layout{Dims: []int{2, 1}, Ragged: true}, Floats: []float32{0, 0, 2, 3}, Lengths: []int32{1, 2}},
		},
		{
			name: "missing", modality: "raw: true", x: array([]float32{1, 2, nan, nan, 5, 6, 7, 8, 9, 10, 11, 12}, 6, 2),
			want:    sample.Column{Layout: sample.Layout{Dims: []int{2}}, Floats: []float32{1, 2, 0, 0}},
			present: []float32{1, 0},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			content := arrays{"x": test.x, "y": y, "part": same}
			modality := test.modality
			if test.lengths != nil {
				content["n"] = array(widen(test.lengths))
				modality = strings.TrimPrefix(modality+", lengths: n", ", ")
			}
			manifest := "task: classification\nfile: a.npz\nmodalities:\n  - {name: x, array: x, " + modality + "}\n" +
				"  - {name: other, array: y}\nlabel: {from: y}\nsplit: {from: part}\n"
			d, _ := open(t, manifest, map[string]any{"a.npz": content})
			inputs, _, present := columns(t, d.Train)
			got := inputs[0]
			test.want.Name = "x"
			// Padding of tokens is never read.
			if test.name == "ragged tokens" {
				test.want.Ints, got.Ints = test.want.Ints[:1], got.Ints[:1]
			}
			if got.Kind != test.want.Kind || !slices.Equal(got.Dims, test.want.Dims) || got.Ragged != test.want.Ragged ||
				!slices.Equal(got.Floats, test.want.Floats) || !slices.Equal(got.Ints, test.want.Ints) ||
				!slices.Equal(got.Bytes, test.want.Bytes) || !slices.Equal(got.Lengths, test.want.Lengths) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
			for i := range 2 {
				if there := present == nil || present[2*i] == 1; there != (test.present == nil || test.present[i] == 1) {
					t.Errorf("present %v, want %v", present, test.present)
				}
			}
		})
	}
}

func widen(v []int) []int64 {
	out := make([]int64, len(v))
	for i := range v {
		out[i] = int64(v[i])
	}
	return out
}

// TestNumpyFiles: one .npy file per modality.
func TestNumpyFiles(t *testing.T) {
	d, _ := open(t, `
task: regression
modalities:
  - {name: a, file: a.npy, array: ., raw: true}
  - {name: b, file: deep/b.npy, array: .}
label: {file: y.npy, from: .}
`, map[string]any{
		"a.npy": array(count(10)), "deep/b.npy": array(count(20), 10, 2), "y.npy": array(count(30), 10, 3),
	})
	inputs, label, _ := columns(t, d.Train)
	if d.Outputs != 3 || d.Train.Len() != 6 || label.Floats[0] != 3*inputs[0].Floats[0] {
		t.Errorf("%d outputs, label %v of %v", d.Outputs, label.Floats[0], inputs[0].Floats[0])
	}
}

func TestContainerErrors(t *testing.T) {
	good := func() arrays {
		return arrays{
			"x": array(count(80), 40, 2), "y": array(slices.Repeat([]int64{0, 1}, 20)), "n": array(slices.Repeat([]int64{2}, 40)),
			"part": array(slices.Repeat([]int64{0, 0, 0, 2}, 10)),
		}
	}
	for _, test := range []struct {
		name     string
		manifest string
		change   func(a arrays)
		want     string
	}{
		{"no key", ten, func(a arrays) { delete(a, "x") }, `modality "x": data: FOLDER/a.npz: key x: found no such array, want one of n, part, y`},
		{"no label", ten, func(a arrays) { delete(a, "y") }, `label: data: FOLDER/a.npz: key y: found no such array`},
		{"rows", ten, func(a arrays) { a["x"] = array(count(78), 39, 2) }, `modality "x": 39 samples, but 40 labels`},
		{"scalar", ten, func(a arrays) { a["x"] = data.Array{Values: []float32{1}} }, `FOLDER/a.npz: array "x" is a single number`},
		{"hole", ten, func(a arrays) { a["x"].Values.([]float32)[7] = float32(math.NaN()) }, `FOLDER/a.npz, sample 3, array "x": empty or NaN, while 1 of the sample's 2 values`},
		{"infinite", ten, func(a arrays) { a["x"].Values.([]float32)[7] = float32(math.Inf(1)) }, `FOLDER/a.npz, sample 3, array "x": the value is infinite`},
		{"text", ten, func(a arrays) { a["x"] = array(slices.Repeat([]string{"1", "no"}, 20)) }, `FOLDER/a.npz, sample 1, array "x": "no" is not a number`},
		{"float label", ten, func(a arrays) { a["y"] = array(append(make([]float64, 39), .5)) }, `FOLDER/a.npz, array "y": data: element 39 is 0.5, want an integer: want texts or integers`},
		{"one class", ten, func(a arrays) { clear(a["y"].Values.([]int64)) }, `array "y": 1 class: want at least 2`},
		{"label shape", ten, func(a arrays) { a["y"] = a["x"] }, `array "y": float32 of shape [2] for every sample: want one text or integer`},
		{"class list", strings.Replace(ten, "from: y", "from: y, classes: ['0', '2']", 1), func(arrays) {}, `FOLDER/a.npz, sample 1, array "y": label "1" is not among the classes`},
		{"vocabulary", strings.Replace(ten, "raw: true", "vocabulary: 30", 1), func(a arrays) { a["x"] = array(slices.Repeat([]int64{1, 30}, 40), 40, 2) }, `FOLDER/a.npz, sample 0, array "x": token id 30 outside [0,30)`},
		{"not tokens", strings.Replace(ten, "raw: true", "vocabulary: 30", 1), func(arrays) {}, `array "x": float32 with a vocabulary: token ids are integers`},
		{"shape", strings.Replace(ten, "raw: true", "shape: [3]", 1), func(arrays) {}, `array "x": shape [3] has 3 values, the samples of the array 2 ([2])`},
		{"lengths", strings.Replace(ten, "raw: true", "lengths: n", 1), func(a arrays) { a["n"].Values.([]int64)[3] = 5 }, `array "x": shape [40 2] does not fit 40 lengths that add up to 83, the longest 5`},
		{"negative length", strings.Replace(ten, "raw: true", "lengths: n", 1), func(a arrays) { a["n"].Values.([]int64)[3] = -1 }, `FOLDER/a.npz, sample 3, array "n": length -1`},
		{"cut vector", strings.Replace(ten, "raw: true", "length: 1", 1), func(arrays) {}, `array "x": length 1 for samples of shape [2]: only sequences are cut`},
		{"range", "task: regression\nfile: a.npz\nmodalities: [{name: x, columns: ['x:n']}]\nlabel: {from: y}", func(arrays) {}, `ranges of columns need a table`},
		{"split value", ten + "split: {from: part}", func(a arrays) { a["part"].Values.([]int64)[9] = 3 }, `split: FOLDER/a.npz, sample 9, array "part": split "3": want train, val or test`},
		{"no test", ten + "split: {from: part}", func(a arrays) { clear(a["part"].Values.([]int64)) }, `split: no samples for test`},
		{"split rows", ten + "split: {from: part}", func(a arrays) { a["part"] = array([]int64{1}) }, `split: FOLDER/a.npz, array "part": 1 values for 40 samples`},
		{"few groups", ten + "split: {group: n}", func(arrays) {}, `split: split: empty set`},
		{"regression label", "task: regression\nfile: a.npz\nmodalities: [{name: x, array: x}]\nlabel: {from: x}", func(a arrays) {
			a["x"].Values.([]float32)[78], a["x"].Values.([]float32)[79] = float32(math.NaN()), float32(math.NaN())
		}, `label: FOLDER/a.npz, sample 39, array "x": the label is empty or not finite`},
		{"multilabel", "task: multilabel\nfile: a.npz\nmodalities: [{name: x, array: x}]\nlabel: {from: x}", func(arrays) {}, `FOLDER/a.npz, sample 1, array "x": label 2: multilabel wants 0 or 1`},
		{"dense", "task: dense\nfile: a.npz\nmodalities: [{name: x, array: x}]\nlabel: {from: y}", func(arrays) {}, `array "y": labels of shape []: dense wants [height, width]`},
		{"dense class", "task: dense\nfile: a.npz\nmodalities: [{name: x, array: x}]\nlabel: {from: y, classes: [a, b]}", func(a arrays) { a["y"] = array(slices.Repeat([]uint8{0, 2}, 40), 40, 2, 1) }, `FOLDER/a.npz, sample 0, array "y": class 2 outside [0,2)`},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := good()
			test.change(a)
			dir := folder(t, map[string]any{"a.npz": a, "m.yaml": test.manifest})
			_, err := Task{filepath.Join(dir, "m.yaml")}.Open(context.Background(), task.Options{})
			if want := strings.ReplaceAll(test.want, "FOLDER", dir); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v\nwant  %s", err, want)
			}
		})
	}
}

func TestDamagedContainer(t *testing.T) {
	var b bytes.Buffer
	if err := npz.Write(&b, arrays{"x": array(count(80), 40, 2), "y": array(slices.Repeat([]int64{0, 1}, 20))}); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"cut": b.Bytes()[:b.Len()/2], "empty": {}, "text": []byte("x,y\n1,2\n")} {
		_, _, err := tryOpen(t, ten, map[string]any{"a.npz": content})
		if !errors.Is(err, data.ErrFormat) || !strings.Contains(err.Error(), "a.npz") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	_, _, err := tryOpen(t, ten, nil)
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: error %v", err)
	}
	dir := folder(t, map[string]any{"a.npz/inside": "x", "m.yaml": ten})
	if _, err := (Task{filepath.Join(dir, "m.yaml")}).Open(context.Background(), task.Options{}); err == nil || !strings.Contains(err.Error(), "not a file") {
		t.Errorf("a folder: error %v", err)
	}
}
