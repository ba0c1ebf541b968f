package view

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"cggm/experiment"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares text with a file of testdata.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("%s differs; got:\n%s\nwant:\n%s", name, text, want)
	}
}

// sampleResult is a run of two modalities. shift moves all scores.
func sampleResult(method string, seed uint64, source string, shift float64) *experiment.Result {
	r := &experiment.Result{
		Task: "emoji", Method: method, Seed: seed, Run: "runs/" + method, Primary: "accuracy", Larger: true,
		Epoch: 24, Epochs: 30, Reason: "all epochs done", Seconds: 41.25, Parameters: 123456,
	}
	r.Scores.Val = map[string]float64{"accuracy": .75 + shift, "macro_f1": .70 + shift}
	r.Scores.Test = map[string]float64{"accuracy": .74 + shift, "macro_f1": .69 + shift}
	for i, name := range []string{"picture", "name"} {
		mean, low, high := 1.25+float64(i), .5, 3e4
		m := experiment.ModalityResult{
			Name: name, Source: source,
			Val:  map[string]float64{"accuracy": .66 - .02*float64(i) + shift, "macro_f1": .60},
			Test: map[string]float64{"accuracy": .65 - .02*float64(i) + shift, "macro_f1": .59},
		}
		if method == "cggm" {
			m.CoefficientMean, m.CoefficientMin, m.CoefficientMax = &mean, &low, &high
		}
		r.Modalities = append(r.Modalities, m)
	}
	return r
}
