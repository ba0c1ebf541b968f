package trainer_test

import (
	"slices"
	"testing"

	"cggm/trainer"
)

// The second modality is the noisier one: its classifier grows, what is added
// to it learns, and layers that nothing was added for stay as they were.
func TestAUGTrainsWhatItAdds(t *testing.T) {
	f := fixture{modalities: 2, method: "aug", options: func(o *trainer.Options) { o.Epochs = 6 }}
	start, tr := f.trainer(t), f.trainer(t)
	p := fit(t, tr)
	if got := p.epochs[0].Train["layers/b"]; got != 0 {
		t.Errorf("%v layers in the first epoch, want none yet", got)
	}
	layers, err := tr.State().Get("state/aug/layers")
	if err != nil {
		t.Fatal(err)
	}
	if layers[1] < 1 || layers[1] <= layers[0] {
		t.Fatalf("layers %v: want more for the weaker modality", layers)
	}
	for m, modality := range []string{"0", "1"} {
		for l := 1; l <= 4; l++ {
			name := "encoder/" + modality + "/aug/embedding" + string(rune('0'+l)) + "/weight"
			before, err := start.State().Get(name)
			if err != nil {
				t.Fatal(err)
			}
			after, err := tr.State().Get(name)
			if err != nil {
				t.Fatal(err)
			}
			// A layer that came after the last epoch has not been trained yet.
			if last := p.epochs[len(p.epochs)-1].Train["layers/"+string(rune('a'+m))]; slices.Equal(before, after) == (float64(l) <= last) {
				t.Errorf("%s: changed: %v, with %v layers in the last epoch", name, !slices.Equal(before, after), last)
			}
		}
	}
}
