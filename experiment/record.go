package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/gomlx/compute"

	"cggm/run"
	"cggm/trainer"
)

var (
	engineOnce    sync.Once
	engineBackend compute.Backend
	engineErr     error
)

// silent is a viewer that shows nothing.
type silent struct{}

func (silent) Begin(Beginning)          {}
func (silent) Step(trainer.StepEvent)   {}
func (silent) Epoch(trainer.EpochEvent) {}
func (silent) End(*Result)              {}

// recorder writes what happens into the run folder and shows it.
type recorder struct {
	session     *session
	keepNothing bool
}

var _ trainer.Observer = (*recorder)(nil)

// Step implements trainer.Observer.
func (r *recorder) Step(e trainer.StepEvent) error {
	if r.keepNothing {
		return nil
	}
	r.session.view.Step(e)
	fields := map[string]any{
		"step": e.Step, "epoch": e.Epoch, "rate": e.Rate, "auxiliary_rate": e.AuxiliaryRate,
		"time": e.Time.Seconds(), "wait": e.Wait.Seconds(),
	}
	for name, v := range e.Values {
		fields[name] = v
	}
	return r.session.events.Append(run.Event{Kind: "step", Fields: fields})
}

// Epoch implements trainer.Observer.
func (r *recorder) Epoch(e trainer.EpochEvent) error {
	if r.keepNothing {
		return nil
	}
	r.session.view.Epoch(e)
	fields := map[string]any{
		"step": e.Step, "epoch": e.Epoch, "best": e.Best, "train": e.Train,
		"val_loss": e.Val.Loss, "val": e.Val.Scores, "time": e.Time.Seconds(), "wait": e.Wait.Seconds(),
	}
	for _, m := range e.Val.Modalities {
		fields["val_loss/"+m.Name] = m.Loss
		fields["val/"+m.Name] = m.Scores
	}
	return r.session.events.Append(run.Event{Kind: "epoch", Fields: fields})
}

// Save implements trainer.Observer.
func (r *recorder) Save(s *trainer.Snapshot, best bool) error {
	if r.keepNothing {
		return nil
	}
	state, err := json.Marshal(s.Position)
	if err != nil {
		return fmt.Errorf("experiment: save the position: %w", err)
	}
	c := &run.Checkpoint{Events: r.session.events.Size(), State: state}
	for _, a := range s.Arrays {
		c.Arrays = append(c.Arrays, run.Array(a))
	}
	name := run.Last
	if best {
		name = run.Best
	}
	return r.session.dir.Save(name, c)
}

// load reads a checkpoint of the run.
func (s *session) load(name string) (*trainer.Snapshot, error) {
	snapshot, _, err := s.checkpoint(name)
	return snapshot, err
}

func (s *session) checkpoint(name string) (*trainer.Snapshot, int64, error) {
	c, err := s.dir.Load(name)
	if err != nil {
		return nil, 0, err
	}
	out := &trainer.Snapshot{}
	if err := json.Unmarshal(c.State, &out.Position); err != nil {
		return nil, 0, fmt.Errorf("experiment: checkpoint %s: position: %w", name, err)
	}
	for _, a := range c.Arrays {
		out.Arrays = append(out.Arrays, trainer.Array(a))
	}
	return out, c.Events, nil
}

// restore continues from the last checkpoint; a run that was stopped before
// its first checkpoint starts anew.
func (s *session) restore() error {
	if !s.dir.HasCheckpoint(run.Last) {
		return s.events.Truncate(0)
	}
	snapshot, size, err := s.checkpoint(run.Last)
	if err != nil {
		return err
	}
	if err := s.trainer.Restore(snapshot); err != nil {
		return err
	}
	return s.events.Truncate(size)
}

// Environment is what a run records about where it was made.
type Environment struct {
	Go           string            `json:"go"`
	System       string            `json:"system"`
	Processors   int               `json:"processors"`
	Engine       string            `json:"engine"`
	Modules      map[string]string `json:"modules"`
	Fingerprints map[string]string `json:"fingerprints"`
}

// describe writes what the run is made of.
func (s *session) describe() error {
	text, err := Marshal(s.config)
	if err != nil {
		return err
	}
	env, err := json.MarshalIndent(s.environment(), "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(s.dir.Write(run.EnvFile, append(env, '\n')), s.dir.Write(run.ConfigFile, text))
}

func (s *session) environment() Environment {
	e := Environment{
		Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH, Processors: runtime.NumCPU(),
		Engine: s.setup.Backend.Name(), Modules: make(map[string]string),
		Fingerprints: map[string]string{
			"train": s.data.Fingerprints[0], "val": s.data.Fingerprints[1], "test": s.data.Fingerprints[2],
		},
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if strings.HasPrefix(m.Path, "github.com/gomlx/") {
				e.Modules[m.Path] = m.Version
			}
		}
	}
	return e
}

// sameData refuses to continue a run on other data than it began with.
func (s *session) sameData() error {
	text, err := os.ReadFile(s.dir.File(run.EnvFile))
	if err != nil {
		return fmt.Errorf("experiment: read what the run was made of: %w", err)
	}
	var then Environment
	if err := json.Unmarshal(text, &then); err != nil {
		return fmt.Errorf("experiment: %s: %w", s.dir.File(run.EnvFile), err)
	}
	for name, now := range s.environment().Fingerprints {
		if before := then.Fingerprints[name]; before != now {
			return fmt.Errorf("experiment: the %s set has changed since the run began (fingerprint %.12s, now %.12s): continue with the data of then, or train anew",
				name, before, now)
		}
	}
	return nil
}
