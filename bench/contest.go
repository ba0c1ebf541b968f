package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// pause lies between two contestants' turns: some engines' threads keep
// spinning for a while after the last step.
const pause = 300 * time.Millisecond

// entry is what a contestant reached in one contest.
type entry struct {
	side side
	greeting
	seconds []float64
	started time.Duration
	peak    int64 // bytes
}

// median returns the contestant's median time of a step in seconds.
func (e entry) median() float64 { return quantile(e.seconds, .5) }

// contest lets all sides that can do it run the setting in turns, in an order
// that rotates from round to round, and returns their results in the order of
// the sides.
func (b *bench) contest(ctx context.Context, what setting, rounds, steps int) (entries []entry, err error) {
	var workers []*worker
	defer func() {
		for _, w := range workers {
			if closing := w.close(); err == nil && closing != nil {
				err = fmt.Errorf("%s: %w", w.side.label, closing)
			}
		}
	}()
	for _, s := range b.sides {
		if !s.takesPart(what.subject) {
			continue
		}
		b.say("%s: start %s", what.name(), s.label)
		w, err := start(s, b.command(ctx, s, what))
		if err != nil {
			return nil, err
		}
		workers = append(workers, w)
		entries = append(entries, entry{side: s, greeting: w.greeting, started: w.started})
	}
	if len(workers) == 0 {
		return nil, errors.New("no contestant: choose others with --sides, or another interpreter with --python")
	}
	for i, w := range workers { // what the first step did not warm up
		if _, err := w.run(1); err != nil {
			workers = slices.Delete(workers, i, i+1)
			return nil, err
		}
	}
	for round := range rounds {
		for k := range workers {
			i := (k + round) % len(workers)
			time.Sleep(pause)
			seconds, err := workers[i].run(steps)
			if err != nil {
				workers = slices.Delete(workers, i, i+1)
				return nil, err
			}
			entries[i].seconds = append(entries[i].seconds, seconds...)
		}
		b.say("%s: round %d of %d", what.name(), round+1, rounds)
	}
	for i, w := range workers {
		if entries[i].peak, err = w.peak(); err != nil {
			return nil, err
		}
	}
	return entries, sameSize(entries)
}

// sameSize reports contestants whose networks differ in size.
func sameSize(entries []entry) error {
	for _, e := range entries[1:] {
		first := entries[0]
		if e.Parameters != first.Parameters || e.Classifiers != first.Classifiers {
			return fmt.Errorf("%s has %d parameters and %d of classifiers, %s %d and %d: the comparison would be unfair",
				first.side.label, first.Parameters, first.Classifiers, e.side.label, e.Parameters, e.Classifiers)
		}
	}
	return nil
}

// quantile returns the q-quantile of the values, linear between neighbours.
func quantile(values []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// least returns the entry with the smallest quantity among those that match.
func least(entries []entry, of func(entry) float64, match func(side) bool) (best entry, found bool) {
	for _, e := range entries {
		if match(e.side) && (!found || of(e) < of(best)) {
			best, found = e, true
		}
	}
	return best, found
}

func isCGGM(s side) bool  { return s.scripts == nil }
func isTorch(s side) bool { return s.torch() }
