package compare

import (
	"context"
	"fmt"
	"path/filepath"

	"cggm/experiment"
)

// job is one run of a study.
type job struct {
	task     *prepared
	method   string // the row's name
	tuning   bool
	trial    int
	settings []string
	seed     uint64

	config *experiment.Config
	id     string // of the training
	name   string // of the result's file, without its ending
}

// prepared is a task whose data has been looked at.
type prepared struct {
	Task
	facts   *experiment.Facts
	rate    float64   // the learning rate that all methods start from
	rows    []Variant // those that fit
	refused []Refusal
}

// Refusal says why a method is left out on a task.
type Refusal struct {
	Method string `json:"method"`
	Why    string `json:"why"`
}

// prepare opens the data of every task, so that what cannot run is known
// before anything does.
func (s *Study) prepare(ctx context.Context) ([]*prepared, error) {
	var all []*prepared
	for _, t := range s.Tasks {
		c, err := t.Load()
		if err != nil {
			return nil, err
		}
		facts, err := s.Engine.Examine(ctx, c, s.Methods)
		if err != nil {
			return nil, fmt.Errorf("compare: task %s: %w", t.Name, err)
		}
		p := &prepared{Task: t, facts: facts, rate: c.Optimizer.Rate}
		for _, v := range s.rows() {
			why, err := s.refusal(ctx, t, facts, v)
			switch {
			case err != nil:
				return nil, err
			case why != nil:
				p.refused = append(p.refused, Refusal{v.Name, why.Error()})
			default:
				p.rows = append(p.rows, v)
			}
		}
		all = append(all, p)
	}
	return all, nil
}

// refusal returns why a method or variant does not fit, nil where it does. facts
// are those of the methods without settings.
func (s *Study) refusal(ctx context.Context, t Task, facts *experiment.Facts, v Variant) (why, err error) {
	if len(v.Settings) == 0 && v.Name == v.Method {
		return facts.Refused[v.Method], nil
	}
	c, err := t.Load(v.Settings...)
	if err != nil {
		return nil, fmt.Errorf("compare: variant %s: %w", v.Name, err)
	}
	if facts, err = s.Engine.Examine(ctx, c, []string{v.Method}); err != nil {
		return nil, fmt.Errorf("compare: task %s: variant %s: %w", t.Name, v.Name, err)
	}
	return facts.Refused[v.Method], nil
}

// names returns the names of the rows that fit.
func (p *prepared) names() []string {
	all := make([]string, len(p.rows))
	for i, v := range p.rows {
		all[i] = v.Name
	}
	return all
}

// tuningJobs lists the runs that choose settings, trial by trial; none when
// there is nothing to choose from.
func (s *Study) tuningJobs(p *prepared) ([]*job, error) {
	var jobs []*job
	if s.Trials == 1 {
		return nil, nil
	}
	for trial := 1; trial <= s.Trials; trial++ {
		for _, v := range p.rows {
			j, err := newJob(p, v, trial, s.seeds()[0])
			if err != nil {
				return nil, err
			}
			j.tuning = true
			j.name = fmt.Sprintf("%s-trial%d-%s", v.Name, trial, j.id)
			jobs = append(jobs, j)
		}
	}
	return jobs, nil
}

// finalJobs lists the runs at the chosen settings, seed by seed, so that an
// interruption leaves as many complete comparisons as possible. chosen holds
// the trial of every method that has one.
func (s *Study) finalJobs(p *prepared, chosen map[string]int) ([]*job, error) {
	var jobs []*job
	for _, seed := range s.seeds() {
		for _, v := range p.rows {
			trial, ok := chosen[v.Name]
			if !ok {
				continue
			}
			j, err := newJob(p, v, trial, seed)
			if err != nil {
				return nil, err
			}
			j.name = fmt.Sprintf("%s-seed%d-%s", v.Name, seed, j.id)
			jobs = append(jobs, j)
		}
	}
	return jobs, nil
}

func newJob(p *prepared, v Variant, trial int, seed uint64) (*job, error) {
	j := &job{task: p, method: v.Name, trial: trial, seed: seed, settings: v.settings(trial, p.rate)}
	var err error
	if j.config, err = p.Load(j.settings...); err != nil {
		return nil, err
	}
	j.config.Method, j.config.Train.Seed = v.Method, seed
	j.id, err = identity(j.config, p.facts.Fingerprints)
	return j, err
}

// folder is where a job trains. The tuning run and the final run of the same
// training share it: the second continues the first and opens the test set.
func (s *Study) folder(j *job) string {
	return filepath.Join(s.Dir, "runs", j.task.Name, fmt.Sprintf("%s-%s", j.method, j.id))
}
