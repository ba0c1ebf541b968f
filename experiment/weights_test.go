package experiment_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cggm/data/safetensors"
	"cggm/experiment"
	"cggm/run"
)

// What is written are the parameters of the best checkpoint, all of them, and
// nothing of the optimizers'.
func TestWeights(t *testing.T) {
	r, err := experiment.Run(context.Background(), experiment.Request{Config: tiny(t), Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err := experiment.Weights(r.Run, path); err != nil {
		t.Fatal(err)
	}
	d, err := run.Open(r.Run)
	if err != nil {
		t.Fatal(err)
	}
	c, err := d.Load(run.Best)
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	params := slices.DeleteFunc(slices.Clone(c.Arrays), func(a run.Array) bool { return !strings.HasPrefix(a.Name, "param/") })
	if len(params) == 0 || len(params) == len(c.Arrays) || len(f.Names()) != len(params) || !strings.Contains(f.Metadata()["config"], "task: synthetic") {
		t.Errorf("%d tensors of %d, metadata %v", len(f.Names()), len(params), f.Metadata())
	}
	for _, want := range params {
		got, err := f.Tensor(strings.TrimPrefix(want.Name, "param/"))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Shape, want.Dims) || !slices.Equal(got.Values.([]float32), want.Values) {
			t.Errorf("%s differs: %v, want %v", want.Name, got.Shape, want.Dims)
		}
	}
	if err := experiment.Weights(t.TempDir(), path); !errors.Is(err, experiment.ErrUsage) {
		t.Errorf("an empty folder: %v", err)
	}
	if err := experiment.Weights(r.Run, filepath.Join(t.TempDir(), "absent", "model")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file in a folder that is not there: %v", err)
	}
}
