package torch_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"cggm/data"
	"cggm/data/torch"
)

func numbers(from, step, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(from + i*step)
	}
	return out
}

// The expected values are those that testdata/generate.py puts in.
func TestRead(t *testing.T) {
	base := numbers(0, 1, 12)
	double := make([]float64, 12)
	for i := range double {
		double[i] = float64(i)
	}
	want := map[string]data.Array{
		"weight":    {Shape: []int{3, 4}, Values: base},
		"turned":    {Shape: []int{4, 3}, Values: []float32{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}},
		"part":      {Shape: []int{2, 2}, Values: []float32{6, 7, 10, 11}},
		"half":      {Shape: []int{3, 4}, Values: base},
		"brain":     {Shape: []int{3, 4}, Values: base},
		"double":    {Shape: []int{3, 4}, Values: double},
		"long":      {Shape: []int{6}, Values: []int64{-3, -2, -1, 0, 1, 2}},
		"int":       {Shape: []int{6}, Values: []int32{-3, -2, -1, 0, 1, 2}},
		"byte":      {Shape: []int{6}, Values: []uint8{0, 1, 2, 3, 4, 5}},
		"truth":     {Shape: []int{3}, Values: []bool{true, false, true}},
		"scalar":    {Shape: []int{}, Values: []float32{2.5}},
		"empty":     {Shape: []int{0, 4}, Values: []float32{}},
		"parameter": {Shape: []int{2}, Values: []float32{1, 1}},
	}
	for _, file := range []string{"zip.pt", "legacy.pt"} {
		got, err := torch.Read(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d tensors, want %d", file, len(got), len(want))
		}
		for name, w := range want {
			if g := got[name]; fmt.Sprint(g.Shape) != fmt.Sprint(w.Shape) || !reflect.DeepEqual(g.Values, w.Values) {
				t.Errorf("%s: %s is %v %v, want %v %v", file, name, g.Shape, g.Values, w.Shape, w.Values)
			}
		}
	}
}

func TestNames(t *testing.T) {
	for file, want := range map[string]string{"nested.pt": "list.0 state_dict.conv.weight", "single.pt": "."} {
		f, err := torch.Open(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(f.Names(), " "); got != want {
			t.Errorf("%s: names %q, want %q", file, got, want)
		}
		if _, err := f.Array("absent"); err == nil || !strings.Contains(err.Error(), "no such tensor") {
			t.Errorf("%s: error %v for an absent tensor", file, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A class that is not a tensor is an error, and nothing is executed.
func TestHarmfulFile(t *testing.T) {
	_, err := torch.Read("testdata/harm.pt")
	if err == nil || !strings.Contains(err.Error(), "print") {
		t.Errorf("error %v, want one that names the function print", err)
	}
}

// Every file cut short, or with one byte changed, is read or refused, never
// more.
func TestDamage(t *testing.T) {
	for _, file := range []string{"zip.pt", "legacy.pt", "nested.pt"} {
		whole, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		for n := 0; n < len(whole); n += 7 {
			if read(whole[:n]) == nil {
				t.Errorf("%s cut to %d of %d bytes is read without an error", file, n, len(whole))
			}
		}
		for i := range whole {
			damaged := bytes.Clone(whole)
			damaged[i] ^= 0xff
			_ = read(damaged)
		}
	}
}

func read(b []byte) error {
	f, err := torch.New(bytes.NewReader(b), int64(len(b)), "test")
	if err != nil {
		return err
	}
	for _, name := range f.Names() {
		if _, err := f.Array(name); err != nil {
			return err
		}
	}
	return nil
}

func FuzzNew(f *testing.F) {
	for _, file := range []string{"zip.pt", "legacy.pt", "nested.pt", "single.pt", "harm.pt"} {
		b, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(_ *testing.T, b []byte) { _ = read(b) })
}

func ExampleRead() {
	tensors, err := torch.Read("testdata/nested.pt")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(tensors["state_dict.conv.weight"].Shape)
	// Output: [3 4]
}
