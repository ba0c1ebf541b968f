package experiment

import (
	"context"
	"errors"

	"cggm/balance"
	"cggm/objective"
)

// Facts is what can be known about a configuration without training.
type Facts struct {
	// Kind is the kind of problem.
	Kind objective.Task
	// Fingerprints identify the training, validation and test set.
	Fingerprints [3]string
	// Primary names the score that selects; Larger says whether a larger one
	// is better.
	Primary string
	Larger  bool
	// ValIsTest marks a validation set that is the test set.
	ValIsTest bool
	// Warnings lists what is odd about the data.
	Warnings []string
	// Refused holds, by method, why a method does not fit.
	Refused map[string]error
}

// Examine opens the data of a configuration and reports which of the methods
// fit it. The configuration's own method does not matter.
func Examine(ctx context.Context, c *Config, methods []string) (*Facts, error) {
	d, err := open(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := protocol(c, d); err != nil {
		return nil, err
	}
	joint := *c
	joint.Method = "joint"
	s, err := setup(&joint, d)
	if err != nil {
		return nil, err
	}
	f := &Facts{
		Kind: d.Task, Fingerprints: d.Fingerprints, ValIsTest: d.Fingerprints[1] == d.Fingerprints[2],
		Warnings: d.Warnings, Refused: make(map[string]error),
	}
	f.Primary, f.Larger = s.Score.Primary()
	for _, name := range methods {
		other := *c
		other.Method = name
		m, err := method(&other)
		if err == nil {
			err = balance.Check(name, m, d.Task, s.Model)
		}
		switch {
		case errors.Is(err, balance.ErrUnfit):
			f.Refused[name] = err
		case err != nil:
			return nil, err
		}
	}
	return f, nil
}
