package experiment_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"cggm/experiment"
)

// realData returns a folder of real data, or skips the test.
func realData(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(os.Getenv("CGGM_DATA"), name)
	if _, err := os.Stat(dir); os.Getenv("CGGM_DATA") == "" || err != nil {
		t.Skipf("CGGM_DATA does not point at a folder that holds %s", name)
	}
	return dir
}

// train trains on what a manifest describes.
func train(t *testing.T, manifest string, sets ...string) *experiment.Result {
	t.Helper()
	path := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(path, []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := experiment.Load("", path, sets)
	if err != nil {
		t.Fatal(err)
	}
	r, err := experiment.Run(context.Background(), experiment.Request{Config: c, Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Handwritten digits in six views, a MATLAB file of version 5 with its split:
// logistic regression on all views reaches .993.
func TestRealMATLAB(t *testing.T) {
	file := filepath.Join(realData(t, "mfeat_handwritten"), "handwritten_6views.mat")
	manifest := "task: classification\nfile: " + file + "\nmodalities:\n"
	for i := range 6 {
		manifest += fmt.Sprintf("  - {name: view%d, array: \"x%d_{split}\"}\n", i+1, i+1)
	}
	r := train(t, manifest+"label: {from: \"gt_{split}\"}\nsplit: {files: {train: train, test: test}}\n", "train.epochs=8")
	if acc := r.Scores.Test["accuracy"]; acc < .95 || len(r.Modalities) != 6 {
		t.Errorf("test accuracy %v on %d views, want at least .95 on 6", acc, len(r.Modalities))
	}
}

// Four scans of a patient in NIfTI with a mask of the brain, in the layout of
// BraTS: slices are samples, and brain stands for the tumour. The patient is in
// all three sets, under other names.
func TestRealNIfTI(t *testing.T) {
	from, dir := filepath.Join(realData(t, "tcga_lgg_nifti"), "aligned_to_t1c"), t.TempDir()
	for _, split := range []string{"train", "valid", "test"} {
		patient := filepath.Join(dir, split, "TCGA_"+split)
		if err := os.MkdirAll(patient, 0o700); err != nil {
			t.Fatal(err)
		}
		for to, name := range map[string]string{"t1": "t1", "t1ce": "t1c", "t2": "t2", "flair": "fla", "seg": "seg_brainmask"} {
			if err := os.Symlink(filepath.Join(from, name+".nii.gz"), filepath.Join(patient, "TCGA_"+split+"_"+to+".nii.gz")); err != nil {
				t.Fatal(err)
			}
		}
	}
	c, err := experiment.Load("brats2021-tiny", "", []string{"data.settings={crop: 192, cache: " + t.TempDir() + "}", "train.epochs=15"})
	if err != nil {
		t.Fatal(err)
	}
	c.Data.Dir = dir
	r, err := experiment.Run(context.Background(), experiment.Request{Config: c, Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	// All of the crop taken for brain gives .74.
	if dice := r.Scores.Test["dice_wt"]; dice < .8 {
		t.Errorf("Dice %v of the brain, want at least .8", dice)
	}
}
