package manifest

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cggm/task"
)

// rowsOf makes a CSV file with a header from a template of the row number.
func rowsOf(header string, n int, row func(i int) string) string {
	out := header + "\n"
	for i := range n {
		out += row(i) + "\n"
	}
	return out
}

// partOf puts samples 0 to 5 in train, 6 and 7 in val and 8 and 9 in test.
func partOf(i int) string { return []string{"train", "val", "test"}[max(0, (i-4)/2)] }

func TestCSV(t *testing.T) {
	d, _ := open(t, `
task: classification
file: rows.csv
modalities:
  - {name: sensor, columns: ["s1:s2", s4], raw: true}
  - {name: title, text: title, length: 3, vocabulary: 6}
label: {from: kind}
split: {from: part}
`, map[string]any{"rows.csv": rowsOf("part,s1,s2,s3,s4,title,kind", 10, func(i int) string {
		words := []string{`"Red, round"`, "red thing here now", ""}[i%3]
		cells := fmt.Sprintf("%d,%d.5,x,-%d", i, i, i)
		if i == 4 {
			cells = ",,x,"
		}
		return partOf(i) + "," + cells + "," + words + "," + []string{"b", "a"}[i%2]
	})})
	if d.Train.Len() != 6 || d.Val.Len() != 2 || !slices.Equal(d.Classes, []string{"a", "b"}) {
		t.Fatalf("splits of %d and %d, classes %q", d.Train.Len(), d.Val.Len(), d.Classes)
	}
	inputs, label, present := columns(t, d.Train)
	if want := []float32{1, 1.5, -1}; !slices.Equal(inputs[0].Floats[3:6], want) {
		t.Errorf("sensor %v, want %v", inputs[0].Floats[3:6], want)
	}
	// Sample 4 has no sensor; 2 and 5 have no title.
	if want := []float32{1, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 0}; !slices.Equal(present, want) {
		t.Errorf("present %v, want %v", present, want)
	}
	// By frequency in the training rows: red 4; then ",", "here", "now",
	// "round", "thing" 2 each, of which a vocabulary of 6 keeps three.
	if d.Vocabulary[1] != 6 || !slices.Equal(inputs[1].Ints[:6], []int32{2, 3, 1, 2, 1, 4}) || !slices.Equal(inputs[1].Lengths[:3], []int32{3, 3, 0}) {
		t.Errorf("vocabulary %d, ids %v, lengths %v", d.Vocabulary[1], inputs[1].Ints[:6], inputs[1].Lengths[:3])
	}
	if !slices.Equal(label.Ints, []int32{1, 0, 1, 0, 1, 0}) {
		t.Errorf("labels %v", label.Ints)
	}
}

// TestHeaderless reads the layout of the CMU-MOSI features: a file per
// modality and split, the label last.
func TestHeaderless(t *testing.T) {
	files := make(map[string]any)
	for _, part := range []string{"train", "test"} {
		for m, name := range []string{"text", "audio"} {
			files[name+"_"+part+"0.csv"] = strings.TrimPrefix(rowsOf("", 8, func(i int) string {
				return fmt.Sprintf(`"%d.25","%d","%d"`, i, i*i*(m+1), i%2)
			}), "\n")
		}
	}
	d, _ := open(t, `
task: classification
headerless: true
file: text_{split}0.csv
modalities:
  - {name: text, columns: ["0:1"]}
  - {name: audio, columns: ["0:1"], file: "audio_{split}0.csv"}
label: {from: "2"}
split: {files: {train: train, test: test}, train: 3, val: 1}
`, files)
	if d.Train.Len() != 6 || d.Val.Len() != 2 || d.Test.Len() != 8 || d.Outputs != 2 {
		t.Errorf("splits of %d, %d and %d, %d classes", d.Train.Len(), d.Val.Len(), d.Test.Len(), d.Outputs)
	}
	inputs, _, _ := columns(t, d.Train)
	var sum float64
	for i := 0; i < len(inputs[0].Floats); i += 2 {
		sum += float64(inputs[0].Floats[i])
	}
	if math.Abs(sum) > 1e-5 {
		t.Errorf("the first feature sums to %v over the training samples, want 0", sum)
	}
}

