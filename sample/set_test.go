package sample_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"cggm/sample"
)

// example has three samples: a vector, ragged tokens and a picture.
func example(t testing.TB) *sample.Set {
	t.Helper()
	s, err := sample.NewSet([]sample.Column{
		{Layout: sample.Layout{Name: "vector", Dims: []int{2}}, Floats: []float32{1, 2, 3, 4, 5, 6}},
		{
			Layout: sample.Layout{Name: "text", Kind: sample.Int, Dims: []int{2}, Ragged: true},
			Ints:   []int32{7, 0, 8, 9, 0, 0}, Lengths: []int32{1, 2, 0},
		},
		{Layout: sample.Layout{Name: "picture", Kind: sample.Byte, Dims: []int{1, 1, 1}}, Bytes: []uint8{10, 20, 30}},
	}, sample.Column{Layout: sample.Layout{Name: "label", Kind: sample.Int}, Ints: []int32{0, 1, 2}},
		[]float32{1, 1, 0, 1, 0, 1, 0, 1, 1})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRead(t *testing.T) {
	s := example(t)
	b, err := s.Read(context.Background(), []int{2, 0, 2}, sample.Draw{})
	if err != nil {
		t.Fatal(err)
	}
	want := &sample.Batch{
		Inputs: []sample.Column{
			{Layout: sample.Layout{Name: "vector", Dims: []int{2}}, Floats: []float32{5, 6, 1, 2, 5, 6}},
			{
				Layout: sample.Layout{Name: "text", Kind: sample.Int, Dims: []int{2}, Ragged: true},
				Ints:   []int32{0, 0, 7, 0, 0, 0}, Lengths: []int32{0, 1, 0},
			},
			{Layout: sample.Layout{Name: "picture", Kind: sample.Byte, Dims: []int{1, 1, 1}}, Bytes: []uint8{30, 10, 30}},
		},
		Label:   sample.Column{Layout: sample.Layout{Name: "label", Kind: sample.Int}, Ints: []int32{2, 0, 2}},
		Present: []float32{0, 1, 1, 1, 1, 0, 0, 1, 1},
	}
	if d := cmp.Diff(want, b); d != "" {
		t.Errorf("batch (-want +got):\n%s", d)
	}
	b.Inputs[0].Floats[0] = 99
	if again, _ := s.Read(context.Background(), []int{2}, sample.Draw{}); again.Inputs[0].Floats[0] != 5 {
		t.Error("a batch shares memory with the set")
	}
	for _, i := range []int{-1, 3} {
		if _, err := s.Read(context.Background(), []int{0, i}, sample.Draw{}); err == nil {
			t.Errorf("index %d: no error", i)
		}
	}
}

func TestSelect(t *testing.T) {
	s := example(t).Select([]int{2, 0})
	inputs, label, present := s.Columns()
	if len(inputs) != 2 || inputs[0].Name != "picture" || inputs[1].Name != "vector" || label.Ints[2] != 2 {
		t.Errorf("selected %v", s.Inputs())
	}
	if d := cmp.Diff([]float32{0, 1, 1, 1, 1, 0}, present); d != "" {
		t.Errorf("presence (-want +got):\n%s", d)
	}
}

func TestNewSetRefuses(t *testing.T) {
	label := sample.Column{Layout: sample.Layout{Name: "label", Kind: sample.Int}, Ints: []int32{0, 1}}
	vector := func(c sample.Column) sample.Column {
		if c.Dims == nil {
			c.Dims = []int{2}
		}
		c.Name = "x"
		return c
	}
	for _, test := range []struct {
		name    string
		input   sample.Column
		present []float32
		want    string
	}{
		{"short", vector(sample.Column{Floats: make([]float32, 3)}), nil, `column "x" holds 3 float values: want 4`},
		{"other kind", vector(sample.Column{Floats: make([]float32, 4), Ints: make([]int32, 1)}), nil, "holds 1 int values: want 0"},
		{"no lengths", sample.Column{Layout: sample.Layout{Name: "x", Dims: []int{2}, Ragged: true}, Floats: make([]float32, 4)}, nil, "has 0 lengths"},
		{"needless lengths", vector(sample.Column{Floats: make([]float32, 4), Lengths: []int32{1, 1}}), nil, "has 2 lengths"},
		{
			"long length",
			sample.Column{Layout: sample.Layout{Name: "x", Dims: []int{2}, Ragged: true}, Floats: make([]float32, 4), Lengths: []int32{1, 3}},
			nil, "sample 1: length 3 outside [0,2]",
		},
		{"presence", vector(sample.Column{Floats: make([]float32, 4)}), []float32{1}, "1 presence flags: want 2 samples x 1 modalities"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := sample.NewSet([]sample.Column{test.input}, label, test.present)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

// TestFingerprint changes one thing at a time.
func TestFingerprint(t *testing.T) {
	base := example(t).Fingerprint()
	if base != example(t).Fingerprint() {
		t.Fatal("equal sets differ")
	}
	change := map[string]func(inputs []sample.Column, label *sample.Column, present []float32){
		"float":   func(in []sample.Column, _ *sample.Column, _ []float32) { in[0].Floats[3]++ },
		"int":     func(in []sample.Column, _ *sample.Column, _ []float32) { in[1].Ints[0]++ },
		"length":  func(in []sample.Column, _ *sample.Column, _ []float32) { in[1].Lengths[0]++ },
		"byte":    func(in []sample.Column, _ *sample.Column, _ []float32) { in[2].Bytes[1]++ },
		"name":    func(in []sample.Column, _ *sample.Column, _ []float32) { in[2].Name = "image" },
		"label":   func(_ []sample.Column, l *sample.Column, _ []float32) { l.Ints[1]++ },
		"present": func(_ []sample.Column, _ *sample.Column, p []float32) { p[0] = 0 },
	}
	for name, f := range change {
		inputs, label, present := example(t).Columns()
		f(inputs, &label, present)
		s, err := sample.NewSet(inputs, label, present)
		if err != nil {
			t.Fatal(err)
		}
		if s.Fingerprint() == base {
			t.Errorf("%s changed, the fingerprint did not", name)
		}
	}
}

// TestSubset: reading through a subset is reading the original.
func TestSubset(t *testing.T) {
	s := example(t)
	rapid.Check(t, func(r *rapid.T) {
		outer := rapid.SliceOfN(rapid.IntRange(0, 2), 1, 5).Draw(r, "outer")
		inner := rapid.SliceOfN(rapid.IntRange(0, len(outer)-1), 0, 5).Draw(r, "inner")
		composed := make([]int, len(inner))
		for k, i := range inner {
			composed[k] = outer[i]
		}
		got, err := s.Subset(outer).Read(context.Background(), inner, sample.Draw{})
		if err != nil {
			r.Fatal(err)
		}
		want, err := s.Read(context.Background(), composed, sample.Draw{})
		if err != nil {
			r.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			r.Fatalf("subset (-want +got):\n%s", d)
		}
	})
}
