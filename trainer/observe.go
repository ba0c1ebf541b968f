package trainer

import "time"

// Observer follows a training: it records, shows, or saves it. An error of an
// observer ends the training.
type Observer interface {
	// Step is called after every batch.
	Step(e StepEvent) error
	// Epoch is called after every epoch, once it is validated.
	Epoch(e EpochEvent) error
	// Save is called when the state should be kept. best says that it is the
	// best so far by the validation score.
	Save(s *Snapshot, best bool) error
}

// StepEvent is one batch.
type StepEvent struct {
	Step, Epoch, Batch, Batches int
	// Rate is the learning rate of the model, AuxiliaryRate of the classifiers.
	Rate, AuxiliaryRate float64
	// Values holds the reported scalars by name; a name with a modality ends
	// in "/modality".
	Values map[string]float64
	// Wait is the time spent waiting for input, Time that of the whole step.
	Wait, Time time.Duration
}

// EpochEvent is one epoch.
type EpochEvent struct {
	Epoch, Epochs, Step int
	// Train holds the means of the reported scalars over the epoch.
	Train map[string]float64
	Val   *Evaluation
	// Best says that the validation score is the best so far.
	Best bool
	// Wait and Time are sums over the epoch of this process.
	Wait, Time time.Duration
}
