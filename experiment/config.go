// Package experiment turns a configuration into a training: it opens the data
// of a task, assembles model, method, optimizers and trainer, keeps the run
// folder, and reads the test set once at the end.
//
// A configuration is made of layers, each overriding the one before: the
// defaults, the task's preset, a YAML file, and assignments such as
// "train.epochs=5".
package experiment

import (
	"errors"
	"fmt"

	"cggm/augment"
	"cggm/trainer"
)

// Config is all that decides what a training does. It is saved, resolved, with
// every run.
type Config struct {
	// Task names a built-in task; "manifest" for own data.
	Task string `yaml:"task"`
	// Data says where the data is and how it is made.
	Data Data `yaml:"data"`
	// Modalities gives every modality's encoder by the modality's name. A
	// modality without an entry gets one that fits its data.
	Modalities map[string]Modality `yaml:"modalities"`
	// Only restricts the model to the named modalities; empty: all.
	Only []string `yaml:"only"`
	// Augment changes the training samples that are maps at random.
	Augment augment.Options `yaml:"augment"`
	// Fusion joins the modalities' features.
	Fusion Choice `yaml:"fusion"`
	// Head maps the joint representation to predictions.
	Head Choice `yaml:"head"`
	// Classifier is the auxiliary classifier of every modality.
	Classifier Choice `yaml:"classifier"`
	// Unimodal is the source of a single modality's logits: split cuts the
	// model's where fusion and head are linear; mask runs the model with the
	// others' features at 0, mask-input with their inputs at 0; shared sends
	// features of one width through a layer of its own; auxiliary trains a
	// classifier for each; auto is split where it applies, otherwise mask.
	Unimodal string `yaml:"unimodal"`
	// Method names the balancing method, or several joined by "+".
	Method string `yaml:"method"`
	// Options holds the settings of methods, by method.
	Options map[string]map[string]any `yaml:"options"`
	// Loss is what training minimises; empty: what fits the task.
	Loss Choice `yaml:"loss"`
	// Signal is what CGGM follows; empty: what fits the task.
	Signal Choice `yaml:"signal"`
	// Score selects the best epoch; empty: what fits the task.
	Score string `yaml:"score"`
	// Optimizer trains the model, Auxiliary the auxiliary classifiers.
	Optimizer Optimizer `yaml:"optimizer"`
	Auxiliary Optimizer `yaml:"auxiliary"`
	// Rates multiplies the learning rate of groups: fusion, head, and by
	// modality stem, encoder and auxiliary, such as "encoder/text".
	Rates map[string]float64 `yaml:"rates"`
	// Train holds the settings of the training loop.
	Train trainer.Options `yaml:"train"`
}

// Data says where a task's data is and how it is made.
type Data struct {
	// Dir is the folder of a task that reads files.
	Dir string `yaml:"dir"`
	// Manifest is the YAML file that describes own data.
	Manifest string `yaml:"manifest"`
	// Seed chooses generated data and splits made on the fly.
	Seed uint64 `yaml:"seed"`
	// Synthetic holds the knobs of the task "synthetic".
	Synthetic map[string]any `yaml:"synthetic"`
	// Settings holds what else a task lets choose about its data.
	Settings map[string]any `yaml:"settings"`
	// ValIsTest allows validating on the test set; every output then says so.
	ValIsTest bool `yaml:"val_is_test"`
}

// Modality describes one modality of the model.
type Modality struct {
	Encoder Choice `yaml:"encoder"`
}

// Optimizer describes an optimizer and its learning-rate schedule.
type Optimizer struct {
	// Kind is sgd, momentum, nesterov, adam, adamw or rmsprop.
	Kind string `yaml:"kind"`
	// Settings holds what the kind has beside rate and decay, such as beta1.
	Settings map[string]any `yaml:"settings"`
	// Rate is the learning rate, > 0.
	Rate float64 `yaml:"rate"`
	// Decay is the weight decay, >= 0.
	Decay float64 `yaml:"decay"`
	// Schedule changes the rate from epoch to epoch.
	Schedule Choice `yaml:"schedule"`
}

// Validate checks what can be checked without opening the data.
func (c *Config) Validate() error {
	var errs []error
	if c.Task == "" {
		errs = append(errs, fmt.Errorf("experiment: no task given: choose one of %v", TaskNames()))
	}
	if c.Optimizer.Rate <= 0 || c.Auxiliary.Rate <= 0 {
		errs = append(errs, fmt.Errorf("experiment: learning rates %g and %g: must be above 0", c.Optimizer.Rate, c.Auxiliary.Rate))
	}
	if c.Optimizer.Decay < 0 || c.Auxiliary.Decay < 0 {
		errs = append(errs, fmt.Errorf("experiment: weight decays %g and %g: must not be negative", c.Optimizer.Decay, c.Auxiliary.Decay))
	}
	return errors.Join(append(errs, c.Augment.Validate(), c.Train.Validate())...)
}
