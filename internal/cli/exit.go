package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"cggm/experiment"
)

// The exit codes, documented in the help of the root command.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// errFailed ends a command whose output already says what failed.
var errFailed = errors.New("check failed")

// usageError is an error of the command line that shows only once a command
// looks at its options.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// exitCode maps an error to the exit code.
func exitCode(ctx context.Context, err error, reached bool) int {
	var usage usageError
	switch {
	case errors.Is(err, experiment.ErrInterrupted), errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return exitInterrupted
	case !reached, errors.As(err, &usage), errors.Is(err, experiment.ErrUsage):
		return exitUsage
	}
	return exitFailed
}

// report writes an error, as JSON when the command was asked for JSON.
func report(w io.Writer, cmd *cobra.Command, err error, code int) {
	if errors.Is(err, errFailed) {
		return
	}
	if asked, flagErr := cmd.Flags().GetBool("json"); flagErr == nil && asked {
		line, jsonErr := json.Marshal(struct {
			Error string `json:"error"`
			Exit  int    `json:"exit"`
		}{err.Error(), code})
		if jsonErr == nil {
			tell(w, "%s", line)
			return
		}
	}
	tell(w, "error: %s", abridged(err.Error()))
	if code == exitUsage {
		tell(w, "see '%s --help'", cmd.CommandPath())
	}
}

// mostLines bounds the text of an error: a thousand files may fail alike.
const mostLines = 20

// abridged returns a text without what follows its first lines.
func abridged(text string) string {
	lines := strings.Split(text, "\n")
	if len(lines) <= mostLines {
		return text
	}
	return fmt.Sprintf("%s\nand %d more lines", strings.Join(lines[:mostLines], "\n"), len(lines)-mostLines)
}
