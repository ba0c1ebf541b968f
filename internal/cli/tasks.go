package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"cggm/internal/view"
)

type tasksOptions struct{ json bool }

func newTasksCommand(a *app) *cobra.Command {
	o := &tasksOptions{}
	cmd := &cobra.Command{
		Use:   "tasks",
		Short: "List the tasks that can be trained",
		Long: `List the built-in tasks: their data, modalities and kind of problem. Tasks whose
data is not embedded read it from the folder given with --data.`,
		Example: `  cggm tasks
  cggm tasks --json`,
		Args: cobra.NoArgs,
	}
	addJSON(cmd, &o.json)
	cmd.RunE = a.action(func(context.Context, []string) error { return runTasks(a, o) })
	return cmd
}

type taskRow struct {
	Name       string `json:"name"`
	Title      string `json:"title"`
	Kind       string `json:"kind"`
	Modalities string `json:"modalities"`
	Samples    int    `json:"samples,omitempty"`
	NeedsData  bool   `json:"needs_data"`
}

func runTasks(a *app, o *tasksOptions) error {
	rows := []taskRow{}
	table := view.Table{
		Header:  []string{"task", "data", "kind", "modalities", "samples", "from"},
		Numbers: []bool{false, false, false, false, true, false},
	}
	for _, t := range a.work.tasks() {
		rows = append(rows, taskRow{t.Name, t.Title, string(t.Kind), t.Modalities, t.Samples, t.NeedsDir})
		samples, from, kind := "any", "built in", string(t.Kind)
		if t.Samples > 0 {
			samples = fmt.Sprint(t.Samples)
		}
		if t.NeedsDir {
			from = "--data DIR"
		}
		if kind == "" {
			kind = "any"
		}
		table.Rows = append(table.Rows, []string{t.Name, t.Title, kind, t.Modalities, samples, from})
	}
	if o.json {
		return a.streams.printJSON(rows)
	}
	return a.streams.print(table.String())
}
