package main

import (
	"context"
	"fmt"
	"slices"
)

// axis is one way in which a step can grow.
type axis struct {
	name   string
	unit   string
	values []int
	set    func(s *setting, v int)
}

var axes = []axis{
	{"batch", "samples per step", []int{16, 32, 64, 128, 256}, func(s *setting, v int) { s.batch = v }},
	{"tokens", "tokens per modality", []int{25, 50, 100, 200}, func(s *setting, v int) { s.tokens = v }},
	{"modalities", "modalities", []int{1, 2, 3, 4, 6, 8}, func(s *setting, v int) { s.modalities = v }},
	{"threads", "threads", []int{1, 2}, func(s *setting, v int) { s.threads = v }},
}

func axisNames() []string {
	var names []string
	for _, a := range axes {
		names = append(names, a.name)
	}
	return names
}

// growth is how the steps of all contestants grow along an axis: one slice of
// entries per value.
type growth struct {
	axis    axis
	entries [][]entry
}

func runScale(ctx context.Context, b *bench) (string, error) {
	t := &table{
		title:  "How the joint step grows (dropout on)",
		header: []string{"varied", "value", "engine", "median", "time / cggm"},
	}
	for _, a := range axes {
		if !slices.Contains(b.options.axes, a.name) {
			continue
		}
		g := growth{axis: a}
		for _, v := range a.values {
			s := mosi(b.machine.cores)
			a.set(&s, v)
			entries, err := b.contest(ctx, s, 3, 1)
			if err != nil {
				return "", err
			}
			g.entries = append(g.entries, entries)
			ours, have := least(entries, entry.median, isCGGM)
			for _, e := range entries {
				ratio := ""
				if have {
					ratio = times(e.median(), ours.median())
				}
				t.add(a.name, fmt.Sprint(v), e.side.label, duration(e.median()), ratio)
			}
		}
		if b.options.draw != "" {
			if err := g.draw(b.options.draw); err != nil {
				return "", err
			}
		}
	}
	return t.String(), nil
}
