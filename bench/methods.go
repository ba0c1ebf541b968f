package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"cggm/balance"
	"cggm/internal/manual"
)

// costOptions are the flags of methodsCommand.
type costOptions struct {
	methods             []string
	rounds, short, long int
	out                 string
}

// methodsCommand measures what every method costs over joint training on the
// default task and keeps it in the file that the manual is made of:
//
//	go run ./bench methods
//	go generate ./internal/manual
//
// Each training is a process of its own, in turns with joint training. Two
// lengths are trained and the difference is divided by that of the epochs, so
// that building and compiling, once in a training, does not count.
func methodsCommand(ctx context.Context, args []string, progress io.Writer) error {
	o := &costOptions{}
	f := pflag.NewFlagSet("methods", pflag.ContinueOnError)
	f.StringSliceVar(&o.methods, "methods", nil, "methods to measure; none: all")
	f.IntVar(&o.rounds, "rounds", 1, "rounds, of which the median counts")
	f.IntVar(&o.short, "short", 1, "epochs of the shorter training")
	f.IntVar(&o.long, "long", 4, "epochs of the longer training")
	f.StringVar(&o.out, "out", "internal/manual/cost.json", "file of measurements; those of other methods stay")
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.rounds < 1 || o.short < 1 || o.long <= o.short {
		return fmt.Errorf("--rounds %d, --short %d, --long %d: must be 1 or more, and long above short", o.rounds, o.short, o.long)
	}
	if o.methods == nil {
		for _, e := range balance.Entries() {
			o.methods = append(o.methods, e.Name)
		}
	}
	for _, name := range o.methods {
		if _, err := balance.Find(name); err != nil {
			return err
		}
	}
	kept, err := readCosts(o.out)
	if err != nil {
		return err
	}
	m := inspect()
	for i, name := range o.methods {
		begin := time.Now()
		measured, err := o.measure(ctx, name)
		if err != nil {
			return fmt.Errorf("method %s: %w", name, err)
		}
		measured.Date, measured.Machine = m.date.Format("2 January 2006"), m.short()
		kept[name] = measured
		if err := writeCosts(o.out, kept); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(progress, "%2d/%d %-20s time %.2f, memory %.2f (%.0f s)\n",
			i+1, len(o.methods), name, measured.Time, measured.Memory, time.Since(begin).Seconds()); err != nil {
			return err
		}
	}
	return nil
}

// measure returns the ratios of a method to joint training.
func (o *costOptions) measure(ctx context.Context, name string) (manual.Measurement, error) {
	var times, memories []float64
	for range o.rounds {
		joint, err := o.epoch(ctx, "joint")
		if err != nil {
			return manual.Measurement{}, err
		}
		own, err := o.epoch(ctx, name)
		if err != nil {
			return manual.Measurement{}, err
		}
		times = append(times, own.Seconds/joint.Seconds)
		memories = append(memories, float64(own.Peak)/float64(joint.Peak))
	}
	hundredths := func(values []float64) float64 { return math.Round(quantile(values, .5)*100) / 100 }
	return manual.Measurement{Time: hundredths(times), Memory: hundredths(memories)}, nil
}

// epoch returns the time of one more epoch and the memory of the longer
// training.
func (o *costOptions) epoch(ctx context.Context, name string) (training, error) {
	short, err := train(ctx, name, o.short)
	if err != nil {
		return training{}, err
	}
	long, err := train(ctx, name, o.long)
	if err != nil {
		return training{}, err
	}
	seconds := (long.Seconds - short.Seconds) / float64(o.long-o.short)
	if seconds <= 0 {
		return training{}, fmt.Errorf("%d epochs of %s took %.2f s and %d took %.2f s: the machine is too busy to measure",
			o.short, name, short.Seconds, o.long, long.Seconds)
	}
	return training{Seconds: seconds, Peak: long.Peak}, nil
}

// train runs a whole training in a process of its own.
func train(ctx context.Context, method string, epochs int) (training, error) {
	self, err := os.Executable()
	if err != nil {
		return training{}, err
	}
	c := exec.CommandContext(ctx, self, "epochs", "--method="+method, fmt.Sprintf("--epochs=%d", epochs)) //nolint:gosec // starts itself
	var failure bytes.Buffer
	c.Stderr = &failure
	text, err := c.Output()
	if err != nil {
		return training{}, fmt.Errorf("%w: %s", err, strings.TrimSpace(failure.String()))
	}
	var t training
	if err := json.Unmarshal(text, &t); err != nil {
		return training{}, fmt.Errorf("answer %q: %w", text, err)
	}
	return t, nil
}

func readCosts(path string) (map[string]manual.Measurement, error) {
	costs := make(map[string]manual.Measurement)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &costs); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return costs, nil
}

// writeCosts leaves out methods that no longer exist.
func writeCosts(path string, costs map[string]manual.Measurement) error {
	for name := range costs {
		if !slices.ContainsFunc(balance.Entries(), func(e balance.Entry) bool { return e.Name == name }) {
			delete(costs, name)
		}
	}
	text, err := json.MarshalIndent(costs, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o600)
}