// TestEmptyCellInOneFile: an empty cell turns a column of one file into text.
func TestEmptyCellInOneFile(t *testing.T) {
	file := func(hole int) string {
		return rowsOf("x,z:1,y", 6, func(i int) string {
			if i == hole {
				return fmt.Sprintf(",7,%d", i%2)
			}
			return fmt.Sprintf("%d.1,7,%d", i, i%2)
		})
	}
	d, _ := open(t, "task: classification\nfile: '{split}.csv'\nmodalities: [{name: x, columns: [x], raw: true}, {name: z, columns: ['z:1']}]\nlabel: {from: y}\n",
		map[string]any{"train.csv": file(2), "val.csv": file(-1), "test.csv": file(-1)})
	inputs, _, present := columns(t, d.Train)
	if want := []float32{0.1, 1.1, 0, 3.1, 4.1, 5.1}; !slices.Equal(inputs[0].Floats, want) || present[4] != 0 || present[5] != 1 {
		t.Errorf("train %v, present %v", inputs[0].Floats, present)
	}
	inputs, _, present = columns(t, d.Test)
	if want := []float32{0.1, 1.1, 2.1, 3.1, 4.1, 5.1}; !slices.Equal(inputs[0].Floats, want) || slices.Contains(present, 0) {
		t.Errorf("test %v, present %v", inputs[0].Floats, present)
	}
	if len(d.Warnings) != 1 || !strings.Contains(d.Warnings[0], "z: 1 of 1 features are constant") {
		t.Errorf("warnings %q", d.Warnings)
	}
}

func TestJSONL(t *testing.T) {
	var text string
	for i := range 10 {
		text += fmt.Sprintf(`{"part": %q, "vector": [%d, 0.5], "steps": [[1, 2], [3, 4], [5, 6]], "n": %d, "tags": %q, "score": %d}`+"\n",
			partOf(i), i, i%3+1, []string{"b;a", "", "c"}[i%3], i)
	}
	manifest := `
file: rows.jsonl
modalities:
  - {name: vector, array: vector, raw: true}
  - {name: steps, array: steps, lengths: n, raw: true}
split: {from: part}
`
	d, _ := open(t, manifest+"task: multilabel\nlabel: {from: tags, separator: ';'}\n", map[string]any{"rows.jsonl": text})
	inputs, label, _ := columns(t, d.Train)
	if !slices.Equal(inputs[0].Floats[:4], []float32{0, .5, 1, .5}) || !slices.Equal(inputs[1].Lengths, []int32{1, 2, 3, 1, 2, 3}) ||
		!slices.Equal(inputs[1].Dims, []int{3, 2}) || !slices.Equal(inputs[1].Floats[:6], []float32{1, 2, 0, 0, 0, 0}) {
		t.Errorf("inputs %+v", inputs)
	}
	if !slices.Equal(d.Classes, []string{"a", "b", "c"}) || !slices.Equal(label.Floats[:9], []float32{1, 1, 0, 0, 0, 0, 0, 0, 1}) {
		t.Errorf("classes %q, labels %v", d.Classes, label.Floats)
	}
	d, _ = open(t, manifest+"task: regression\nlabel: {columns: [score, n]}\n", map[string]any{"rows.jsonl": text})
	_, label, _ = columns(t, d.Test)
	if !slices.Equal(d.Classes, []string{"score", "n"}) || !slices.Equal(label.Floats, []float32{8, 3, 9, 1}) {
		t.Errorf("targets %q, %v", d.Classes, label.Floats)
	}
}

// tone returns a mono wav file of 16-bit PCM.
func tone(rate, samples int, frequency float64) []byte {
	b := []byte("RIFF")
	le := binary.LittleEndian
	b = le.AppendUint32(b, uint32(36+2*samples))
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(le.AppendUint16(b, 1), 1)
	b = le.AppendUint32(le.AppendUint32(b, uint32(rate)), uint32(2*rate))
	b = le.AppendUint16(le.AppendUint16(b, 2), 16)
	b = le.AppendUint32(append(b, "data"...), uint32(2*samples))
	for i := range samples {
		b = le.AppendUint16(b, uint16(int16(9000*math.Sin(2*math.Pi*frequency*float64(i)/float64(rate)))))
	}
	return b
}

