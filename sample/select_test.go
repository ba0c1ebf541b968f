package sample_test

import (
	"context"
	"slices"
	"testing"

	"cggm/sample"
)

// plain hides that a source is a set.
type plain struct{ sample.Source }

func TestSelected(t *testing.T) {
	column := func(name string, values ...float32) sample.Column {
		return sample.Column{Layout: sample.Layout{Name: name}, Floats: values}
	}
	set, err := sample.NewSet([]sample.Column{column("a", 1, 2), column("b", 3, 4), column("c", 5, 6)}, column("y", 7, 8),
		[]float32{1, 0, 1, 1, 1, 0})
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]sample.Source{
		"set": sample.Selected(set, []int{2, 1}), "source": sample.Selected(plain{set}, []int{2, 1}),
	} {
		if in := s.Inputs(); len(in) != 2 || in[0].Name != "c" || in[1].Name != "b" {
			t.Errorf("%s: inputs %+v", name, in)
		}
		b, err := s.Read(context.Background(), []int{1, 0}, sample.Draw{})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(b.Inputs[0].Floats, []float32{6, 5}) || !slices.Equal(b.Inputs[1].Floats, []float32{4, 3}) ||
			!slices.Equal(b.Label.Floats, []float32{8, 7}) || !slices.Equal(b.Present, []float32{0, 1, 1, 0}) {
			t.Errorf("%s: %+v", name, b)
		}
	}
}
