package experiment

import "cggm/trainer"

// Result is the outcome of one run. Its JSON form is the last line that
// "cggm train --json" prints.
type Result struct {
	Task   string `json:"task"`
	Method string `json:"method"`
	Seed   uint64 `json:"seed"`
	Run    string `json:"run"`
	// Primary names the score that selected the epoch.
	Primary string `json:"primary"`
	Larger  bool   `json:"larger_is_better"`
	Epoch   int    `json:"epoch"` // of the selected parameters, from 1
	Epochs  int    `json:"epochs"`
	Reason  string `json:"reason"` // why training ended
	// ValIsTest marks a result selected on the test set itself.
	ValIsTest bool `json:"val_is_test,omitempty"`
	Scores    struct {
		Val  map[string]float64 `json:"val"`
		Test map[string]float64 `json:"test"`
	} `json:"scores"`
	Modalities []ModalityResult `json:"modalities"`
	Seconds    float64          `json:"seconds"`
	// Starved is the part of Seconds that updates waited for their input.
	Starved float64 `json:"waited_for_input"`
	// Parameters is the number of trained scalars, auxiliary classifiers not
	// counted.
	Parameters int `json:"parameters"`
}

// ModalityResult is what one modality contributed.
type ModalityResult struct {
	Name string `json:"name"`
	// Source says where the scores come from: "classifier" or the model's
	// source of unimodal logits.
	Source          string             `json:"source"`
	Val             map[string]float64 `json:"val"`
	Test            map[string]float64 `json:"test"`
	CoefficientMean *float64           `json:"coefficient_mean,omitempty"`
	CoefficientMin  *float64           `json:"coefficient_min,omitempty"`
	CoefficientMax  *float64           `json:"coefficient_max,omitempty"`
}

// Viewer shows a training while it runs. Every method may do nothing.
type Viewer interface {
	// Begin is called before the first update of every run.
	Begin(b Beginning)
	// Step and Epoch follow the training.
	Step(e trainer.StepEvent)
	Epoch(e trainer.EpochEvent)
	// End is called with the result of a finished run.
	End(r *Result)
}

// Beginning tells a viewer what is about to run.
type Beginning struct {
	Task, Method, Run    string
	Seed                 uint64
	Modalities           []string
	Train, Val, Test     int // samples
	Parameters           int
	Epochs, BatchesEpoch int
	Resumed              bool
	Backend              string
	Warnings             []string
}
