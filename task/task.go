// Package task defines what a task brings to training: its data, the model,
// loss, scores and training recipe that fit it.
package task

import (
	"context"

	"cggm/objective"
	"cggm/sample"
)

// Info describes the data of a task once it is open.
type Info struct {
	// Task is the kind of prediction problem.
	Task objective.Task
	// Outputs is the number of classes, labels or regression targets.
	Outputs int
	// Scores names the family of scores that the field reports; "": what is
	// usual for the kind of problem.
	Scores string
	// Classes names the outputs; may be empty.
	Classes []string
	// Vocabulary is the number of token ids per modality, 0 for modalities
	// that are not tokens.
	Vocabulary []int
	// Warnings lists what a user should know about the data.
	Warnings []string
}

// Data is an open task: three splits and what they hold.
type Data struct {
	Info
	sample.Splits
	// Fingerprints of the three splits, train, val, test.
	Fingerprints [3]string
}

// Options says where and how to open a task's data.
type Options struct {
	// Dir is the folder of tasks that read files; "" for embedded data.
	Dir string
	// Seed chooses generated data and splits made on the fly.
	Seed uint64
}

// Opener opens the data of a task.
type Opener interface {
	Open(ctx context.Context, o Options) (*Data, error)
}
