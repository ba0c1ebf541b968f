package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/gomlx/compute"

	"cggm/backend"
	"cggm/param"
	"cggm/run"
	"cggm/sample"
	"cggm/task"
	"cggm/trainer"
)

// Request says what to run.
type Request struct {
	Config *Config
	// Root is the folder that holds run folders; "" is "runs".
	Root string
	// Dir is the folder of the run itself; "": a new one under Root. A run of
	// this configuration that is there already is continued.
	Dir string
	// TestClosed leaves the test set unread: the result has scores of
	// validation only and is not kept in the folder. Without it, the same Dir
	// opens the test set later.
	TestClosed bool
	// Viewer follows the run; nil: nobody does.
	Viewer Viewer
}

// ErrInterrupted marks a run that was stopped and can be resumed.
var ErrInterrupted = errors.New("interrupted")

// session is one run in progress.
type session struct {
	config  *Config
	dir     *run.Dir
	data    *task.Data
	setup   *trainer.Setup
	trainer *trainer.Trainer
	view    Viewer
	events  *run.Events
	resumed bool
	closed  bool // the test set stays unread
}

// Run trains with the configuration in a new run folder and returns the
// result. When ctx ends early, the state is saved and the error wraps
// ErrInterrupted and names the folder to resume.
func Run(ctx context.Context, r Request) (*Result, error) {
	s, err := prepare(ctx, r.Config)
	if err != nil {
		return nil, err
	}
	defer s.close()
	s.closed = r.TestClosed
	if s.dir, err = folder(r); err != nil {
		return nil, err
	}
	s.resumed = run.Check(s.dir.Path()) == nil
	if s.resumed {
		err = s.sameData()
	} else {
		err = s.describe()
	}
	if err != nil {
		return nil, err
	}
	return s.train(ctx, r.Viewer)
}

// folder returns the folder to run in.
func folder(r Request) (*run.Dir, error) {
	if r.Dir != "" {
		return run.At(r.Dir)
	}
	root := r.Root
	if root == "" {
		root = "runs"
	}
	return run.Create(root, fmt.Sprintf("%s-%s-s%d", r.Config.Task, r.Config.Method, r.Config.Train.Seed))
}

// Resume continues the run in the folder; the result of a finished run is
// returned as it is.
func Resume(ctx context.Context, dir string, v Viewer) (*Result, error) {
	d, err := run.Open(dir)
	if err != nil {
		return nil, usage(err)
	}
	c, err := parse(d.File(run.ConfigFile))
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	if result, err := readResult(d); err == nil {
		return result, d.Close()
	}
	s, err := prepare(ctx, c)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	s.dir, s.resumed = d, true
	defer s.close()
	if err := s.sameData(); err != nil {
		return nil, err
	}
	return s.train(ctx, v)
}

// Evaluate scores the best parameters of a finished run again, on validation
// and test data.
func Evaluate(ctx context.Context, dir string) (*Result, error) {
	s, err := reopen(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer s.close()
	return s.result(ctx)
}

// reopen prepares a finished run, whose data must not have changed.
func reopen(ctx context.Context, dir string) (*session, error) {
	d, err := run.Open(dir)
	if err != nil {
		return nil, usage(err)
	}
	fail := func(err error) (*session, error) { return nil, errors.Join(err, d.Close()) }
	c, err := parse(d.File(run.ConfigFile))
	if err != nil {
		return fail(err)
	}
	if _, err := readResult(d); err != nil {
		return fail(fmt.Errorf("experiment: %s has not finished, so its test set stays closed: finish it with cggm train --resume %s", dir, dir))
	}
	s, err := prepare(ctx, c)
	if err != nil {
		return fail(err)
	}
	s.dir = d
	if err := s.sameData(); err != nil {
		return fail(err)
	}
	return s, nil
}

// DryRun builds everything, trains two batches, evaluates, and keeps nothing.
func DryRun(ctx context.Context, r Request) error {
	c := *r.Config
	c.Train.Steps, c.Train.Epochs = 2, 1
	s, err := prepare(ctx, &c)
	if err != nil {
		return err
	}
	if r.Viewer != nil {
		r.Viewer.Begin(s.beginning())
	}
	return s.trainer.Fit(ctx, &recorder{session: s, keepNothing: true})
}

// prepare opens the data and builds the training.
func prepare(ctx context.Context, c *Config) (*session, error) {
	s := &session{config: c}
	var err error
	if s.data, err = open(ctx, c); err != nil {
		return nil, err
	}
	if err := protocol(c, s.data); err != nil {
		return nil, err
	}
	if s.setup, err = setup(c, s.data); err != nil {
		return nil, err
	}
	if s.setup.Backend, err = engine(); err != nil {
		return nil, err
	}
	s.trainer, err = trainer.New(c.Method, *s.setup)
	return s, err
}

// engine opens the backend once for the process.
func engine() (compute.Backend, error) {
	engineOnce.Do(func() { engineBackend, engineErr = backend.Open() })
	return engineBackend, engineErr
}

// protocol refuses to validate on the test set.
func protocol(c *Config, d *task.Data) error {
	if d.Fingerprints[1] != d.Fingerprints[2] {
		return nil
	}
	if !c.Data.ValIsTest {
		return usage(fmt.Errorf("experiment: the validation and the test set of %s are the same samples, so the selected epoch would be chosen on test: give three sets, or pass --allow-val-is-test to mark every output", c.Task))
	}
	return nil
}

// train runs or continues the training and opens the test set once it is over.
func (s *session) train(ctx context.Context, v Viewer) (*Result, error) {
	s.view = v
	if s.view == nil {
		s.view = silent{}
	}
	var err error
	if s.events, err = s.dir.Events(); err != nil {
		return nil, err
	}
	if s.resumed {
		if err := s.restore(); err != nil {
			return nil, err
		}
	}
	s.view.Begin(s.beginning())
	err = s.trainer.Fit(ctx, &recorder{session: s})
	switch {
	case err == nil:
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return nil, fmt.Errorf("experiment: %w at step %d; continue with: cggm train --resume %s",
			ErrInterrupted, s.trainer.Position().Step, s.dir.Path())
	case errors.Is(err, trainer.ErrDiverged) && s.dir.HasCheckpoint(run.Best):
		return nil, fmt.Errorf("%w; the best parameters so far are in %s", err, s.dir.File("checkpoints/best.ckpt"))
	default:
		return nil, err
	}
	result, err := s.result(ctx)
	if err != nil {
		return nil, err
	}
	if !s.closed {
		if err := s.keep(result); err != nil {
			return nil, err
		}
	}
	s.view.End(result)
	return result, nil
}

// keep writes the result into the run folder.
func (s *session) keep(r *Result) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("experiment: write the result: %w", err)
	}
	return s.dir.Write(run.ResultFile, append(text, '\n'))
}

