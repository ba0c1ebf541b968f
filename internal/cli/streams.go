package cli

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// streams are where commands read and write.
type streams struct {
	in       io.Reader
	out, err io.Writer
	// terminal says that out is one which understands ANSI sequences.
	terminal bool
	// columns returns the terminal's width at the moment; nil: not a terminal.
	columns func() int
}

// pipeWidth is the width of tables that do not go to a terminal.
const pipeWidth = 100

func systemStreams() *streams {
	s := &streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	fd := int(os.Stdout.Fd())
	if term.IsTerminal(fd) {
		s.terminal = os.Getenv("TERM") != "dumb"
		s.columns = func() int {
			width, _, err := term.GetSize(fd)
			if err != nil {
				return 0 // the view has a width for that
			}
			return width
		}
	}
	return s
}

// width returns the columns that tables may take.
func (s *streams) width() int {
	if s.columns != nil {
		if w := s.columns(); w > 0 {
			return w
		}
	}
	return pipeWidth
}

// print writes a result; unlike progress, a result that cannot be written is
// an error.
func (s *streams) print(text string) error {
	if _, err := io.WriteString(s.out, text); err != nil {
		return fmt.Errorf("cli: write the result: %w", err)
	}
	return nil
}

// tell writes to standard error; there is no place to report that this failed.
func tell(w io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(w, format+"\n", args...)
}
