package manifest

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cggm/data/safetensors"
	"cggm/sample"
)

// fixtures returns files of testdata, which testdata/generate.py writes.
func fixtures(t *testing.T, names ...string) map[string]any {
	t.Helper()
	out := make(map[string]any)
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = b
	}
	return out
}

// The features of sample i are 3 i, 3 i + 1, 3 i + 2; its label is i mod 2.
func TestContainers(t *testing.T) {
	var tensors bytes.Buffer
	if err := safetensors.Write(&tensors, arrays{"x": array(count(120), 40, 3), "y": array(labels01(40))}, nil); err != nil {
		t.Fatal(err)
	}
	files := fixtures(t, "clips.h5", "clips.mat")
	files["clips.safetensors"] = tensors.Bytes()
	for _, c := range []struct {
		file, x, y string
		classes    []string
	}{
		{"clips.h5", "features/x", "label", []string{"even", "odd"}},
		{"clips.mat", "s.x", "y", []string{"1", "2"}},
		{"clips.mat", "s.x", "names", []string{"even", "odd"}},
		{"clips.safetensors", "x", "y", []string{"0", "1"}},
	} {
		manifest := "task: classification\nfile: " + c.file + "\nmodalities: [{name: x, array: " + c.x + ", raw: true}]\nlabel: {from: " + c.y + "}\n"
		d, _ := open(t, manifest, files)
		if !slices.Equal(d.Classes, c.classes) || d.Train.Len() != 24 {
			t.Errorf("%s: classes %q, %d for training", c.file, d.Classes, d.Train.Len())
		}
		for _, s := range []sample.Source{d.Train, d.Val, d.Test} {
			inputs, label, _ := columns(t, s)
			for i := range s.Len() {
				row := inputs[0].Floats[3*i:][:3]
				if row[1] != row[0]+1 || row[2] != row[0]+2 || int(row[0])/3%2 != int(label.Ints[i]) {
					t.Errorf("%s: features %v of label %d", c.file, row, label.Ints[i])
				}
			}
		}
	}
}

// The samples of a scan are its slices; the mask is 1 in the odd columns.
func TestScan(t *testing.T) {
	d, _ := open(t, `
task: dense
modalities:
  - {name: scan, file: scan.nii.gz, array: ., shape: [3, 4, 1], raw: true}
label: {file: mask.nii, from: .}
`, fixtures(t, "scan.nii.gz", "mask.nii"))
	inputs, label, _ := columns(t, d.Train)
	if !slices.Equal(inputs[0].Dims, []int{3, 4, 1}) || !slices.Equal(label.Dims, []int{3, 4}) || d.Outputs != 2 {
		t.Fatalf("scan %v, mask %v, %d classes", inputs[0].Dims, label.Dims, d.Outputs)
	}
	for k, v := range label.Ints {
		if int(v) != k%4%2 {
			t.Fatalf("pixel %d of the masks is %d", k, v)
		}
	}
	for k, v := range inputs[0].Floats {
		if v != inputs[0].Floats[k/12*12] {
			t.Fatalf("pixel %d is %v, another of its slice %v", k, v, inputs[0].Floats[k/12*12])
		}
	}
}

// Arrays by split in one file; without one for validation, a share of the
// training samples is.
func TestArraysBySplit(t *testing.T) {
	files := map[string]any{"a.npz": arrays{
		"train/x": array(count(40), 20, 2), "dev/x": array(count(8), 4, 2), "test/x": array(count(12), 6, 2),
		"train/y": array(labels01(20)), "dev/y": array(labels01(4)), "test/y": array(labels01(6)),
	}}
	manifest := `
task: classification
file: a.npz
modalities: [{name: x, array: "{split}/x", raw: true}]
label: {from: "{split}/y"}
split: {files: {train: train, val: dev, test: test}}
`
	d, _ := open(t, manifest, files)
	if d.Train.Len() != 20 || d.Val.Len() != 4 || d.Test.Len() != 6 {
		t.Errorf("splits of %d, %d and %d", d.Train.Len(), d.Val.Len(), d.Test.Len())
	}
	inputs, _, _ := columns(t, d.Test)
	if !slices.Equal(inputs[0].Floats, count(12)) {
		t.Errorf("test samples %v", inputs[0].Floats)
	}
	d, _ = open(t, strings.Replace(manifest, "val: dev, ", "", 1), files)
	if d.Train.Len() != 15 || d.Val.Len() != 5 || d.Test.Len() != 6 {
		t.Errorf("splits of %d, %d and %d", d.Train.Len(), d.Val.Len(), d.Test.Len())
	}
	_, _, err := tryOpen(t, strings.Replace(manifest, `"{split}/y"`, "train/y", 1), files)
	if err == nil || !strings.Contains(err.Error(), "all or none must") {
		t.Errorf("a label for one split: %v", err)
	}
}

