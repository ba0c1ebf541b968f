package vit_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cggm/backend"
	"cggm/data"
	"cggm/data/npz"
	"cggm/pretrained/vit"
)

// agreement is the largest difference to the expected hidden states, which are
// of magnitude 1.
const agreement = 1e-4

func open(t *testing.T) *vit.Model {
	t.Helper()
	engine, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	m, err := vit.Open(engine, "testdata/small")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func array(t *testing.T, name string) data.Array {
	t.Helper()
	f, err := npz.Open("testdata/expected.npz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	a, err := f.Array(name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func small(t *testing.T) vit.Processor {
	t.Helper()
	p, err := vit.ReadProcessor("testdata/small/preprocessor_config.json")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func floats(t *testing.T, a data.Array) []float32 {
	t.Helper()
	v, err := a.Float32()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func distance(a, b []float32) float64 {
	worst := 0.
	if len(a) != len(b) {
		return math.Inf(1)
	}
	for i, v := range a {
		if d := math.Abs(float64(v - b[i])); !(d <= worst) {
			worst = d
		}
	}
	return worst
}

// The expected hidden states come from transformers 5.23.
func TestEncodeAgreesWithTransformers(t *testing.T) {
	m, p := open(t), small(t)
	var pictures [][]float32
	for i := range 5 {
		picture, err := p.Process(array(t, fmt.Sprintf("picture%d", i)))
		if err != nil {
			t.Fatal(err)
		}
		pictures = append(pictures, picture)
	}
	got, err := m.Encode(pictures)
	if err != nil {
		t.Fatal(err)
	}
	if d := distance(slices.Concat(got...), floats(t, array(t, "states"))); !(d <= agreement) {
		t.Errorf("largest difference %g, want at most %g", d, agreement)
	}

	// More pictures than one run takes, and in other company.
	many, err := m.Encode(slices.Concat(pictures, pictures))
	if err != nil {
		t.Fatal(err)
	}
	for i, states := range many {
		if !slices.Equal(states, got[i%5]) {
			t.Errorf("picture %d gives other features in other company", i)
		}
	}
}

// The expected pixels come from Pillow, which rounds alike.
func TestResizeIsPillows(t *testing.T) {
	plain := vit.Processor{Height: 24, Width: 24, Rescale: 1, Deviation: [3]float64{1, 1, 1}}
	for name, filter := range map[string]vit.Filter{"bilinear": vit.Bilinear, "bicubic": vit.Bicubic} {
		for i := range 5 {
			plain.Filter = filter
			got, err := plain.Process(array(t, fmt.Sprintf("picture%d", i)))
			if err != nil {
				t.Fatal(err)
			}
			if d := distance(got, floats(t, array(t, fmt.Sprintf("%s%d", name, i)))); d != 0 {
				t.Errorf("%s, picture %d: pixels differ by up to %g, want none", name, i, d)
			}
		}
	}
}

// The current processor resizes with torchvision, which is a step of 1/255 off
// Pillow here and there.
func TestProcessIsTheProcessors(t *testing.T) {
	got, err := small(t).Process(array(t, "picture1"))
	if err != nil {
		t.Fatal(err)
	}
	if d := distance(got, floats(t, array(t, "processed1"))); d > 2.01/255 {
		t.Errorf("values differ by up to %g, want at most one step, %g", d, 2./255)
	}
}

func TestProcessorSettings(t *testing.T) {
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "preprocessor_config.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	// The file of vit-base-patch16-224.
	p, err := vit.ReadProcessor(write(`{"do_normalize": true, "do_resize": true, "image_mean": [0.5, 0.5, 0.5],
		"image_std": [0.5, 0.5, 0.5], "resample": 2, "size": 224}`))
	if err != nil || p != vit.DefaultProcessor() {
		t.Errorf("got %+v, %v, want the default", p, err)
	}
	p, err = vit.ReadProcessor(write(`{"do_normalize": false, "do_rescale": false, "size": {"height": 2, "width": 3}, "resample": 3}`))
	if err != nil || p.Height != 2 || p.Width != 3 || p.Filter != vit.Bicubic || p.Rescale != 1 || p.Mean[0] != 0 || p.Deviation[0] != 1 {
		t.Errorf("got %+v, %v", p, err)
	}
	for text, want := range map[string]string{
		`{"resample": 1}`:                "bilinear",
		`{"size": {"shortest_edge": 9}}`: "height and width",
		`{"size": -1}`:                   "from 1",
		`{"size": {"height": 1e9}}`:      "from 1",
		`{"image_mean": [1]}`:            "three numbers",
		`{"image_std": [1, 0, 1]}`:       "positive",
		`{"do_resize": false}`:           "do_resize",
		`{"do_center_crop": true}`:       "do_center_crop",
		`[`:                              "image processor",
	} {
		if _, err := vit.ReadProcessor(write(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", text, err, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	m, p := open(t), small(t)
	if _, err := m.Encode([][]float32{make([]float32, 5)}); err == nil || !strings.Contains(err.Error(), "24 x 24 x 3") {
		t.Errorf("a picture of another size: got %v", err)
	}
	for _, a := range []data.Array{
		{Shape: []int{2, 2, 1}, Values: make([]uint8, 4)},
		{Shape: []int{0, 2, 3}, Values: []uint8{}},
		{Shape: []int{1, 1, 3}, Values: make([]float32, 3)},
		{Shape: []int{2, 1, 3}, Values: make([]uint8, 3)},
	} {
		if _, err := p.Process(a); err == nil {
			t.Errorf("%v of %s: want an error", a.Shape, a.Type())
		}
	}
	for text, want := range map[string]string{
		`{"model_type": "deit"}`: "deit", `{"patch_size": 15}`: "fill", `{"hidden_size": 10}`: "heads",
		`{"num_hidden_layers": -1}`: "positive", `{"layer_norm_eps": 0}`: "layer_norm_eps", `{`: "config.json",
	} {
		path := filepath.Join(t.TempDir(), "config.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := vit.ReadConfig(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", text, err, want)
		}
	}
	if err := vit.Base().Validate(); err != nil || vit.Base().Tokens() != 197 {
		t.Errorf("the base configuration: %v, %d tokens", err, vit.Base().Tokens())
	}
}

func FuzzReadProcessor(f *testing.F) {
	f.Add([]byte(`{"size": {"height": 2, "width": 3}, "resample": 3, "image_mean": [1,2,3]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "p.json")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := vit.ReadProcessor(path)
		if err != nil {
			return
		}
		if p.Height*p.Width > 1<<16 {
			return
		}
		if _, err := p.Process(data.Array{Shape: []int{1, 2, 3}, Values: make([]uint8, 6)}); err != nil {
			t.Fatal(err)
		}
	})
}
