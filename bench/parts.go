package main

import (
	"context"
	"fmt"
)

// part is a selectable part of the report.
type part struct {
	name string
	run  func(ctx context.Context, b *bench) (string, error)
}

var parts = []part{
	{"msa", runMSA},
	{"first", runFirst},
	{"memory", runMemory},
	{"matmul", runMatmul},
	{"resnet", runResNet},
	{"scale", runScale},
}

func partNames() []string {
	var names []string
	for _, p := range parts {
		names = append(names, p.name)
	}
	return names
}

// settings returns the MOSI-size settings of the chosen methods and dropouts.
func (b *bench) settings() []setting {
	var out []setting
	for _, method := range b.options.methods {
		for _, dropout := range b.options.dropouts {
			s := mosi(b.machine.cores)
			s.method, s.dropout = method, dropout == "on"
			out = append(out, s)
		}
	}
	return out
}

// bar is the share of PyTorch's time that a step may take, and the share aimed
// at beyond that.
type bar struct{ limit, stretch float64 }

func (r bar) verdict(share float64) string {
	switch {
	case share <= r.stretch:
		return fmt.Sprintf("%.3f of PyTorch: reaches the stretch of %.3f", share, r.stretch)
	case share <= r.limit:
		return fmt.Sprintf("%.3f of PyTorch: within the bar of %.3f, above the stretch of %.3f", share, r.limit, r.stretch)
	default:
		return fmt.Sprintf("%.3f of PyTorch: misses the bar of %.3f by a factor of %.2f", share, r.limit, share/r.limit)
	}
}

// stepBar is the bar of a step with and without dropout.
func stepBar(dropout bool) bar {
	if dropout {
		return bar{1. / 4, 1. / 7}
	}
	return bar{1 / 1.5, 1 / 2.5}
}

// stepRows adds one row per entry to the table, with the times of the others
// as multiples of cggm's.
func stepRows(t *table, name string, entries []entry) {
	ours, have := least(entries, entry.median, isCGGM)
	for _, e := range entries {
		ratio := ""
		if have {
			ratio = times(e.median(), ours.median())
		}
		t.add(name, e.side.label, duration(e.median()),
			duration(quantile(e.seconds, .25))+" to "+duration(quantile(e.seconds, .75)),
			fmt.Sprint(len(e.seconds)), ratio)
	}
}

func runMSA(ctx context.Context, b *bench) (string, error) {
	t := &table{
		title:  "One training step of the MOSI-size model",
		header: []string{"step", "engine", "median", "middle half", "steps", "time / cggm"},
	}
	for _, s := range b.settings() {
		entries, err := b.contest(ctx, s, b.options.rounds, b.options.steps)
		if err != nil {
			return "", err
		}
		name := s.title()
		stepRows(t, name, entries)
		counted := entries[0]
		t.note("%s: %d parameters and %d of classifiers.", name, counted.Parameters, counted.Classifiers)
		if share, ok := shareOfTorch(entries, entry.median); ok {
			t.note("%s: %s.", name, stepBar(s.dropout).verdict(share))
		}
	}
	t.note("Batch 64, 3 x 50 tokens of widths 300, 5 and 20, width 40, 5 heads, 5 + 3 blocks; forward, backward, clipping and Adam.")
	return t.String(), nil
}

// shareOfTorch returns a quantity of cggm, of which less is better, divided by
// that of the best PyTorch.
func shareOfTorch(entries []entry, of func(entry) float64) (float64, bool) {
	ours, have := least(entries, of, isCGGM)
	theirs, there := least(entries, of, isTorch)
	if !have || !there {
		return 0, false
	}
	return of(ours) / of(theirs), true
}

