package cli

import (
	"context"

	"github.com/spf13/cobra"
)

type evalOptions struct {
	run     string
	weights string
	json    bool
}

func newEvalCommand(a *app) *cobra.Command {
	o := &evalOptions{}
	cmd := &cobra.Command{
		Use:   "eval RUN",
		Short: "Score the best model of a run again",
		Long: `Score the best parameters of a finished run again on validation and test data,
fused and by modality. RUN is the folder that 'cggm train' named. --weights also
writes these parameters, with the configuration as metadata, for other programs.`,
		Example: `  cggm eval runs/NAME
  cggm eval runs/NAME --json
  cggm eval runs/NAME --weights model.safetensors`,
		Args: exactly(1, "the folder of one run"),
	}
	addJSON(cmd, &o.json)
	cmd.Flags().StringVar(&o.weights, "weights", "", "also write the parameters to this safetensors `file`")
	cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		o.run = args[0]
		return runEval(ctx, a, o)
	})
	return cmd
}

func runEval(ctx context.Context, a *app, o *evalOptions) error {
	r, err := a.work.evaluate(ctx, o.run)
	if err != nil {
		return err
	}
	if o.weights != "" {
		if err := a.work.weights(o.run, o.weights); err != nil {
			return err
		}
	}
	return a.printResult(r, o.json)
}
