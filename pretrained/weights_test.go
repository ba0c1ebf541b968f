package pretrained_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cggm/data"
	"cggm/pretrained"
)

// memory is a source in memory.
type memory map[string]data.Array

func (m memory) Shape(name string) ([]int, bool) { a, ok := m[name]; return a.Shape, ok }

func (m memory) Tensor(name string) (data.Array, error) { return m[name], nil }

func array(shape ...int) data.Array {
	n, _ := data.Elements(shape)
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(i)
	}
	return data.Array{Shape: shape, Values: values}
}

func TestLayouts(t *testing.T) {
	w := pretrained.New(memory{
		"net.linear": array(2, 3), "kernel": array(2, 3, 1, 2), "words": {Shape: []int{1}, Values: []string{"a"}},
	}, "file", "", "net.")
	if got, err := w.Linear("linear", 3, 2); err != nil || !slices.Equal(got, []float32{0, 3, 1, 4, 2, 5}) {
		t.Errorf("linear: %v, %v", got, err)
	}
	// Element (o, i, 0, x) of [2,3,1,2] is 6o+2i+x; by hand in [1,2,3,2]:
	if got, err := w.Kernel("kernel", 1, 2, 3, 2); err != nil || !slices.Equal(got, []float32{0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11}) {
		t.Errorf("kernel: %v, %v", got, err)
	}
	// One input instead of three colours: their sums.
	if got, err := w.Kernel("kernel", 1, 2, 1, 2); err != nil || !slices.Equal(got, []float32{6, 24, 9, 27}) {
		t.Errorf("kernel of one input: %v, %v", got, err)
	}
	if !w.Has("linear") || w.Has("net") {
		t.Error("names are looked up wrongly")
	}
	for name, read := range map[string]func() ([]float32, error){
		`"missing"`:       func() ([]float32, error) { return w.Read("missing", 1) },
		"has shape [2 3]": func() ([]float32, error) { return w.Linear("linear", 2, 3) },
		"want numbers":    func() ([]float32, error) { return w.Read("words", 1) },
	} {
		if _, err := read(); err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "file") {
			t.Errorf("got %v, want an error with %s and the file's name", err, name)
		}
	}
	if _, err := pretrained.Open(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("a missing file must be refused")
	}
}

// The files are those of data/torch/testdata/generate.py: 0 to 11 as [3, 4],
// under "weight" and under "conv.weight" in "state_dict".
func TestOpenTorch(t *testing.T) {
	for file, name := range map[string]string{"zip.pt": "weight", "legacy.pt": "weight", "nested.pt": "conv.weight"} {
		w, err := pretrained.Open(filepath.Join("..", "data", "torch", "testdata", file), "", "module.")
		if err != nil {
			t.Fatal(err)
		}
		got, err := w.Linear(name, 4, 3)
		if err != nil || !slices.Equal(got[:4], []float32{0, 4, 8, 1}) {
			t.Errorf("%s: %v, %v", file, got, err)
		}
	}
	if _, err := pretrained.Open(filepath.Join("..", "data", "torch", "testdata", "harm.pt")); err == nil {
		t.Error("a file that names a function must be refused")
	}
}

func TestFingerprint(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	print := func(paths ...string) []byte {
		sum, err := pretrained.Fingerprint(paths...)
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	ab, c := write("ab", "ab"), write("c", "c")
	a, bc := write("a", "a"), write("bc", "bc")
	if !bytes.Equal(print(ab, c), print(write("copy", "ab"), c)) {
		t.Error("the same contents have another fingerprint")
	}
	if bytes.Equal(print(ab, c), print(a, bc)) || bytes.Equal(print(ab, c), print(c, ab)) {
		t.Error("other contents have the same fingerprint")
	}
	if _, err := pretrained.Fingerprint(filepath.Join(dir, "missing")); err == nil {
		t.Error("a missing file must be refused")
	}
}

func ExampleNew() {
	source := memory{"fc.weight": {Shape: []int{1, 2}, Values: []float32{3, 4}}}
	w := pretrained.New(source, "model.safetensors", "", "module.")
	weight, err := w.Linear("fc.weight", 2, 1)
	fmt.Println(weight, err)
	// Output: [3 4] <nil>
}
