package main

import (
	"context"
	"embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

//go:embed python/*.py
var programs embed.FS

// bench is one run of the command.
type bench struct {
	options  *options
	machine  machine
	sides    []side
	missing  []string // what is left out and why, a sentence each
	self     string   // this program
	scripts  string   // folder of the Python programs
	progress io.Writer
	begin    time.Time
}

func newBench(ctx context.Context, o *options, progress io.Writer) (*bench, error) {
	b := &bench{options: o, progress: progress, begin: time.Now()}
	var err error
	if b.self, err = os.Executable(); err != nil {
		return nil, err
	}
	if b.scripts, err = unpack(); err != nil {
		return nil, err
	}
	b.machine = inspect()
	versions := modules(ctx, o.python)
	b.machine.python = versions
	if o.python == "none" {
		b.missing = append(b.missing, "Only cggm is measured: no Python interpreter was to be used.")
	}
	for _, s := range sides {
		if !slices.Contains(o.sides, s.name) {
			continue
		}
		lacking := lacks(s, versions)
		switch {
		case lacking == "":
			b.sides = append(b.sides, s)
		case o.python != "none":
			b.missing = append(b.missing, fmt.Sprintf("%s is left out: the interpreter %s has no %s.", s.label, o.python, lacking))
		}
	}
	return b, nil
}

func (b *bench) close() { _ = os.RemoveAll(b.scripts) }

// say tells the user what is going on.
func (b *bench) say(format string, args ...any) {
	_, _ = fmt.Fprintf(b.progress, "%5.0fs %s\n", time.Since(b.begin).Seconds(), fmt.Sprintf(format, args...))
}

// unpack writes the Python programs to a new folder.
func unpack() (folder string, err error) {
	if folder, err = os.MkdirTemp("", "bench"); err != nil {
		return "", err
	}
	return folder, os.CopyFS(folder, programs)
}

// modules returns the versions of the Python modules that contestants need and
// that the interpreter has.
func modules(ctx context.Context, python string) map[string]string {
	out := make(map[string]string)
	if python == "none" {
		return out
	}
	for _, name := range []string{"torch", "torchvision", "jax"} {
		program := "import importlib.metadata as m; print(m.version('" + name + "'))"
		version, err := exec.CommandContext(ctx, python, "-c", program).Output() //nolint:gosec // the user names the interpreter
		if err == nil {
			out[name] = strings.TrimSpace(string(version))
		}
	}
	return out
}

// lacks returns the modules that the side needs and that are not there.
func lacks(s side, versions map[string]string) string {
	var missing []string
	for _, name := range s.needs {
		if versions[name] == "" {
			missing = append(missing, name)
		}
	}
	return strings.Join(missing, ", ")
}

// script returns the path of an unpacked Python program.
func (b *bench) script(name string) string { return filepath.Join(b.scripts, "python", name) }
