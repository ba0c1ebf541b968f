package cli

import (
	"context"
	"fmt"
	"io"

	"cggm/experiment"
	"cggm/internal/view"
)

// trainAll does the planned runs one after the other and prints the outcome.
func trainAll(ctx context.Context, a *app, o *trainOptions, runs []*experiment.Config) error {
	v := a.view(o, view.Options{Runs: len(runs), Score: runs[0].Score, ValIsTest: runs[0].Data.ValIsTest})
	results := make([]*experiment.Result, 0, len(runs))
	for i, c := range runs {
		r, err := a.work.run(ctx, experiment.Request{Config: c, Root: o.out, Viewer: v})
		if err != nil {
			v.Close()
			if len(runs) > 1 {
				err = fmt.Errorf("run %d of %d (%s, seed %d): %w; the runs before it are kept", i+1, len(runs), c.Method, c.Train.Seed, err)
			}
			return err
		}
		results = append(results, r)
	}
	v.Close()
	if len(results) == 1 {
		return a.printResult(results[0], o.json)
	}
	comparison, err := view.Compare(results)
	if err != nil {
		return err
	}
	if o.json {
		return a.streams.printJSON(comparison)
	}
	return a.streams.print(comparison.Text())
}

func runResume(ctx context.Context, a *app, o *trainOptions) error {
	if o.target != "" {
		return usagef("--resume %s takes task and settings from the run: leave out %q", o.resume, o.target)
	}
	v := a.view(o, view.Options{})
	r, err := a.work.resume(ctx, o.resume, v)
	v.Close()
	if err != nil {
		return err
	}
	return a.printResult(r, o.json)
}

func (a *app) printResult(r *experiment.Result, asJSON bool) error {
	if asJSON {
		return a.streams.printJSON(r)
	}
	return a.streams.print(view.Result(r, a.streams.width()))
}

// view returns what shows the training: nothing, JSON lines, a bar on a
// terminal, or plain lines. Warnings are shown by all of them.
func (a *app) view(o *trainOptions, options view.Options) view.View {
	options.Out, options.Width = a.streams.out, a.streams.columns
	var v view.View
	switch {
	case o.quiet:
		v = view.Silent{}
	case o.json:
		v = view.NewEvents(options)
	case a.streams.terminal:
		v = view.NewBar(options)
	default:
		v = view.NewPlain(options)
	}
	return a.warnings(v)
}

// warnings returns the view with the warnings of runs shown beside it.
func (a *app) warnings(v view.View) *warner {
	return &warner{View: v, out: a.streams.err, seen: make(map[string]bool)}
}

// warner writes the warnings of runs to standard error, each once.
type warner struct {
	view.View
	out  io.Writer
	seen map[string]bool
}

// Begin writes the run's warnings.
func (w *warner) Begin(b experiment.Beginning) {
	for _, warning := range b.Warnings {
		if !w.seen[warning] {
			w.seen[warning] = true
			tell(w.out, "warning: %s", warning)
		}
	}
	w.View.Begin(b)
}