func TestSounds(t *testing.T) {
	files := map[string]any{"rows.csv": rowsOf("clip,y,part", 10, func(i int) string {
		name := fmt.Sprintf("%d.wav", i%4)
		if i == 3 {
			name = ""
		}
		return fmt.Sprintf("%s,%d,%s", name, i%2, partOf(i))
	})}
	for i := range 4 {
		files[fmt.Sprintf("clips/%d.wav", i)] = tone(8000, 400*(i+1), float64(400*(i+1)))
	}
	manifest := "task: classification\nfile: rows.csv\nmodalities: [{name: map, wav: clip, folder: clips, frames: 12, mels: 20}, {name: steps, wav: clip, folder: clips, frames: 12, mels: 20, sequence: true, raw: true}, {name: y, columns: [y]}]\nlabel: {from: y}\nsplit: {from: part}\n"
	d, _ := open(t, manifest, files)
	inputs, _, present := columns(t, d.Train)
	if !slices.Equal(inputs[0].Dims, []int{12, 20, 1}) || !slices.Equal(inputs[1].Dims, []int{12, 20}) {
		t.Errorf("shapes %v and %v", inputs[0].Dims, inputs[1].Dims)
	}
	// 1 + (samples-200)/80 frames, at most 12; sample 3 has no recording.
	if want := []int32{3, 8, 12, 0, 3, 8}; !slices.Equal(inputs[1].Lengths, want) {
		t.Errorf("lengths %v, want %v", inputs[1].Lengths, want)
	}
	if want := []float32{0, 0, 1}; !slices.Equal(present[9:12], want) || slices.Contains(present[:9], 0) {
		t.Errorf("present %v", present)
	}
	size := 12 * 20
	if x := inputs[0].Floats; !slices.Equal(x[:size], x[4*size:5*size]) || slices.Equal(x[:size], x[size:2*size]) {
		t.Error("samples 0 and 4 share a recording, samples 0 and 1 do not")
	}
	for name, change := range map[string]struct {
		file    string
		content any
		want    string
	}{
		"rate":    {"clips/2.wav", tone(16000, 900, 400), "FOLDER/rows.csv, row 3, column \"clip\": FOLDER/clips/2.wav: 16000 samples a second, but 8000 in FOLDER/clips/0.wav"},
		"empty":   {"clips/2.wav", tone(8000, 0, 1), "FOLDER/clips/2.wav: the recording is empty"},
		"not wav": {"clips/2.wav", "no sound", "FOLDER/clips/2.wav"},
		"absent":  {"rows.csv", strings.ReplaceAll(files["rows.csv"].(string), "2.wav", "9.wav"), "row 3, column \"clip\": wav: open FOLDER/clips/9.wav: no such file"},
		"escape":  {"rows.csv", strings.ReplaceAll(files["rows.csv"].(string), "2.wav", "../../9.wav"), "row 3, column \"clip\": path \"../../9.wav\" leaves the folder of the manifest"},
	} {
		dir := folder(t, files)
		put(t, dir, change.file, change.content)
		put(t, dir, "m.yaml", manifest)
		_, err := Task{filepath.Join(dir, "m.yaml")}.Open(context.Background(), task.Options{})
		if want := strings.ReplaceAll(change.want, "FOLDER", dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v\nwant %s", name, err, want)
		}
	}
}

func put(t testing.TB, dir, name string, content any) {
	t.Helper()
	var b bytes.Buffer
	switch c := content.(type) {
	case string:
		b.WriteString(c)
	case []byte:
		b.Write(c)
	}
	if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTableErrors(t *testing.T) {
	manifest := "task: classification\nfile: rows.csv\nmodalities: [{name: x, columns: ['x1:x2']}, {name: t, text: words}]\nlabel: {from: kind}\nsplit: {group: who}\n"
	good := rowsOf("x1,x2,words,kind,who", 30, func(i int) string { return fmt.Sprintf("%d,%d,word %d,%d,w%d", i, 3, i, i%2, i%10) })
	for _, test := range []struct{ name, manifest, before, after, want string }{
		{"good", manifest, "", "", ""},
		{"no column", strings.Replace(manifest, "text: words", "text: wrods", 1), "", "", `modality "t": data: FOLDER/rows.csv: column "wrods": found no such column`},
		{"suggestion", strings.Replace(manifest, "text: words", "text: wrods", 1), "", "", `(did you mean "words"?)`},
		{"range", strings.Replace(manifest, "x1:x2", "x1:x3", 1), "", "", `FOLDER/rows.csv: columns "x1:x3": no column "x3" (did you mean "x1"?): want one of`},
		{"backwards", strings.Replace(manifest, "x1:x2", "x2:x1", 1), "", "", `"x1" comes before "x2" in the file`},
		{"not a number", manifest, "5,3,word 5", "5,three,word 5", `FOLDER/rows.csv, row 6, column "x2": "three" is not a number`},
		{"half empty", manifest, "5,3,word 5", "5,,word 5", `FOLDER/rows.csv, row 6, column "x2": empty or NaN, while 1 of the sample's 2 values`},
		{"nan text", manifest, "5,3,word 5", "5,nan,word 5", `FOLDER/rows.csv, row 6, column "x2": empty or NaN`},
		{"infinite", manifest, "5,3,word 5", "5,-inf,word 5", `FOLDER/rows.csv, row 6, column "x2": the value is infinite`},
		{"no label", manifest, "word 5,1", "word 5,", `FOLDER/rows.csv, row 6, column "kind": the label is empty`},
		{"no group", manifest, "word 5,1,w5", "word 5,1,", `split: FOLDER/rows.csv, row 6, column "who": the group is empty`},
		{"cells", manifest, "word 5,1,w5", "word 5,1", `FOLDER/rows.csv`},
		{"open quote", manifest, "word 5", `"word 5`, `FOLDER/rows.csv`},
		{"listed classes", strings.Replace(manifest, "from: kind", "from: kind, classes: ['0', '3']", 1), "", "", `FOLDER/rows.csv, row 2, column "kind": label "1" is not among the classes`},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := good
			if test.before != "" {
				if text = strings.Replace(good, test.before, test.after, 1); text == good {
					t.Fatalf("%q is not in the file", test.before)
				}
			}
			dir := folder(t, map[string]any{"rows.csv": text, "m.yaml": test.manifest})
			_, err := Task{filepath.Join(dir, "m.yaml")}.Open(context.Background(), task.Options{})
			want := strings.ReplaceAll(test.want, "FOLDER", dir)
			switch {
			case want == "" && err != nil:
				t.Errorf("error %v", err)
			case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
				t.Errorf("error %v\nwant  %s", err, want)
			}
		})
	}
}

