// Command bench measures cggm side by side with PyTorch and JAX.
//
// Every contestant is a process of its own that answers requests for a number
// of steps. The program asks them in turns, several rounds long, so that what
// the machine does besides falls on all of them alike, and prints medians,
// ratios and the machine as Markdown:
//
//	go run ./bench --python /path/to/python
//
// Contestants that the interpreter has no packages for are left out, and the
// report says so. The command "bench methods" measures what balancing methods cost,
// "bench imbalance" how unequal they leave the modalities.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// options are the command's flags.
type options struct {
	only, axes, sides  []string
	python             string
	rounds, steps      int
	out, draw, profile string
	methods, dropouts  []string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	command, rest := "", os.Args[1:]
	if len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		command, rest = rest[0], rest[1:]
	}
	var err error
	switch command {
	case "":
		err = run(ctx, rest, os.Stdout, os.Stderr)
	case "serve":
		err = serveCommand(rest)
	case "methods":
		err = methodsCommand(ctx, rest, os.Stderr)
	case "imbalance":
		err = imbalanceCommand(ctx, rest, os.Stderr)
	case "epochs":
		err = epochsCommand(ctx, rest, os.Stdout)
	default:
		err = fmt.Errorf("unknown command %q: choose methods or imbalance, or none to compare with others", command)
	}
	if err != nil && !errors.Is(err, pflag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func parse(args []string) (*options, error) {
	o := &options{}
	f := pflag.NewFlagSet("bench", pflag.ContinueOnError)
	f.StringSliceVar(&o.only, "only", partNames(), "parts to run: "+strings.Join(partNames(), ", "))
	f.StringSliceVar(&o.axes, "axes", axisNames(), "what part scale varies: "+strings.Join(axisNames(), ", "))
	f.StringSliceVar(&o.sides, "sides", []string{"cggm", "eager", "sdpa", "channels-last", "jax"},
		"contestants: "+strings.Join(sideNames(), ", ")+"; compile is slow to start and therefore not among the default")
	f.StringSliceVar(&o.methods, "methods", []string{"joint", "cggm"}, "methods in the parts msa, first and memory")
	f.StringSliceVar(&o.dropouts, "dropout", []string{"on", "off"}, "dropout in the parts msa, first and memory")
	f.StringVar(&o.python, "python", "python3", "Python interpreter with torch, torchvision or jax; none: only cggm")
	f.IntVar(&o.rounds, "rounds", 5, "rounds in which the contestants take turns")
	f.IntVar(&o.steps, "steps", 4, "steps per contestant and round")
	f.StringVar(&o.out, "out", "", "also write the report to this file")
	f.StringVar(&o.draw, "draw", "", "draw part scale to SVG files in this folder")
	f.StringVar(&o.profile, "cpuprofile", "", "write CPU profiles of cggm's steps to this file, its name extended by the row")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	for _, check := range []struct {
		flag         string
		given, known []string
	}{
		{"only", o.only, partNames()},
		{"axes", o.axes, axisNames()},
		{"sides", o.sides, sideNames()},
		{"methods", o.methods, []string{"joint", "cggm"}},
		{"dropout", o.dropouts, []string{"on", "off"}},
	} {
		for _, v := range check.given {
			if !slices.Contains(check.known, v) {
				return nil, fmt.Errorf("--%s %s: choose from %s", check.flag, v, strings.Join(check.known, ", "))
			}
		}
	}
	if o.rounds < 1 || o.steps < 1 {
		return nil, fmt.Errorf("--rounds %d, --steps %d: must be 1 or more", o.rounds, o.steps)
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	return o, nil
}

func run(ctx context.Context, args []string, stdout, progress io.Writer) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	b, err := newBench(ctx, o, progress)
	if err != nil {
		return err
	}
	defer b.close()
	var report strings.Builder
	report.WriteString(b.machine.markdown())
	for _, line := range b.missing {
		report.WriteString("\n" + line + "\n")
	}
	for _, p := range parts {
		if !slices.Contains(o.only, p.name) {
			continue
		}
		text, err := p.run(ctx, b)
		if err != nil {
			return fmt.Errorf("part %s: %w", p.name, err)
		}
		report.WriteString("\n" + text)
	}
	if _, err := io.WriteString(stdout, report.String()); err != nil {
		return err
	}
	if o.out == "" {
		return nil
	}
	return os.WriteFile(o.out, []byte(report.String()), 0o600)
}
