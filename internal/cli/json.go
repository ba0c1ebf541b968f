package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
)

func addJSON(cmd *cobra.Command, p *bool) {
	cmd.Flags().BoolVar(p, "json", false, "write JSON only")
}

// printJSON writes a value as one line.
func (s *streams) printJSON(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("cli: write the result as JSON: %w", err)
	}
	return s.print(string(line) + "\n")
}
