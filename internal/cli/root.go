// Package cli is the command line: one file per verb, each a command, its
// options, and the function that runs it.
package cli

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"cggm/backend/memory"
)

// app is what all commands share.
type app struct {
	streams *streams
	work    work
	// reached says that a command began its work: errors before that are
	// errors of usage.
	reached bool
}

// Main runs the command line of this process and returns its exit code.
func Main() int {
	memory.Save()
	ctx, stop := interruptible(os.Stderr)
	defer stop()
	a := &app{streams: systemStreams(), work: realWork()}
	return a.execute(ctx, os.Args[1:])
}

// execute runs one command line and returns the exit code.
func (a *app) execute(ctx context.Context, args []string) int {
	root := newRootCommand(a) //nolint:contextcheck // commands get their context when they run
	root.SetArgs(args)
	root.SetIn(a.streams.in)
	root.SetOut(a.streams.out)
	root.SetErr(a.streams.err)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	code := exitCode(ctx, err, a.reached)
	report(a.streams.err, cmd, err, code)
	return code
}

func newRootCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cggm COMMAND",
		Short: "Train balanced multimodal models",
		Long: `cggm trains models that use several modalities, with methods that keep the
fastest-learning modality from starving the others: CGGM (Classifier-guided
Gradient Modulation, NeurIPS 2024) and others beside it under one protocol.

Results go to standard output, errors to standard error.

Exit codes:
  0    done
  1    a check or a run failed
  2    the command line or the configuration is wrong
  130  interrupted; what was trained so far is saved`,
		Example: `  cggm train                              # CGGM on embedded emoji pictures and names
  cggm train --seeds 3 --versus joint     # does it beat joint training?
  cggm train mydata.yaml                  # your own data
  cggm methods                            # what else there is`,
		Version:       version(),
		Args:          onlyCommands,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.SetFlagErrorFunc(suggestFlag)
	cmd.SetVersionTemplate("cggm {{.Version}}\n")
	cmd.AddCommand(
		newTrainCommand(a),
		newCompareCommand(a),
		newEvalCommand(a),
		newTasksCommand(a),
		newMethodsCommand(a),
		newDataCommand(a),
		newConformanceCommand(a),
		newEnvCommand(a),
		newSchemaCommand(a),
		newVersionCommand(a),
	)
	return cmd
}

// action is the RunE of a command: errors from here on are not of usage.
func (a *app) action(run func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		a.reached = true
		return run(cmd.Context(), args)
	}
}