func TestNothingIsPresent(t *testing.T) {
	_, _, err := tryOpen(t, "task: regression\nfile: rows.csv\nmodalities: [{name: x, columns: [x]}]\nlabel: {from: y}\n",
		map[string]any{"rows.csv": rowsOf("x,y", 10, func(i int) string { return []string{"", "1", "2"}[i%3] + ",1" })})
	if err == nil || !strings.Contains(err.Error(), "rows.csv, row 1") || !strings.Contains(err.Error(), "no modality") {
		t.Errorf("error %v", err)
	}
}

func TestDoctor(t *testing.T) {
	dir := folder(t, map[string]any{
		"rows.csv": rowsOf("x,y,who,part", 10, func(i int) string { return fmt.Sprintf("%d,%d,w%d,%s", i/2, i%2, i%5, partOf(i)) }),
		"m.yaml":   "task: classification\nfile: rows.csv\nmodalities: [{name: x, columns: [x]}]\nlabel: {from: y}\nsplit: {from: part, group: who}\n",
	})
	r, err := Task{filepath.Join(dir, "m.yaml")}.Doctor(context.Background(), task.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"6 samples", "4 groups are in two splits", "0:3 1:3"} {
		if !strings.Contains(r.String(), want) {
			t.Errorf("no finding %q in\n%v", want, r)
		}
	}
	r, err = Task{filepath.Join(dir, "absent.yaml")}.Doctor(context.Background(), task.Options{})
	if err != nil || r.Count(task.SeverityError) != 1 {
		t.Errorf("error %v, findings\n%v", err, r)
	}
}

// TestFolder: Options.Dir replaces the folder of the manifest.
func TestFolder(t *testing.T) {
	data := folder(t, map[string]any{"rows.csv": rowsOf("x,y", 20, func(i int) string { return fmt.Sprintf("%d,%d", i, i%2) })})
	at := folder(t, map[string]any{"m.yaml": "task: classification\nfile: rows.csv\nmodalities: [{name: x, columns: [x]}]\nlabel: {from: y}\n"})
	own := Task{filepath.Join(at, "m.yaml")}
	d, err := own.Open(context.Background(), task.Options{Dir: data, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	other, err := own.Open(context.Background(), task.Options{Dir: data, Seed: 2})
	if err != nil || other.Fingerprints == d.Fingerprints {
		t.Errorf("another seed makes the same split; error %v", err)
	}
	if _, err := own.Open(context.Background(), task.Options{}); err == nil {
		t.Error("rows.csv is not beside the manifest, no error")
	}
}

// TestRealFeatures reads the CMU-MOSI features without any code: counts from
// the release.
func TestRealFeatures(t *testing.T) {
	root := os.Getenv("CGGM_DATA")
	if root == "" {
		t.Skip("set CGGM_DATA to the folder that holds mosi_utterance_csv")
	}
	at := folder(t, map[string]any{"m.yaml": `
task: classification
headerless: true
file: text_{split}0.csv
modalities:
  - {name: text, columns: ["0:99"]}
  - {name: audio, columns: ["0:72"], file: "audio_{split}0.csv"}
  - {name: video, columns: ["0:99"], file: "video_{split}0.csv"}
label: {from: "100", classes: ["0", "1"]}
split: {files: {train: train, test: test}, train: 80, val: 20}
`})
	d, err := Task{filepath.Join(at, "m.yaml")}.Open(context.Background(), task.Options{Dir: filepath.Join(root, "mosi_utterance_csv")})
	if err != nil {
		t.Fatal(err)
	}
	if d.Train.Len()+d.Val.Len() != 1447 || d.Test.Len() != 752 || d.Train.Inputs()[1].Dims[0] != 73 {
		t.Errorf("splits of %d, %d and %d", d.Train.Len(), d.Val.Len(), d.Test.Len())
	}
}
