package manifest

import (
	"errors"
	"strings"
	"testing"
)

func TestParseRefuses(t *testing.T) {
	head := "task: classification\nfile: a.csv\nlabel: {from: y}\n"
	one := head + "modalities:\n  - {name: x, columns: [x]}\n"
	with := func(fields string) string { return head + "modalities:\n  - {name: x, " + fields + "}\n" }
	for _, test := range []struct{ name, text, want string }{
		{"good", one, ""},
		{"unknown key", head + "modalites: []\n", `line 4: unknown key "modalites" (did you mean "modalities"?)`},
		{"unknown field", with("columns: [x], widht: 3"), `line 5: unknown key "widht"`},
		{"wrong type", with("columns: [x], vocabulary: many"), "cannot unmarshal"},
		{"not yaml", "task: [", "m.yaml"},
		{"alias", "a: &x 1\nb: *x\n", "anchors and aliases"},
		{"empty", "", "0 modalities"},
		{"task", strings.Replace(one, "classification", "ranking", 1), `task "ranking": want one of [classification multilabel regression dense]`},
		{"nine", head + "modalities:\n" + strings.Repeat("  - {name: x, columns: [x]}\n", 9), "9 modalities: want 1 to 8"},
		{"names", head + "modalities:\n" + strings.Repeat("  - {name: x, columns: [x]}\n", 2), `modality 2: name "x" is empty or used twice`},
		{"no source", with("raw: true"), `modality "x": 0 sources given`},
		{"two sources", with("columns: [x], text: y"), "2 sources given: set exactly one of array, columns, text, image, wav"},
		{"no file", strings.Replace(one, "file: a.csv", "", 1), `modality "x": no file`},
		{"no label file", "task: classification\nlabel: {from: y}\nmodalities: [{name: x, file: a.csv, columns: [x]}]", "label: no file"},
		{"foreign setting", with("text: x, mels: 3"), "mels does not fit text: it belongs to wav"},
		{"foreign size", with("columns: [x], size: [3, 3]"), "size does not fit columns: it belongs to image"},
		{"range", with("wav: x, mels: 9999"), "mels 9999: want 1 to 512"},
		{"size", with("image: x, size: [3]"), "size [3]: want [height, width], each 1 to 4096"},
		{"shape", with("array: x, shape: [3, 0]"), "shape [3 0]: want one to three sizes"},
		{"extension", strings.Replace(one, "a.csv", "a.xlsx", 1), `file "a.xlsx": want one of .h5, .hdf5, .mat, .nii, .nii.gz, .npy, .npz, .pickle, .pkl, .pt, .pth, .safetensors, .csv, .jsonl`},
		{"escape", strings.Replace(one, "a.csv", "../a.csv", 1), `path "../a.csv" leaves the folder of the manifest: give an absolute path`},
		{"hidden escape", strings.Replace(one, "a.csv", "x/../../a.csv", 1), "leaves the folder"},
		{"absolute", strings.Replace(one, "a.csv", "/data/a.csv", 1), ""},
		{"no label", strings.Replace(one, "{from: y}", "{}", 1), "label: 0 sources given"},
		{"label columns", strings.Replace(one, "{from: y}", "{columns: [a, b]}", 1), "columns belong to regression and multilabel, not to classification"},
		{"label image", strings.Replace(one, "{from: y}", "{image: a}", 1), "image belongs to dense"},
		{"label folder", strings.Replace(one, "from: y", "from: y, folder: z", 1), "folder and size need image"},
		{"separator", strings.Replace(one, "from: y", "from: y, separator: ';'", 1), "separator belongs to a multilabel column"},
		{"class twice", strings.Replace(one, "from: y", "from: y, classes: [a, a]", 1), `class "a" is listed twice`},
		{"some files by split", strings.Replace(one, "columns: [x]", "columns: [x], file: 'b_{split}.csv'", 1), "only some modalities and labels have {split}"},
		{"two given splits", strings.Replace(one, "a.csv", "'{split}.csv'", 1) + "split: {from: s}", "from and {split} in names: choose one"},
		{"needless names", one + "split: {files: {train: a, test: b}}", "files is set but no name of a file or array holds {split}"},
		{"no test name", strings.Replace(one, "a.csv", "'{split}.csv'", 1) + "split: {files: {train: a}}", "name at least train and test"},
		{"share", one + "split: {train: 1, val: -1, test: 1}", "share -1"},
		{"no share", one + "split: {train: 80, val: 20}", "shares [80 20 0] of train, val and test: each must be above 0"},
		{"test share of a given split", one + "split: {from: s, train: 80, val: 10, test: 10}", "the test samples are given"},
		{"val share of a given split", one + "split: {from: s, train: 80, val: 10}", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("m.yaml", []byte(test.text))
			switch {
			case test.want == "" && err != nil:
				t.Errorf("error %v", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || !errors.Is(err, ErrInvalid)):
				t.Errorf("error %v\nwant  %s", err, test.want)
			}
		})
	}
}

// TestAllMistakes: one run names every mistake.
func TestAllMistakes(t *testing.T) {
	_, err := Parse("m.yaml", []byte("task: x\nmodalities: [{name: a, text: b, mels: 2}]\n"))
	for _, want := range []string{`task "x"`, "mels does not fit", "label: 0 sources", "no file"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v lacks %q", err, want)
		}
	}
}

func TestDescribes(t *testing.T) {
	for text, want := range map[string]bool{
		"modalities: [{name: x}]":               true,
		"modalities: {x: {encoder: {kind: a}}}": false,
		"train: {epochs: 3}":                    false,
		"modalities: [":                         false,
		"":                                      false,
	} {
		if got := Describes([]byte(text)); got != want {
			t.Errorf("Describes(%q) = %v", text, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(ten))
	f.Add([]byte("task: dense\nfile: 'a_{split}.npz'\nmodalities: [{name: x, array: a, shape: [2, 2], lengths: n}]\nlabel: {image: y, classes: [a, b]}\nsplit: {files: {train: a, test: b}, group: g}"))
	f.Add([]byte("task: regression\nmodalities:\n- name: a\n  wav: b\n  mels: 80\nlabel:\n  columns: [\"a:b\"]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := Parse("m.yaml", text)
		switch {
		case err != nil && !errors.Is(err, ErrInvalid):
			t.Errorf("error %v is not ErrInvalid", err)
		case err == nil && m.Validate() != nil:
			t.Error("a parsed manifest is not valid")
		case err == nil && !Describes(text) && !strings.ContainsAny(string(text), "&*"):
			t.Error("a valid manifest is not recognised as one")
		}
	})
}
