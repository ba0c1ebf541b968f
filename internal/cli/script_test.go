package cli

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the expected output into the scripts")

func TestMain(m *testing.M) {
	os.Exit(testscript.RunMain(m, map[string]func() int{
		// fake is the command line with fakes for the work behind it.
		"fake": func() int {
			ctx, stop := interruptible(os.Stderr)
			defer stop()
			return (&app{streams: systemStreams(), work: fakeWork()}).execute(ctx, os.Args[1:])
		},
		"cggm": Main,
	}))
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "jsonl": jsonl},
	})
}

// exits runs a command and checks its exit code: exits CODE COMMAND [ARG...].
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG...]")
	}
	got := "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

// jsonl checks that a file, or stdout, holds lines of JSON objects, and that
// the last one has the given keys: jsonl FILE [KEY...].
func jsonl(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: jsonl FILE [KEY...]")
	}
	text := ts.ReadFile(args[0])
	var last map[string]json.RawMessage
	for line := range strings.Lines(text) {
		last = nil
		d := json.NewDecoder(bytes.NewReader([]byte(line)))
		if err := d.Decode(&last); err != nil || d.More() {
			ts.Fatalf("not one JSON object: %q: %v", line, err)
		}
	}
	if last == nil {
		ts.Fatalf("%s is empty", args[0])
	}
	for _, key := range args[1:] {
		if _, ok := last[key]; !ok {
			ts.Fatalf("no %q in the last line %v", key, last)
		}
	}
}