func runFirst(ctx context.Context, b *bench) (string, error) {
	t := &table{
		title:  "From nothing to the end of the first step",
		header: []string{"step", "engine", "build, compile, step", "with the start of the process"},
	}
	for _, s := range b.settings() {
		name := s.title()
		for _, one := range b.sides {
			if !one.takesPart(s.subject) {
				continue
			}
			first, started, err := b.starts(ctx, one, s)
			if err != nil {
				return "", err
			}
			t.add(name, one.label, duration(quantile(first, .5)), duration(quantile(started, .5)))
			if isCGGM(one) {
				verdict := "reaches the stretch of 0.2 s"
				switch v := quantile(first, .5); {
				case v > .5:
					verdict = fmt.Sprintf("misses the bar of 0.5 s by %s", duration(v-.5))
				case v > .2:
					verdict = "within the bar of 0.5 s, above the stretch of 0.2 s"
				}
				t.note("%s: %s.", name, verdict)
			}
		}
	}
	return t.String(), nil
}

// starts starts a contestant up to three times and returns the times of its
// first step without and with the start of the process. A slow one starts once.
func (b *bench) starts(ctx context.Context, s side, what setting) (first, started []float64, err error) {
	for range 3 {
		b.say("%s: start %s", what.name(), s.label)
		w, err := start(s, b.command(ctx, s, what))
		if err != nil {
			return nil, nil, err
		}
		if err := w.close(); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", s.label, err)
		}
		first, started = append(first, w.greeting.First), append(started, w.started.Seconds())
		if w.greeting.First > 5 {
			break
		}
	}
	return first, started, nil
}

func runMemory(ctx context.Context, b *bench) (string, error) {
	t := &table{
		title:  "Peak resident memory in training",
		header: []string{"step", "engine", "memory", "memory / cggm"},
	}
	memory := func(e entry) float64 { return float64(e.peak) }
	for _, s := range b.settings() {
		entries, err := b.contest(ctx, s, 2, 3)
		if err != nil {
			return "", err
		}
		name := s.title()
		ours, have := least(entries, entry.median, isCGGM)
		for _, e := range entries {
			ratio := ""
			if have {
				ratio = times(memory(e), memory(ours))
			}
			t.add(name, e.side.label, mebibytes(e.peak), ratio)
		}
		if share, ok := shareOfTorch(entries, memory); ok {
			t.note("%s: %s.", name, bar{1. / 3, 1. / 5}.verdict(share))
		}
	}
	t.note("The largest resident set of each process, program and libraries included.")
	return t.String(), nil
}

func runMatmul(ctx context.Context, b *bench) (string, error) {
	const size = 2048
	t := &table{
		title:  fmt.Sprintf("Matrix product %d x %d x %d", size, size, size),
		header: []string{"threads", "engine", "median", "GFLOP/s"},
	}
	rate := func(e entry) float64 { return 2 * size * size * size / e.median() / 1e9 }
	for threads := range min(b.machine.cores, 2) {
		s := setting{subject: "matmul", threads: threads + 1, size: size}
		entries, err := b.contest(ctx, s, b.options.rounds, 10)
		if err != nil {
			return "", err
		}
		for _, e := range entries {
			t.add(fmt.Sprint(s.threads), e.side.label, duration(e.median()), fmt.Sprintf("%.0f", rate(e)))
		}
		if share, ok := shareOfTorch(entries, entry.median); ok {
			t.note("Threads %d: %.0f %% of PyTorch's rate; the bar is 70 %%, the stretch 90 %%.", s.threads, 100/share)
		}
	}
	return t.String(), nil
}

func runResNet(ctx context.Context, b *bench) (string, error) {
	t := &table{
		title:  "ResNet-18, 8 pictures of 3 x 160 x 160, forward and backward",
		header: []string{"step", "engine", "median", "middle half", "steps", "time / cggm"},
	}
	s := setting{subject: "resnet", threads: b.machine.cores, batch: 8, size: 160}
	entries, err := b.contest(ctx, s, b.options.rounds, b.options.steps)
	if err != nil {
		return "", err
	}
	stepRows(t, "ResNet-18", entries)
	t.note("%d parameters.", entries[0].Parameters)
	if share, ok := shareOfTorch(entries, entry.median); ok {
		t.note("%s.", bar{1.3, 1}.verdict(share))
	}
	return t.String(), nil
}
