package experiment

import (
	"context"
	"fmt"

	"cggm/objective"
	"cggm/run"
	"cggm/sample"
	"cggm/score"
)

// Probe says how much the features of one modality tell about the classes.
type Probe struct {
	Name string `json:"name"`
	// Accuracy is that of a linear classifier, fitted on the features of the
	// training set and read on those of the test set: see score.LinearProbe.
	Accuracy float64 `json:"accuracy"`
}

// Probes measures the features of every modality with the best parameters of a
// finished run. It is the same measure for all methods, wherever their own
// scores of single modalities come from. The task must be one of
// classification.
func Probes(ctx context.Context, dir string) ([]Probe, error) {
	s, err := reopen(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer s.close()
	if s.data.Task != objective.Classification {
		return nil, usage(fmt.Errorf("experiment: probes of a %s task: they need classes", s.data.Task))
	}
	best, err := s.load(run.Best)
	if err != nil {
		return nil, err
	}
	if err := s.trainer.Restore(best); err != nil {
		return nil, err
	}
	var features [2][][]float32
	var labels [2][]int32
	for k, src := range []sample.Source{s.data.Train, s.data.Test} {
		if features[k], err = s.trainer.Features(ctx, src); err != nil {
			return nil, err
		}
		if labels[k], err = classesOf(ctx, src); err != nil {
			return nil, err
		}
	}
	out := make([]Probe, len(s.setup.Model.Modalities))
	for m := range out {
		out[m].Name = s.setup.Model.Modalities[m].Name
		if out[m].Accuracy, err = score.LinearProbe(features[0][m], labels[0], features[1][m], labels[1], s.setup.Model.Head.Outputs()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// classesOf reads the classes of all samples, some hundred at a time.
func classesOf(ctx context.Context, src sample.Source) ([]int32, error) {
	var out []int32
	for from := 0; from < src.Len(); from += 256 {
		samples := make([]int, min(256, src.Len()-from))
		for i := range samples {
			samples[i] = from + i
		}
		b, err := src.Read(ctx, samples, sample.Draw{})
		if err != nil {
			return nil, err
		}
		out = append(out, b.Label.Ints...)
	}
	return out, nil
}
