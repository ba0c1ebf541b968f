package cli

import (
	"context"

	"cggm/conformance"
	"cggm/experiment"
	"cggm/task"
)

// work is what the commands do beside parsing and printing. Tests put fakes in
// its place.
type work struct {
	load     func(task, file string, sets []string) (*experiment.Config, error)
	neutral  func(task, file string, sets []string) (*experiment.Config, error)
	marshal  func(*experiment.Config) ([]byte, error)
	schema   func() ([]byte, error)
	tasks    func() []experiment.TaskInfo
	doctor   func(ctx context.Context, task, dir string) (*task.Report, error)
	run      func(context.Context, experiment.Request) (*experiment.Result, error)
	dryRun   func(context.Context, experiment.Request) error
	resume   func(ctx context.Context, dir string, v experiment.Viewer) (*experiment.Result, error)
	evaluate func(ctx context.Context, dir string) (*experiment.Result, error)
	weights  func(dir, path string) error
	examine  func(ctx context.Context, c *experiment.Config, methods []string) (*experiment.Facts, error)
	replay   func(ctx context.Context, path string) (*conformance.Report, error)
}

func realWork() work {
	return work{
		load: experiment.Load, neutral: experiment.LoadNeutral, marshal: experiment.Marshal, schema: experiment.Schema, tasks: experiment.Tasks,
		doctor: experiment.Doctor, run: experiment.Run, dryRun: experiment.DryRun, resume: experiment.Resume,
		evaluate: experiment.Evaluate, weights: experiment.Weights, examine: experiment.Examine, replay: conformance.Replay,
	}
}
