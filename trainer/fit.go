package trainer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"cggm/balance"
	"cggm/sample"
)

// saveEvery is how long a training may run without saving its state.
const saveEvery = 30 * time.Second

// Fit trains until the epochs or a limit are reached, validation stops
// improving, or ctx ends: then it saves the state and returns ctx's error.
// A training that was restored from a snapshot continues there.
func (t *Trainer) Fit(ctx context.Context, o Observer) error {
	start, before, saved := time.Now(), t.position.Seconds, time.Now()
	clock := func() { t.position.Seconds = before + time.Since(start).Seconds() }
	for !t.position.Done {
		epochStart := time.Now()
		var wait time.Duration
		err := t.whole(ctx, o, func(keep func() error) error { return t.prepare(ctx, keep) })
		if err == nil {
			err = t.epoch(ctx, func(e StepEvent) error {
				clock()
				wait += e.Wait
				t.position.Starved += e.Wait.Seconds()
				if err := o.Step(e); err != nil {
					return err
				}
				if time.Since(saved) > saveEvery {
					saved = time.Now()
					return t.save(o, false)
				}
				return nil
			})
		}
		var event *EpochEvent
		if err == nil {
			err = t.whole(ctx, o, func(keep func() error) (err error) {
				event, err = t.finishEpoch(ctx, o, keep)
				return err
			})
		}
		clock()
		if err != nil {
			if ctx.Err() != nil {
				return errors.Join(ctx.Err(), t.save(o, false))
			}
			return err
		}
		t.limits()
		event.Wait, event.Time = wait, time.Since(epochStart)
		if err := o.Epoch(*event); err != nil {
			return err
		}
		saved = time.Now()
		if err := t.save(o, false); err != nil {
			return err
		}
	}
	return nil
}

func (t *Trainer) save(o Observer, best bool) error {
	snapshot := t.Snapshot
	if best {
		snapshot = t.main // the best parameters are not trained on
	}
	s, err := snapshot()
	if err != nil {
		return err
	}
	return o.Save(s, best)
}

// epoch runs the rest of the current epoch.
func (t *Trainer) epoch(ctx context.Context, done func(StepEvent) error) error {
	opt := t.setup.Options
	p := &t.position
	plan := t.batches()
	batches := len(plan)
	probe := order(opt.Seed+1, p.Epoch, max(len(t.heldout), 1))
	draw := sample.Draw{Seed: opt.Seed, Epoch: p.Epoch, Augment: true}
	in, stop := stream(ctx, p.Batch, batches, func(index int) (l loaded) {
		l.rows = len(plan[index])
		if l.columns, l.err = readPicks(ctx, t.setup.Data.Train, plan[index], draw); l.err != nil || t.heldoutRows() == 0 {
			return l
		}
		rows := t.heldoutRows()
		picked := make([]int, rows)
		for k := range picked {
			picked[k] = t.heldout[probe[(index*rows+k)%len(probe)]]
		}
		l.heldout, l.err = read(ctx, t.setup.Data.Train, picked, sample.Draw{Seed: opt.Seed, Epoch: p.Epoch})
		return l
	})
	defer stop()
	for p.Batch < batches && (opt.Steps == 0 || p.Step < opt.Steps) {
		if err := ctx.Err(); err != nil {
			return err
		}
		start := time.Now()
		l, wait, err := receive(ctx, in)
		if err != nil {
			return err
		}
		event, err := t.batch(l, batches)
		if err != nil {
			return err
		}
		event.Wait, event.Time = wait, time.Since(start)
		if err := done(event); err != nil {
			return err
		}
	}
	return nil
}

// batch runs all phases on one batch and moves the position.
func (t *Trainer) batch(l loaded, batches int) (StepEvent, error) {
	p := &t.position
	e := StepEvent{
		Step: p.Step, Epoch: p.Epoch, Batch: p.Batch, Batches: batches, Values: make(map[string]float64),
		Rate: t.setup.Main.Schedule.Rate(p.Epoch), AuxiliaryRate: t.setup.Auxiliary.Schedule.Rate(p.Epoch),
	}
	phases := t.phasesOf(p.Epoch)
	for _, phase := range phases {
		prog, err := t.program(l.rows, phase)
		if err != nil {
			return e, err
		}
		host := scalars{
			random: []uint64{t.setup.Options.Seed, uint64(p.Step), uint64(phase)},
			rate:   e.Rate, auxRate: e.AuxiliaryRate,
			epoch: float64(p.Epoch), progress: float64(p.Batch) / float64(batches),
		}
		values, err := t.run(prog, slices.Concat(host.arrays(), l.columns, l.heldout))
		if err != nil {
			return e, err
		}
		for k, name := range prog.names {
			e.Values[name] = float64(values[k])
		}
		if err := t.check(e); err != nil {
			return e, err
		}
	}
	for name, v := range e.Values {
		p.Sums[name] += v * float64(l.rows)
		if head, modality, _ := strings.Cut(name, "/"); head == balance.CoefficientName {
			p.Coefficients[modality] = p.Coefficients[modality].add(v)
		}
	}
	p.Rows += l.rows
	p.Batch++
	p.Step++
	return e, nil
}

