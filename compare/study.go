// Package compare runs balancing methods under one protocol and says which
// differences are more than chance.
//
// On every task every method gets the same number of settings, trial 1 being
// its defaults, and the same seeds. Settings are chosen by the validation score
// of one seed, with the test set closed; the chosen setting then runs on all
// seeds, and only these runs read the test set. Seeds are paired: equal seeds
// give all methods the same initial values and the same order of samples.
//
// Every run leaves a file of its own, so that a study that was stopped, in
// whatever way, goes on with what is missing.
package compare

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cggm/balance"
	"cggm/experiment"
)

// Study is what is to be compared, and where its results are kept.
type Study struct {
	Tasks   []Task
	Methods []string
	// Variants are compared beside the methods.
	Variants []Variant
	// Against names the methods or variants that all others are tested
	// against; nil: joint and multi-loss, where they take part.
	Against []string
	// Seeds is the number of seeds of the runs that are compared.
	Seeds int
	// First is the first seed, on which trials run too; 0 is 1.
	First uint64
	// Trials is the number of settings that every method gets, >= 1; 1 takes
	// the defaults.
	Trials int
	// Dir holds the results and the runs in progress.
	Dir string
	// Jobs is the number of runs at a time, >= 1; all share the processors.
	Jobs int
	// Budget ends the start of runs after this time; 0 is no limit.
	Budget time.Duration
	// Retry runs again what has failed.
	Retry bool
	// Progress is told of every finished run; nil: nobody is.
	Progress func(Event)
	// Engine trains; the zero value trains for real.
	Engine Engine
}

// Task is a task with the settings that all its runs share.
type Task struct {
	// Name is unique among the tasks of a study and fit for file names.
	Name string
	// Load returns the configuration with the given assignments on top.
	Load func(assignments ...string) (*experiment.Config, error)
}

// Engine does the work behind a study.
type Engine struct {
	Examine func(ctx context.Context, c *experiment.Config, methods []string) (*experiment.Facts, error)
	Run     func(ctx context.Context, r experiment.Request) (*experiment.Result, error)
}

// Event tells of a run that has finished or failed.
type Event struct {
	Record *Record
	// Done and Total count the runs of the study.
	Done, Total int
	// Left is about how long the rest takes.
	Left time.Duration
}

// baselines are the methods that others are tested against unless a study says
// otherwise, where they are among its methods.
var baselines = []string{"joint", "multi-loss"}

// All returns the names of all methods.
func All() []string {
	var names []string
	for _, e := range balance.Entries() {
		names = append(names, e.Name)
	}
	return names
}

// Most bounds the numbers of seeds, trials and jobs of a study.
const Most = 1000

// ErrIncomplete marks a study with runs still missing.
var ErrIncomplete = errors.New("study is incomplete")

// runs returns the number of runs of one method on one task.
func (s *Study) runs() int {
	if s.Trials == 1 {
		return s.Seeds
	}
	return s.Trials + s.Seeds
}

// Validate checks what can be checked before anything runs.
func (s *Study) Validate() error {
	switch {
	case len(s.Tasks) == 0:
		return errors.New("compare: a study needs a task at least")
	case s.Seeds < 1 || s.Trials < 1 || s.Jobs < 1:
		return fmt.Errorf("compare: seeds %d, trials %d, jobs %d: each must be 1 or more", s.Seeds, s.Trials, s.Jobs)
	case s.Seeds > Most || s.Trials > Most || s.Jobs > Most:
		return fmt.Errorf("compare: seeds %d, trials %d, jobs %d: each must be %d or less", s.Seeds, s.Trials, s.Jobs, Most)
	case s.Budget < 0:
		return fmt.Errorf("compare: budget %v: must not be negative (0 is no limit)", s.Budget)
	}
	for i, t := range s.Tasks {
		if slices.ContainsFunc(s.Tasks[:i], func(o Task) bool { return o.Name == t.Name }) {
			return fmt.Errorf("compare: task %s is named twice", t.Name)
		}
	}
	return s.checkRows()
}