// result loads the best parameters and scores validation and, unless it stays
// closed, test.
func (s *session) result(ctx context.Context) (*Result, error) {
	position := s.trainer.Position()
	best, err := s.load(run.Best)
	if err != nil {
		return nil, err
	}
	if err := s.trainer.Restore(best); err != nil {
		return nil, err
	}
	if position.Epoch == 0 {
		last, err := s.load(run.Last)
		if err != nil {
			return nil, err
		}
		position = last.Position
	}
	val, err := s.trainer.Evaluate(ctx, s.data.Val)
	if err != nil {
		return nil, err
	}
	test := &trainer.Evaluation{Modalities: make([]trainer.ModalityScores, len(val.Modalities))}
	if !s.closed {
		if test, err = s.trainer.Evaluate(ctx, s.data.Test); err != nil {
			return nil, err
		}
	}
	primary, larger := s.setup.Score.Primary()
	r := &Result{
		Task: s.config.Task, Method: s.config.Method, Seed: s.config.Train.Seed, Run: s.dir.Path(),
		Primary: primary, Larger: larger, Epoch: position.BestEpoch + 1, Epochs: position.Epoch, Reason: position.Reason,
		ValIsTest: s.config.Data.ValIsTest && s.data.Fingerprints[1] == s.data.Fingerprints[2],
		Seconds:   position.Seconds, Starved: position.Starved, Parameters: s.parameters(),
	}
	r.Scores.Val, r.Scores.Test = val.Scores, test.Scores
	source := string(s.setup.Model.Source())
	if s.setup.Method.Traits().Classifiers {
		source = "classifier"
	}
	for i, m := range val.Modalities {
		out := ModalityResult{Name: m.Name, Source: source, Val: m.Scores, Test: test.Modalities[i].Scores}
		if c, ok := position.Coefficients[m.Name]; ok {
			mean := c.Mean()
			out.CoefficientMean, out.CoefficientMin, out.CoefficientMax = &mean, &c.Min, &c.Max
		}
		r.Modalities = append(r.Modalities, out)
	}
	return r, nil
}

func (s *session) parameters() int {
	n := 0
	for _, spec := range s.trainer.Parameters() {
		if !spec.Fixed && spec.Group.Kind != param.Auxiliary {
			n += spec.Size()
		}
	}
	return n
}

func (s *session) beginning() Beginning {
	rows := func(src sample.Source) int { return src.Len() }
	b := Beginning{
		Task: s.config.Task, Method: s.config.Method, Seed: s.config.Train.Seed, Modalities: s.setup.Model.Names(),
		Train: rows(s.data.Train), Val: rows(s.data.Val), Test: rows(s.data.Test), Parameters: s.parameters(),
		Epochs: s.config.Train.Epochs, Resumed: s.resumed, Backend: s.setup.Backend.Name(), Warnings: s.data.Warnings,
	}
	b.BatchesEpoch = (b.Train + s.config.Train.Batch - 1) / s.config.Train.Batch
	if s.dir != nil {
		b.Run = s.dir.Path()
	}
	return b
}

func (s *session) close() {
	if s.dir != nil {
		_ = s.dir.Close()
	}
}

func readResult(d *run.Dir) (*Result, error) {
	text, err := os.ReadFile(d.File(run.ResultFile))
	if err != nil {
		return nil, err
	}
	r := &Result{}
	return r, json.Unmarshal(text, r)
}
