package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"cggm/task"
)

type doctorOptions struct {
	task string
	data string
	json bool
}

func newDoctorCommand(a *app) *cobra.Command {
	o := &doctorOptions{}
	cmd := &cobra.Command{
		Use:   "doctor TASK|FILE.yaml",
		Short: "Check a task's data for what is missing or wrong",
		Long: `Check the data of a task, or of a YAML file that describes your own: missing and
damaged files, shapes, labels, values that are no numbers, samples that are in
more than one split.

Exit code 1 says that there is an error among the findings; warnings are for you
to judge.`,
		Example: `  cggm data doctor emoji
  cggm data doctor mosi-utterance --data path/to/mosi
  cggm data doctor mydata.yaml --json`,
		Args:              exactly(1, "one task or YAML file"),
		ValidArgsFunction: completeTasks(a, "yaml", "yml"),
	}
	cmd.Flags().StringVar(&o.data, "data", "", "`folder` with the task's data")
	addJSON(cmd, &o.json)
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		o.task = args[0]
		return runDoctor(ctx, a, o)
	})
	return cmd
}

func runDoctor(ctx context.Context, a *app, o *doctorOptions) error {
	r, err := a.work.doctor(ctx, o.task, o.data)
	if err != nil {
		return err
	}
	failures := r.Count(task.SeverityError)
	if o.json {
		err = a.streams.printJSON(struct {
			Task string         `json:"task"`
			OK   bool           `json:"ok"`
			Rows []task.Finding `json:"rows"`
		}{o.task, failures == 0, r.Rows})
	} else {
		err = a.streams.print(r.String() + fmt.Sprintf("\n%s: %s, %s\n", o.task,
			count(failures, "error"), count(r.Count(task.SeverityWarning), "warning")))
	}
	if err != nil {
		return err
	}
	if failures > 0 {
		return errFailed
	}
	return nil
}

// count puts a number before a noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
