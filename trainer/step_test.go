package trainer_test

import (
	"strings"
	"testing"

	"cggm/sample"
)

// A batch of another layout is refused with what is wrong, and the model goes
// on learning afterwards.
func TestStepRefusesOtherLayouts(t *testing.T) {
	set := data(2, 8, 1)
	read := func() *sample.Batch {
		b, err := set.Read(t.Context(), seq(8), sample.Draw{})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	tr := fixture{modalities: 2, method: "cggm"}.trainer(t)
	for what, c := range map[string]struct {
		spoil func(b *sample.Batch)
		words string
	}{
		"a modality less": {func(b *sample.Batch) { b.Inputs = b.Inputs[:1] }, "1 modalities: the training data has 2"},
		"a sample less":   {func(b *sample.Batch) { b.Inputs[1].Floats = b.Inputs[1].Floats[b.Inputs[1].Size():] }, "for 8 samples"},
		"other widths":    {func(b *sample.Batch) { b.Inputs[0].Dims = []int{b.Inputs[0].Dims[0] + 1} }, "of shape"},
		"marks":           {func(b *sample.Batch) { b.Present = make([]float32, 3) }, "3 marks of presence: want 16"},
	} {
		b := read()
		c.spoil(b)
		if _, err := tr.Step(b); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: error %v, want one with %q", what, err, c.words)
		}
	}
	for range 2 {
		if _, err := tr.Step(read()); err != nil {
			t.Fatalf("after refusals: %v", err)
		}
	}
}
