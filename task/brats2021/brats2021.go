// Package brats2021 opens brain scans of four modalities with outlined tumours,
// in the layouts in which the BraTS 2021 data set is published and used:
//
//	DIR/PATIENT/PATIENT_{t1,t1ce,t2,flair,seg}.nii.gz   volumes, also .nii
//	DIR/PATIENT.h5                                      image [4, x, y, z], label [x, y, z]
//	DIR/PATIENT_slice_Z.h5                              image [4, x, y], label [x, y]
//
// The images of an HDF5 file are flair, t1ce, t1 and t2, in this order, and
// already standardised; NIfTI volumes are standardised here, each over its
// voxels that are not 0. DIR may also hold folders train, valid (or val) and
// test with these files; otherwise the patients are split 80:10:10 with a fixed
// seed. Label 4, the enhancing tumour, becomes 3.
//
// A sample is a patient: in training a random slice with tumour, another every
// epoch; in validation and test the slice with the largest tumour.
package brats2021

import (
	"context"
	"errors"
	"fmt"

	"cggm/objective"
	"cggm/sample"
	"cggm/task"
)

// Modalities are the inputs, in the order of the model.
var Modalities = [4]string{"t1", "t1ce", "t2", "flair"}

// Classes is the number of labels: background, necrotic core, oedema,
// enhancing tumour.
const Classes = 4

// Config holds the settings.
type Config struct {
	// Crop is the extent of the square around the centre that is kept, > 0.
	Crop int `yaml:"crop"`
	// Cache is a folder that keeps slices ready to be read; "": none. With it
	// a patient's files are read once instead of once an epoch. It takes about
	// 0.5 MB a slice with tumour at a crop of 160.
	Cache string `yaml:"cache"`
}

// Default returns the crop of the paper and no cache.
func Default() Config { return Config{Crop: 160} }

// Validate reports settings outside their ranges.
func (c Config) Validate() error {
	if c.Crop < 1 || c.Crop > 4096 {
		return fmt.Errorf("brats2021: crop %d: must be in [1,4096]", c.Crop)
	}
	return nil
}

// Task opens the data set.
type Task struct {
	Config Config
	// Generate makes up patients where no folder is given.
	Generate bool
}

var (
	_ task.Opener = Task{}
	_ task.Doctor = Task{}
)

// Open finds the patients of the folder o.Dir and reads their labels; images
// are read when asked for. The seed has no effect on files, only on made-up
// patients.
func (t Task) Open(ctx context.Context, o task.Options) (*task.Data, error) {
	cohort, err := t.cohort(o)
	if err != nil {
		return nil, err
	}
	return t.open(ctx, cohort)
}

// cohort returns the patients of the three splits.
func (t Task) cohort(o task.Options) (*cohort, error) {
	if err := t.Config.Validate(); err != nil {
		return nil, err
	}
	if o.Dir != "" {
		return find(o.Dir)
	}
	if t.Generate {
		return generate(o.Seed), nil
	}
	return nil, errors.New("brats2021: no folder given: name the one that holds PATIENT/PATIENT_{t1,t1ce,t2,flair,seg}.nii.gz or PATIENT.h5")
}

func (t Task) open(ctx context.Context, all *cohort) (*task.Data, error) {
	d := &task.Data{Info: task.Info{
		Task: objective.Dense, Scores: "brats", Outputs: Classes,
		Classes:    []string{"background", "necrotic core", "oedema", "enhancing tumour"},
		Vocabulary: []int{0, 0, 0, 0}, Warnings: all.warnings,
	}}
	store, err := t.store()
	if err != nil {
		return nil, err
	}
	var sources [3]*source
	for i, patients := range all.splits {
		s := &source{crop: t.Config.Crop, store: store, patients: patients}
		if err := s.survey(ctx); err != nil {
			return nil, err
		}
		if n := s.empty(); n > 0 {
			d.Warnings = append(d.Warnings, fmt.Sprintf("%d patients of the %s split have no tumour: their middle slice is used", n, splitNames[i]))
		}
		sources[i], d.Fingerprints[i] = s, s.fingerprint()
	}
	d.Splits = sample.Splits{Train: sources[0], Val: sources[1], Test: sources[2]}
	return d, nil
}
