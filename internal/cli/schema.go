package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
)

func newSchemaCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON schema of configurations and data descriptions",
		Long: `Print the JSON schema of the YAML files that 'cggm train' reads. Editors complete
and check YAML with it.`,
		Example: `  cggm schema > cggm.schema.json
  # then, as the first line of a YAML file:
  # yaml-language-server: $schema=cggm.schema.json`,
		Args: cobra.NoArgs,
	}
	cmd.RunE = a.action(func(context.Context, []string) error {
		text, err := a.work.schema()
		if err != nil {
			return err
		}
		return a.streams.print(strings.TrimRight(string(text), "\n") + "\n")
	})
	return cmd
}
