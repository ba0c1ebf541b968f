package view

import (
	"cggm/experiment"
	"cggm/trainer"
)

// Silent shows nothing.
type Silent struct{}

var _ View = Silent{}

// Begin does nothing.
func (Silent) Begin(experiment.Beginning) {}

// Step does nothing.
func (Silent) Step(trainer.StepEvent) {}

// Epoch does nothing.
func (Silent) Epoch(trainer.EpochEvent) {}

// End does nothing.
func (Silent) End(*experiment.Result) {}

// Close does nothing.
func (Silent) Close() {}
