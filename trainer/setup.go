// Package trainer trains a multimodal model with a balancing method.
//
// One update is one compiled graph: encoders, fusion, classifiers, the
// method's signals and coefficients, modulation, clipping and both optimizers,
// without a round trip to the host in between. Between updates the parameters
// stay on the device; the host sees a vector of scalars per update.
//
// Everything that a run is, is in its State: parameters, optimizer slots,
// what the method remembers, and the position in the data. Randomness is a
// function of the seed and of the position, never of history, so a state that
// is saved and loaded continues as if nothing had happened.
package trainer

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gomlx/compute"

	"cggm/balance"
	"cggm/network"
	"cggm/objective"
	"cggm/optim"
	"cggm/sample"
)

// Options are the settings of a training run that any task has.
type Options struct {
	// Seed chooses initial values, data order, dropout and augmentation.
	Seed uint64 `yaml:"seed"`
	// Epochs is the number of passes over the training set, >= 1.
	Epochs int `yaml:"epochs"`
	// Batch is the number of samples per update, >= 1. The last batch of an
	// epoch may be smaller.
	Batch int `yaml:"batch"`
	// Patience ends training after this many epochs without a better
	// validation score; 0 never does.
	Patience int `yaml:"patience"`
	// Steps ends training after this many batches; 0 is no limit.
	Steps int `yaml:"steps"`
	// Time ends training at the end of the first epoch that passes this
	// duration; 0 is no limit.
	Time time.Duration `yaml:"time"`
	// Clip bounds the global norm of the model's gradients after modulation;
	// 0 is off.
	Clip float64 `yaml:"clip"`
	// Apply says what a method's coefficients multiply: "gradient", or "rate"
	// for the encoders' learning rates, which optimizers that normalise the
	// gradient do not cancel.
	Apply string `yaml:"apply"`
	// Heldout is the share of the training set that methods may measure on
	// and that never enters the loss, in (0,1). Used only by methods that ask.
	Heldout float64 `yaml:"heldout"`
}

// DefaultOptions returns 30 epochs of batches of 64 on seed 1.
func DefaultOptions() Options {
	return Options{Seed: 1, Epochs: 30, Batch: 64, Apply: "gradient", Heldout: 0.1}
}

// Validate checks the ranges of the options.
func (o Options) Validate() error {
	switch {
	case o.Epochs < 1:
		return fmt.Errorf("trainer: epochs %d: must be 1 or more", o.Epochs)
	case o.Batch < 1:
		return fmt.Errorf("trainer: batch %d: must be 1 or more", o.Batch)
	case o.Patience < 0 || o.Steps < 0 || o.Time < 0 || o.Clip < 0:
		return fmt.Errorf("trainer: patience %d, steps %d, time %v, clip %g: none may be negative (0 is off)",
			o.Patience, o.Steps, o.Time, o.Clip)
	case o.Heldout <= 0 || o.Heldout >= 1:
		return fmt.Errorf("trainer: heldout %g: must be in (0,1)", o.Heldout)
	case !slices.Contains([]string{"gradient", "rate"}, o.Apply):
		return fmt.Errorf("trainer: apply %q: choose gradient or rate", o.Apply)
	}
	return nil
}

// Recipe is an optimizer with its schedule for one half of the parameters.
type Recipe struct {
	Optimizer optim.Optimizer
	Schedule  optim.Schedule
	// Decay is the weight decay.
	Decay float64
}

// Setup is all that training needs.
type Setup struct {
	Backend compute.Backend
	Model   *network.Model
	Method  balance.Method
	Task    objective.Task
	Loss    objective.Loss
	Signal  objective.Signal
	Data    sample.Splits
	Options Options
	// Main trains the model, Auxiliary the classifiers.
	Main, Auxiliary Recipe
	// Rates multiplies the learning rate of groups, by name ("encoder/0",
	// "head"); absent groups have 1.
	Rates map[string]float64
	// Score evaluates predictions.
	Score Scorer
}

// Scorer turns predictions into named scores.
type Scorer interface {
	// Score computes the scores of logits [samples, ...] on the labels.
	Score(logits []float32, labels *sample.Column) (map[string]float64, error)
	// Primary names the score that selects models; Larger says whether a
	// larger value is better.
	Primary() (name string, larger bool)
}

// ErrDiverged marks a training whose loss is no longer a number.
var ErrDiverged = errors.New("training diverged")

func (s *Setup) validate() error {
	if err := s.Options.Validate(); err != nil {
		return err
	}
	if err := s.Model.Validate(); err != nil {
		return err
	}
	for name, data := range map[string]sample.Source{"train": s.Data.Train, "validation": s.Data.Val} {
		if data == nil || data.Len() == 0 {
			return fmt.Errorf("trainer: the %s set is empty: training needs samples in it", name)
		}
		if n := len(data.Inputs()); n != len(s.Model.Modalities) {
			return fmt.Errorf("trainer: the %s set has %d modalities, the model %d: they must match in number and order",
				name, n, len(s.Model.Modalities))
		}
	}
	return nil
}