// check reports a loss that is no number, and the modality it comes from when
// one modality's features or gradients alone are not finite.
func (t *Trainer) check(e StepEvent) error {
	bad := func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }
	if !bad(e.Values["loss"]) && !bad(e.Values["grad_norm"]) {
		return nil
	}
	var culprits []string
	for _, kind := range []string{"feature_norm/", "grad_norm/encoder/"} {
		for _, modality := range t.setup.Model.Names() {
			if bad(e.Values[kind+modality]) {
				culprits = append(culprits, modality)
			}
		}
		if len(culprits) > 0 {
			break
		}
	}
	where := "in every part of the model"
	if len(culprits) > 0 && len(culprits) < len(t.setup.Model.Modalities) {
		where = "first seen in modality " + strings.Join(culprits, ", ")
	}
	return fmt.Errorf("trainer: step %d (epoch %d): loss %v, gradient norm %v, %s: %w: lower the learning rate, set clip, or check that input for NaN",
		e.Step, e.Epoch, e.Values["loss"], e.Values["grad_norm"], where, ErrDiverged)
}

// finishEpoch validates, lets method and schedules act, and moves on.
func (t *Trainer) finishEpoch(ctx context.Context, o Observer, keep func() error) (*EpochEvent, error) {
	p := &t.position
	if settler, ok := t.setup.Method.(balance.Settler); ok {
		if err := settler.Settle(t.boundary(ctx, "settle", keep)); err != nil {
			return nil, fmt.Errorf("trainer: %s at the end of epoch %d: %w", t.name, p.Epoch, err)
		}
	}
	val, err := t.Evaluate(ctx, t.setup.Data.Val)
	if err != nil {
		return nil, err
	}
	event := &EpochEvent{Epoch: p.Epoch, Epochs: t.setup.Options.Epochs, Step: p.Step, Val: val, Train: make(map[string]float64)}
	for name, sum := range p.Sums {
		event.Train[name] = sum / float64(max(p.Rows, 1))
	}
	primary, larger := t.setup.Score.Primary()
	score, ok := val.Scores[primary]
	if !ok {
		known := make([]string, 0, len(val.Scores))
		for name := range val.Scores {
			known = append(known, name)
		}
		sort.Strings(known)
		return nil, fmt.Errorf("trainer: no score named %q: have %s", primary, strings.Join(known, ", "))
	}
	t.setup.Main.Schedule.Observe(val.Loss)
	t.setup.Auxiliary.Schedule.Observe(val.Loss)
	p.Waited++
	if p.Best == nil || (larger && score > *p.Best) || (!larger && score < *p.Best) {
		p.Best, p.BestEpoch, p.Waited, event.Best = &score, p.Epoch, 0, true
		if err := t.save(o, true); err != nil {
			return nil, err
		}
	}
	if sch, ok := t.setup.Method.(balance.Scheduler); ok {
		e := t.boundary(ctx, "after", keep)
		for _, m := range val.Modalities {
			v := m.Scores[primary]
			if !larger {
				v = -v
			}
			e.Loss, e.Score = append(e.Loss, m.Loss), append(e.Score, v)
		}
		if err := sch.AfterEpoch(e); err != nil {
			return nil, fmt.Errorf("trainer: %s after epoch %d: %w", t.name, p.Epoch, err)
		}
		if e.Stop {
			p.Done, p.Reason = true, "the method stopped every modality"
		}
	}
	p.Epoch++
	p.Batch, p.Rows, p.Sums, p.Prepared = 0, 0, make(map[string]float64), false
	return event, nil
}

// limits decides whether training is over.
func (t *Trainer) limits() {
	opt, p := t.setup.Options, &t.position
	switch {
	case p.Done:
	case p.Epoch >= opt.Epochs:
		p.Reason = "all epochs done"
	case opt.Patience > 0 && p.Waited >= opt.Patience:
		p.Reason = fmt.Sprintf("no better validation score for %d epochs", p.Waited)
	case opt.Steps > 0 && p.Step >= opt.Steps:
		p.Reason = "step limit reached"
	case opt.Time > 0 && p.Seconds >= opt.Time.Seconds():
		p.Reason = "time limit reached"
	default:
		return
	}
	p.Done = true
}
