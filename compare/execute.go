package compare

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"cggm/experiment"
	"cggm/run"
)

// runner executes the jobs of one study.
type runner struct {
	study    *Study
	store    store
	deadline time.Time // zero: none

	total    int
	progress progress
	kept     keeper
}

// Run runs what is missing and returns what there is then. When the budget
// ends first, the error wraps ErrIncomplete; when ctx ends, the runs in
// progress save their state and the error wraps experiment.ErrInterrupted.
func (s *Study) Run(ctx context.Context) (*Outcome, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if s.Engine.Run == nil {
		s.Engine.Run = experiment.Run
	}
	if s.Engine.Examine == nil {
		s.Engine.Examine = experiment.Examine
	}
	r := &runner{study: s, store: store{s.Dir}}
	if s.Budget > 0 {
		r.deadline = time.Now().Add(s.Budget)
	}
	tasks, err := s.prepare(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.count(tasks); err != nil {
		return nil, err
	}
	r.progress.expect(s, tasks)
	out := &Outcome{Seeds: s.Seeds, First: s.seeds()[0], Trials: s.Trials, against: s.against()}
	for _, p := range tasks {
		one, err := r.task(ctx, p)
		if err != nil {
			return nil, err
		}
		out.Tasks = append(out.Tasks, one)
		out.Missing += one.Missing
	}
	if err := out.sumUp(); err != nil {
		return nil, err
	}
	if out.Missing > 0 {
		return out, fmt.Errorf("compare: %w: %d of %d runs are missing; the same command continues", ErrIncomplete, out.Missing, r.total)
	}
	return out, nil
}

// count finds out how many runs the study has and which are done.
func (r *runner) count(tasks []*prepared) error {
	for _, p := range tasks {
		jobs, err := r.study.tuningJobs(p)
		if err != nil {
			return err
		}
		r.total += len(p.rows) * r.study.runs()
		records, err := r.stored(jobs)
		if err != nil {
			return err
		}
		if jobs, err = r.study.finalJobs(p, r.choose(p, jobs, records)); err != nil {
			return err
		}
		if _, err := r.stored(jobs); err != nil {
			return err
		}
	}
	return nil
}

// stored reads the records of the jobs that have one and counts them.
func (r *runner) stored(jobs []*job) ([]*Record, error) {
	records := make([]*Record, len(jobs))
	for i, j := range jobs {
		record, err := r.store.read(j)
		if err != nil {
			return nil, err
		}
		if record == nil || (record.Failed != "" && r.study.Retry) {
			continue
		}
		records[i] = record
		r.progress.add(r.store.path(j), record)
		if err := r.kept.tidy(r.study, j, record); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// task does what is missing of a task and sums it up.
func (r *runner) task(ctx context.Context, p *prepared) (*TaskOutcome, error) {
	tuning, err := r.study.tuningJobs(p)
	if err != nil {
		return nil, err
	}
	trials, err := r.all(ctx, tuning)
	if err != nil {
		return nil, err
	}
	chosen := r.choose(p, tuning, trials)
	jobs, err := r.study.finalJobs(p, chosen)
	if err != nil {
		return nil, err
	}
	records, err := r.all(ctx, jobs)
	if err != nil {
		return nil, err
	}
	one := &TaskOutcome{
		Task: p.Name, Primary: p.facts.Primary, Larger: p.facts.Larger, ValIsTest: p.facts.ValIsTest, Refused: p.refused,
		Warnings: p.facts.Warnings,
	}
	for _, record := range append(trials, records...) {
		if record != nil {
			one.Records = append(one.Records, record)
		}
	}
	one.Missing = len(p.rows)*r.study.runs() - len(one.Records)
	if one.Missing == 0 {
		// Only an empty folder goes: another process may be at work there.
		_ = os.Remove(filepath.Join(r.study.Dir, "runs", p.Name))
	}
	return one, one.tabulate(r.study, p, chosen)
}

// choose returns the trial with the best validation score of every method all
// of whose trials are over. Without tuning, or when all trials failed, it is the
// first.
func (r *runner) choose(p *prepared, jobs []*job, records []*Record) map[string]int {
	chosen, best, open := make(map[string]int), make(map[string]*Record), make(map[string]bool)
	for _, v := range p.rows {
		chosen[v.Name] = 1
	}
	for i, j := range jobs {
		record := records[i]
		switch {
		case record == nil:
			open[j.method] = true
		case record.Failed != "":
		case best[j.method] == nil || record.better(best[j.method]):
			best[j.method], chosen[j.method] = record, j.trial
		}
	}
	for m := range open {
		delete(chosen, m)
	}
	return chosen
}

// all does the jobs that have no record yet, several at a time, and returns the
// record of each; nil where time was used up before.
func (r *runner) all(ctx context.Context, jobs []*job) ([]*Record, error) {
	records, err := r.stored(jobs)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slots := make(chan struct{}, r.study.Jobs)
	var group sync.WaitGroup
	for i, j := range jobs {
		if records[i] != nil {
			continue
		}
		slots <- struct{}{}
		if ctx.Err() != nil || r.late() {
			break
		}
		group.Go(func() {
			defer func() { <-slots }()
			record, err := r.one(ctx, j)
			if err != nil {
				cancel(err)
			}
			records[i] = record
		})
	}
	group.Wait()
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, context.Canceled):
		return nil, fmt.Errorf("compare: %w: the same command continues", experiment.ErrInterrupted)
	default:
		return records, cause
	}
}

// late reports whether no run may start any more.
func (r *runner) late() bool { return !r.deadline.IsZero() && !time.Now().Before(r.deadline) }

// one does a job and keeps its record. It returns an error where going on makes
// no sense.
func (r *runner) one(ctx context.Context, j *job) (*Record, error) {
	request := experiment.Request{Config: j.config, Dir: r.study.folder(j), TestClosed: j.tuning}
	memory := newMeter()
	if r.study.Jobs == 1 {
		request.Viewer = memory
	}
	result, err := r.study.Engine.Run(ctx, request)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var system *fs.PathError
	if errors.Is(err, run.ErrLocked) || errors.As(err, &system) {
		return nil, fmt.Errorf("compare: %s on %s, seed %d: %w", j.method, j.task.Name, j.seed, err)
	}
	record := j.record(r.study.Jobs, result, err)
	record.Memory = memory.peak
	if err := r.store.write(j, record); err != nil {
		return nil, err
	}
	if err := r.kept.tidy(r.study, j, record); err != nil {
		return nil, err
	}
	r.progress.add(r.store.path(j), record)
	if r.study.Progress != nil {
		r.study.Progress(r.progress.event(record, r.total, r.study.Jobs))
	}
	return record, nil
}

// record returns what is kept of a job that ended with a result or an error.
func (j *job) record(jobs int, result *experiment.Result, err error) *Record {
	facts := j.task.facts
	r := &Record{
		Task: j.task.Name, Method: j.method, Tuning: j.tuning, Trial: j.trial, Settings: j.settings, Seed: j.seed,
		Data: facts.Fingerprints, Primary: facts.Primary, Larger: facts.Larger, ValIsTest: facts.ValIsTest, Jobs: jobs,
	}
	if err != nil {
		r.Failed = err.Error()
		return r
	}
	r.Epochs, r.Epoch, r.Seconds, r.Parameters = result.Epochs, result.Epoch, result.Seconds, result.Parameters
	r.Val = finite(result.Scores.Val)
	if _, ok := r.Val[facts.Primary]; !ok {
		r.Failed = "validation " + facts.Primary + " is not a number"
	}
	if j.tuning {
		return r
	}
	r.Test = finite(result.Scores.Test)
	if _, ok := r.Test[facts.Primary]; !ok {
		r.Failed = "test " + facts.Primary + " is not a number"
	}
	return r
}
