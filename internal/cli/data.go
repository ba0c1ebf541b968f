package cli

import "github.com/spf13/cobra"

func newDataCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "data COMMAND",
		Short: "Look at the data of tasks",
		Example: `  cggm data doctor emoji
  cggm data doctor mosi-utterance --data path/to/mosi`,
		Args: onlyCommands,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newDoctorCommand(a))
	return cmd
}