// The fixtures are those of testdata/containers.py: x counts from 0, y
// alternates.
func TestPickleAndTorch(t *testing.T) {
	for file, prefix := range map[string]string{"arrays.pkl": "all/", "tensors.pt": "all."} {
		b, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		manifest := "task: classification\nfile: " + file + "\nmodalities: [{name: x, array: " + prefix + "x, raw: true}]\n" +
			"label: {from: " + prefix + "y}\nsplit: {train: .5, val: .25, test: .25}\n"
		d, _ := open(t, manifest, map[string]any{file: b})
		if n := d.Train.Len() + d.Val.Len() + d.Test.Len(); n != 20 {
			t.Errorf("%s: %d samples, want 20", file, n)
		}
		inputs, label, _ := columns(t, d.Train)
		for i := range d.Train.Len() {
			if x := inputs[0].Floats[2*i : 2*i+2]; x[1] != x[0]+1 || label.Ints[i] != int32(x[0]/2)%2 {
				t.Errorf("%s: sample %v with label %d", file, x, label.Ints[i])
			}
		}
		_, _, err = tryOpen(t, strings.Replace(manifest, prefix+"x", prefix+"z", 1), map[string]any{file: b})
		if err == nil || !strings.Contains(err.Error(), prefix+"z") {
			t.Errorf("%s: an absent array: %v", file, err)
		}
		if _, _, err = tryOpen(t, manifest, map[string]any{file: b[:len(b)/2]}); err == nil {
			t.Errorf("%s: half a file is read without an error", file)
		}
	}
}

func labels01(n int) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = int64(i % 2)
	}
	return out
}

// The UCI digits in six views, as their authors split them.
func TestDigits(t *testing.T) {
	path := filepath.Join(os.Getenv("CGGM_DATA"), "mfeat_handwritten", "handwritten_6views.mat")
	if _, err := os.Stat(path); os.Getenv("CGGM_DATA") == "" || err != nil {
		t.Skip("CGGM_DATA does not point at a folder that holds mfeat_handwritten")
	}
	d, _ := open(t, `
task: classification
file: `+path+`
modalities:
  - {name: pixels, array: "x1_{split}"}
  - {name: fourier, array: "x2_{split}"}
  - {name: profile, array: "x3_{split}"}
  - {name: zernike, array: "x4_{split}"}
  - {name: karhunen, array: "x5_{split}"}
  - {name: shape, array: "x6_{split}"}
label: {from: "gt_{split}"}
split: {files: {train: train, test: test}}
`, nil)
	if d.Train.Len()+d.Val.Len() != 1600 || d.Test.Len() != 400 || d.Outputs != 10 {
		t.Errorf("splits of %d, %d and %d, %d classes", d.Train.Len(), d.Val.Len(), d.Test.Len(), d.Outputs)
	}
}

func TestContainerRefuses(t *testing.T) {
	files := fixtures(t, "clips.h5", "clips.mat", "scan.nii.gz")
	for file, c := range map[string][2]string{
		"clips.h5":    {"feature/x", `did you mean "features/x"?`},
		"clips.mat":   {"s.y", `one of s.x, y, names (did you mean "s.x"?)`},
		"scan.nii.gz": {"x", `a .nii.gz file holds one array without a name: write "."`},
	} {
		_, _, err := tryOpen(t, "task: regression\nfile: "+file+"\nmodalities: [{name: x, array: y}]\nlabel: {from: "+c[0]+"}\n", files)
		if err == nil || !strings.Contains(err.Error(), c[1]) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v, want %q", file, err, c[1])
		}
	}
	files["clips.h5"] = []byte("text")
	if _, _, err := tryOpen(t, "task: regression\nfile: clips.h5\nmodalities: [{name: x, array: y}]\nlabel: {from: y}\n", files); err == nil || !strings.Contains(err.Error(), "no HDF5 signature") {
		t.Errorf("a damaged file: %v", err)
	}
}
