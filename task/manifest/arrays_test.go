package manifest

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cggm/sample"
	"cggm/task"
)

// Sample i of six training samples has steps (i mod 3) + 1 of 10 i, 10 i + 1, ...
// in a file of its own; sample 4 has none.
func perSample(t *testing.T) map[string]any {
	t.Helper()
	files := map[string]any{"rows.csv": rowsOf("at,both,ids,y,part", 10, func(i int) string {
		at := fmt.Sprintf("steps/%d.npy", i)
		if i == 4 {
			at = ""
		}
		return fmt.Sprintf("%s,%d.npz,%d.npy,%d,%s", at, i, i, i%2, partOf(i))
	})}
	for i := range 10 {
		n := i%3 + 1
		x, ids := make([]float64, 2*n), make([]int16, n)
		for k := range x {
			x[k] = float64(10*i + k)
		}
		for k := range ids {
			ids[k] = int16(k + 2)
		}
		files[fmt.Sprintf("steps/%d.npy", i)] = array(x, n, 2)
		files[fmt.Sprintf("%d.npz", i)] = arrays{"a": array([]float32{float32(i)}), "b": array([]int64{int64(i), 7}, 2)}
		files[fmt.Sprintf("%d.npy", i)] = array(ids)
	}
	return files
}

const perSampleManifest = `
task: classification
file: rows.csv
modalities:
  - {name: steps, files: at, raw: true}
  - {name: named, files: both, array: b, raw: true}
  - {name: tokens, files: ids, vocabulary: 6}
label: {from: y}
split: {from: part}
`

func TestFilePerSample(t *testing.T) {
	d, _ := open(t, perSampleManifest, perSample(t))
	inputs, _, present := columns(t, d.Train)
	steps, named, tokens := inputs[0], inputs[1], inputs[2]
	if !slices.Equal(steps.Dims, []int{3, 2}) || !slices.Equal(steps.Lengths, []int32{1, 2, 3, 1, 0, 3}) {
		t.Errorf("steps of shape %v, lengths %v", steps.Dims, steps.Lengths)
	}
	if want := []float32{10, 11, 12, 13, 0, 0}; !slices.Equal(steps.Floats[6:12], want) {
		t.Errorf("sample 1 is %v, want %v", steps.Floats[6:12], want)
	}
	if want := []float32{5, 7}; !slices.Equal(named.Dims, []int{2}) || named.Lengths != nil || !slices.Equal(named.Floats[10:12], want) {
		t.Errorf("named %v %v", named.Dims, named.Floats)
	}
	if tokens.Kind != sample.Int || !slices.Equal(tokens.Ints[3:6], []int32{2, 3, 0}) || !slices.Equal(tokens.Lengths, []int32{1, 2, 3, 1, 2, 3}) {
		t.Errorf("tokens %v, lengths %v", tokens.Ints, tokens.Lengths)
	}
	if want := []float32{0, 1, 1}; !slices.Equal(present[12:15], want) {
		t.Errorf("presence of sample 4 %v, want %v", present[12:15], want)
	}
}

// Arrays that all have one shape are no sequences; pictures stay bytes.
func TestFilePerSampleOfOneShape(t *testing.T) {
	files := map[string]any{"rows.csv": rowsOf("at,y,part", 10, func(i int) string {
		return fmt.Sprintf("%d.npy,%d,%s", i, i%2, partOf(i))
	})}
	for i := range 10 {
		files[fmt.Sprintf("%d.npy", i)] = array(slices.Repeat([]uint8{uint8(i)}, 12), 2, 2, 3)
	}
	d, _ := open(t, "task: classification\nfile: rows.csv\nmodalities: [{name: x, files: at}]\nlabel: {from: y}\nsplit: {from: part}\n", files)
	inputs, _, _ := columns(t, d.Train)
	if inputs[0].Kind != sample.Byte || !slices.Equal(inputs[0].Dims, []int{2, 2, 3}) || inputs[0].Bytes[13] != 1 {
		t.Errorf("%v of shape %v", inputs[0].Kind, inputs[0].Dims)
	}
}

func TestFilePerSampleErrors(t *testing.T) {
	for name, change := range map[string]struct {
		file    string
		content any
		want    string
	}{
		"absent":      {"steps/2.npy", nil, "FOLDER/rows.csv, row 3, column \"at\": "},
		"width":       {"steps/2.npy", array(count(9), 3, 3), "row 3, column \"at\": FOLDER/steps/2.npy: shape [3 3], but [1 2] in FOLDER/steps/0.npy: only the steps of sequences may differ"},
		"rank":        {"steps/2.npy", array(count(6)), "shape [6], but [1 2]"},
		"damaged":     {"steps/2.npy", "no array", "FOLDER/steps/2.npy"},
		"not a name":  {"2.npz", arrays{"a": array(count(1)), "c": array(count(2))}, "row 3, column \"both\": "},
		"text":        {"2.npz", arrays{"b": array([]string{"x", "y"})}, "array \"b\" holds text: want numbers"},
		"an id":       {"2.npy", array([]int32{2, 6, 3}), "row 3, column \"ids\": token id 6 outside [0,6)"},
		"no integers": {"2.npy", array([]float32{2, 3, 4}), "row 3, column \"ids\": float32 with a vocabulary: token ids are integers"},
		"half a hole": {"steps/1.npy", array([]float64{1, math.NaN(), 3, 4}, 2, 2), "row 2, column \"at\": empty or NaN, while 3 of the sample's 4 values are there"},
	} {
		t.Run(name, func(t *testing.T) {
			files := perSample(t)
			if change.content != nil {
				files[change.file] = change.content
			}
			dir := folder(t, files)
			if change.content == nil {
				if err := os.Remove(filepath.Join(dir, change.file)); err != nil {
					t.Fatal(err)
				}
			}
			put(t, dir, "m.yaml", perSampleManifest)
			_, err := Task{filepath.Join(dir, "m.yaml")}.Open(context.Background(), task.Options{})
			if want := strings.ReplaceAll(change.want, "FOLDER", dir); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v\nwant %s", err, want)
			}
		})
	}
	both := strings.Replace(perSampleManifest, "array: b, ", "", 1)
	if _, _, err := tryOpen(t, both, perSample(t)); err == nil || !strings.Contains(err.Error(), "holds 2 arrays ([\"a\" \"b\"]): say which with array") {
		t.Errorf("error %v", err)
	}
}

// testdata/generate.py writes the table.
func TestParquetTable(t *testing.T) {
	d, _ := open(t, `
task: classification
file: rows.parquet
modalities:
  - {name: vector, array: vector, raw: true}
  - {name: numbers, columns: [a, b], raw: true}
  - {name: words, text: words}
label: {from: kind}
split: {from: part}
`, fixtures(t, "rows.parquet"))
	inputs, label, present := columns(t, d.Train)
	if !slices.Equal(inputs[0].Dims, []int{3}) || !slices.Equal(inputs[0].Floats[3:6], []float32{3, 4, 5}) {
		t.Errorf("vector %v %v", inputs[0].Dims, inputs[0].Floats)
	}
	if !slices.Equal(inputs[1].Floats[2:4], []float32{1, -1}) || !slices.Equal(d.Classes, []string{"cat", "dog"}) || label.Ints[1] != 1 {
		t.Errorf("numbers %v, classes %v, labels %v", inputs[1].Floats, d.Classes, label.Ints)
	}
	if want := []float32{0, 1, 1}; !slices.Equal(present[6:9], want) {
		t.Errorf("presence of sample 2 %v, want %v: its list is missing", present[6:9], want)
	}
}
