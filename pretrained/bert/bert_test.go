package bert_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cggm/backend"
	"cggm/data"
	"cggm/data/safetensors"
	"cggm/data/wordpiece"
	"cggm/pretrained"
	"cggm/pretrained/bert"
)

// agreement is the largest difference to the expected hidden states, which are
// of magnitude 1.
const agreement = 1e-4

func open(t *testing.T, dir string) *bert.Model {
	t.Helper()
	engine, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	m, err := bert.Open(engine, dir)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func unmarshal(t *testing.T, path string, v any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatal(err)
	}
}

func compare(t *testing.T, name string, got []float32, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", name, len(got), len(want))
	}
	worst := 0.
	for i, w := range want {
		if d := math.Abs(float64(got[i]) - w); !(d <= worst) {
			worst = d
		}
	}
	if !(worst <= agreement) {
		t.Errorf("%s: largest difference %g, want at most %g", name, worst, agreement)
	}
}

// The expected hidden states come from transformers 5.23.
func TestEncodeAgreesWithTransformers(t *testing.T) {
	for _, name := range []string{"small", "half"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join("testdata", name)
			var want struct {
				IDs    [][]int32 `json:"ids"`
				States [][]float64
			}
			unmarshal(t, filepath.Join(dir, "expected.json"), &want)
			got, err := open(t, dir).Encode(want.IDs)
			if err != nil {
				t.Fatal(err)
			}
			for i, states := range got {
				compare(t, name, states, want.States[i])
			}
		})
	}
}

// The states of padding too.
func TestEncodePaddedAgreesWithTransformers(t *testing.T) {
	var want struct {
		IDs             [][]int32 `json:"ids"`
		States, Padding [][]float64
	}
	unmarshal(t, "testdata/small/expected.json", &want)
	m := open(t, "testdata/small")
	got, err := m.EncodePadded(want.IDs, 20)
	if err != nil {
		t.Fatal(err)
	}
	for i, states := range got {
		compare(t, "text", states, append(want.States[i], want.Padding[i]...))
	}
	for _, length := range []int{0, 19, 21} {
		if _, err := m.EncodePadded(want.IDs, length); err == nil || !strings.Contains(err.Error(), "1 to") {
			t.Errorf("texts of up to 20 tokens padded to %d: %v", length, err)
		}
	}
}

// What a text gives is the same, to the bit, whatever comes with it.
func TestEncodeDoesNotDependOnTheCompany(t *testing.T) {
	m := open(t, "testdata/small")
	var texts [][]int32
	for i := range 11 {
		var text []int32
		for k := range i + 3 {
			text = append(text, int32((7*i+5*k)%37))
		}
		texts = append(texts, text)
	}
	together, err := m.Encode(texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		alone, err := m.Encode([][]int32{text})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(alone[0], together[i]) {
			t.Errorf("text %d gives other features alone than together with others", i)
		}
	}
}

// Weights of a published model, cut small; the expected values come from
// numpy in float64.
func TestPublishedWeights(t *testing.T) {
	root := os.Getenv("CGGM_DATA")
	if root == "" {
		t.Skip("set CGGM_DATA to the folder that has bert_minilm_cut")
	}
	dir := filepath.Join(root, "bert_minilm_cut")
	m := open(t, dir)
	words, err := wordpiece.Open(filepath.Join(dir, "vocab.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Text string
		Mean []float64 `json:"last_hidden_mean"`
		CLS  []float64 `json:"last_hidden_cls"`
		Norm float64   `json:"l2_norm_all"`
	}
	unmarshal(t, filepath.Join(dir, "expected.json"), &cases)
	for _, c := range cases {
		ids := words.Encode(c.Text, 0)
		out, err := m.Encode([][]int32{ids})
		if err != nil {
			t.Fatal(err)
		}
		width, square := m.Config().Width, 0.
		mean := make([]float32, len(c.Mean))
		for i, v := range out[0] {
			square += float64(v) * float64(v)
			if i%width < len(mean) {
				mean[i%width] += v / float32(len(ids))
			}
		}
		compare(t, c.Text+" [CLS]", out[0][:len(c.CLS)], c.CLS)
		compare(t, c.Text+" mean", mean, c.Mean)
		if d := math.Abs(math.Sqrt(square) - c.Norm); d > agreement*c.Norm {
			t.Errorf("%s: norm differs by %g", c.Text, d)
		}
	}
}

// renamed is a source in memory.
type renamed map[string]data.Array

func (r renamed) Shape(name string) ([]int, bool) { a, ok := r[name]; return a.Shape, ok }

func (r renamed) Tensor(name string) (data.Array, error) { return r[name], nil }

func load(t *testing.T, rename func(string) string) renamed {
	t.Helper()
	f, err := safetensors.Open("testdata/small/model.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	r := make(renamed)
	for _, name := range f.Names() {
		a, err := f.Tensor(name)
		if err != nil {
			t.Fatal(err)
		}
		r[rename(name)] = a
	}
	return r
}

// bert-base-uncased is published with a prefix and TensorFlow's names.
func TestOldNames(t *testing.T) {
	engine, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	config, err := bert.ReadConfig("testdata/small/config.json")
	if err != nil {
		t.Fatal(err)
	}
	old := strings.NewReplacer("LayerNorm.weight", "LayerNorm.gamma", "LayerNorm.bias", "LayerNorm.beta")
	source := load(t, func(name string) string { return "bert." + old.Replace(name) })
	m, err := bert.New(engine, config, pretrained.New(source, "old", bert.Prefixes...))
	if err != nil {
		t.Fatal(err)
	}
	text := [][]int32{{1, 2, 3}}
	got, err := m.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	want, err := open(t, "testdata/small").Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got[0], want[0]) {
		t.Error("other names give other features")
	}

	delete(source, "bert.encoder.layer.1.output.dense.bias")
	_, err = bert.New(engine, config, pretrained.New(source, "old.safetensors", bert.Prefixes...))
	if err == nil || !strings.Contains(err.Error(), "encoder.layer.1.output.dense.bias") || !strings.Contains(err.Error(), "old.safetensors") {
		t.Errorf("got %v, want an error that names the file and the missing array", err)
	}
	config.Inner++
	if _, err := bert.New(engine, config, pretrained.New(load(t, strings.Clone), "m")); err == nil || !strings.Contains(err.Error(), "has shape") {
		t.Errorf("got %v, want an error about the shape", err)
	}
}

func TestEncodeRefuses(t *testing.T) {
	m := open(t, "testdata/small")
	for want, ids := range map[string][]int32{
		"0 tokens":      {},
		"21 tokens":     make([]int32, 21),
		"id 37 outside": {1, 37},
		"id -1 outside": {-1},
	} {
		if _, err := m.Encode([][]int32{ids}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want an error with %q", ids, err, want)
		}
	}
	if out, err := m.Encode(nil); err != nil || len(out) != 0 {
		t.Errorf("no texts: got %v, %v", out, err)
	}
}

func TestConfigRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`{"model_type": "roberta"}`:                   "roberta",
		`{"position_embedding_type": "relative_key"}`: "relative_key",
		`{"hidden_size": 10}`:                         "multiple of the heads",
		`{"num_hidden_layers": 0}`:                    "positive",
		`{"layer_norm_eps": 0}`:                       "layer_norm_eps",
		`{"hidden_size": "x"}`:                        "config.json",
		`[`:                                           "config.json",
	} {
		path := filepath.Join(t.TempDir(), "config.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := bert.ReadConfig(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", text, err, want)
		}
	}
	if err := bert.Base().Validate(); err != nil {
		t.Error(err)
	}
}
