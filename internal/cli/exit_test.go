package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"cggm/experiment"
)

func TestExitCode(t *testing.T) {
	ended, end := context.WithCancel(context.Background())
	end()
	plain := errors.New("disk full")
	for _, test := range []struct {
		name    string
		ctx     context.Context
		err     error
		reached bool
		want    int
	}{
		{"failure of the work", t.Context(), plain, true, exitFailed},
		{"failed check", t.Context(), errFailed, true, exitFailed},
		{"before the work", t.Context(), plain, false, exitUsage},
		{"option refused by the command", t.Context(), usagef("seeds"), true, exitUsage},
		{"wrapped usage", t.Context(), fmt.Errorf("run 1: %w", experiment.ErrUsage), true, exitUsage},
		{"interrupted", ended, fmt.Errorf("run 1: %w", experiment.ErrInterrupted), true, exitInterrupted},
		{"cancelled by a signal", ended, context.Canceled, true, exitInterrupted},
		{"cancelled by something else", t.Context(), context.Canceled, true, exitFailed},
		{"failed while interrupted", ended, plain, true, exitFailed},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := exitCode(test.ctx, test.err, test.reached); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// A result that cannot be written is a failure, whatever the command.
func TestResultThatCannotBeWritten(t *testing.T) {
	for _, args := range [][]string{
		{"train"},
		{"train", "--json"},
		{"train", "--seeds", "2"},
		{"train", "--dry-run"},
		{"train", "--print-config"},
		{"eval", "runs/done"},
		{"tasks"},
		{"methods"},
		{"methods", "cggm", "--json"},
		{"data", "doctor", "emoji"},
		{"conformance", "a.safetensors"},
		{"env"},
		{"schema"},
		{"version"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			var said bytes.Buffer
			a := &app{streams: &streams{in: strings.NewReader(""), out: fullDisk{}, err: &said}, work: fakeWork()}
			if code := a.execute(t.Context(), args); code != exitFailed {
				t.Errorf("exit code %d, want %d", code, exitFailed)
			}
			if !strings.Contains(said.String(), "no space left") {
				t.Errorf("stderr does not say why: %q", said.String())
			}
		})
	}
}

// A terminal gets the bar and, in its place, the table.
func TestTrainOnTerminal(t *testing.T) {
	var out bytes.Buffer
	a := &app{
		streams: &streams{in: strings.NewReader(""), out: &out, err: io.Discard, terminal: true, columns: func() int { return 70 }},
		work:    fakeWork(),
	}
	if code := a.execute(t.Context(), []string{"train"}); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	bar, table, found := strings.Cut(out.String(), "cggm on emoji, seed 1: 1000 parameters")
	if !found || !strings.Contains(bar, "░") || strings.Contains(table, "\x1b") {
		t.Errorf("no bar followed by a table in %q", out.String())
	}
}

func TestAbridged(t *testing.T) {
	long := strings.Repeat("one file\n", 30) + "last"
	if got := abridged(long); !strings.HasPrefix(got, "one file\n") || !strings.HasSuffix(got, "one file\nand 11 more lines") || strings.Count(got, "\n") != mostLines {
		t.Errorf("31 lines: %q", got)
	}
	if got := abridged("a\nb"); got != "a\nb" {
		t.Errorf("two lines: %q", got)
	}
}
