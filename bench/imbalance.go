package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/pflag"

	"cggm/balance"
	"cggm/experiment"
	"cggm/internal/manual"
	"cggm/stats"
)

// imbalanceOptions are the flags of imbalanceCommand.
type imbalanceOptions struct {
	methods []string
	seeds   int
	task    string
	out     string
}

// imbalanceCommand measures how unequal the modalities are after training with
// every method's defaults, all on the same seeds, and keeps it in a file that
// the manual is made of:
//
//	go run ./bench imbalance
//	go generate ./internal/manual
//
// The measure is the same for all methods: linear probes of frozen features.
func imbalanceCommand(ctx context.Context, args []string, progress io.Writer) error {
	o := &imbalanceOptions{}
	f := pflag.NewFlagSet("imbalance", pflag.ContinueOnError)
	f.StringSliceVar(&o.methods, "methods", nil, "methods to measure; none: all")
	f.IntVar(&o.seeds, "seeds", 5, "seeds, from 1")
	f.StringVar(&o.task, "task", "synthetic", "a task of classification without --data")
	f.StringVar(&o.out, "out", "internal/manual/imbalance.json", "file of measurements")
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.seeds < 2 {
		return fmt.Errorf("--seeds %d: must be 2 or more", o.seeds)
	}
	if o.methods == nil {
		for _, e := range balance.Entries() {
			o.methods = append(o.methods, e.Name)
		}
	}
	joint, err := o.measure(ctx, "joint")
	if err != nil {
		return err
	}
	m := inspect()
	all := make(map[string]manual.Imbalance)
	for i, name := range o.methods {
		own := joint
		if name != "joint" {
			if own, err = o.measure(ctx, name); err != nil {
				return fmt.Errorf("method %s: %w", name, err)
			}
		}
		result, err := own.against(joint)
		if err != nil {
			return fmt.Errorf("method %s: %w", name, err)
		}
		result.Date = m.date.Format("2 January 2006")
		all[name] = result
		if _, err := fmt.Fprintf(progress, "%2d/%d %-20s %s\n", i+1, len(o.methods), name, result.Text()); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(o.out, append(text, '\n'), 0o600)
}

// unequal holds a method's accuracies by seed.
type unequal struct{ gap, worst, fused []float64 }

// measure trains a method on every seed.
func (o *imbalanceOptions) measure(ctx context.Context, method string) (u unequal, err error) {
	root, err := os.MkdirTemp("", "cggm-bench")
	if err != nil {
		return u, err
	}
	defer func() {
		if removing := os.RemoveAll(root); err == nil {
			err = removing
		}
	}()
	for seed := 1; seed <= o.seeds; seed++ {
		c, err := experiment.LoadNeutral(o.task, "", []string{"method=" + method, fmt.Sprintf("train.seed=%d", seed)})
		if err != nil {
			return u, err
		}
		r, err := experiment.Run(ctx, experiment.Request{Config: c, Root: root})
		if err != nil {
			return u, err
		}
		probes, err := experiment.Probes(ctx, r.Run)
		if err != nil {
			return u, err
		}
		var accuracies []float64
		for _, p := range probes {
			accuracies = append(accuracies, p.Accuracy)
		}
		u.gap = append(u.gap, slices.Max(accuracies)-slices.Min(accuracies))
		u.worst, u.fused = append(u.worst, slices.Min(accuracies)), append(u.fused, r.Scores.Test["accuracy"])
	}
	return u, nil
}

// against returns the means and the paired change of the gap.
func (u unequal) against(joint unequal) (manual.Imbalance, error) {
	i := manual.Imbalance{Seeds: len(u.gap)}
	change := make([]float64, len(u.gap))
	for k := range change {
		n := float64(len(change))
		change[k] = u.gap[k] - joint.gap[k]
		i.Gap, i.Worst, i.Fused, i.Change = i.Gap+u.gap[k]/n, i.Worst+u.worst[k]/n, i.Fused+u.fused[k]/n, i.Change+change[k]/n
	}
	interval, err := stats.TInterval(change, .95)
	i.Low, i.High = interval.Low, interval.High
	return i, err
}
