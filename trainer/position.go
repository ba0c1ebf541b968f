package trainer

import (
	"encoding/json"
	"fmt"
	"math"
)

// Position is where a training stands, apart from its arrays.
type Position struct {
	Epoch int `json:"epoch"` // epochs completed
	Batch int `json:"batch"` // batches of the current epoch completed
	Step  int `json:"step"`  // batches completed in all
	// Prepared says that the method has acted before the current epoch.
	Prepared bool `json:"prepared"`
	// Sums holds, for the current epoch, the sums of the reported scalars over
	// batches, weighted by samples.
	Sums map[string]float64 `json:"sums"`
	Rows int                `json:"rows"`
	// Best is the best validation score so far and the epoch it came from.
	Best      *float64 `json:"best"`
	BestEpoch int      `json:"best_epoch"`
	// Waited counts the epochs since the best.
	Waited int `json:"waited"`
	// Coefficients collects the range of every modality's coefficient.
	Coefficients map[string]Range `json:"coefficients"`
	// Schedules is the state of the two learning-rate schedules.
	Schedules [2]json.RawMessage `json:"schedules"`
	// Seconds is the time spent on training, interruptions not counted.
	Seconds float64 `json:"seconds"`
	// Starved is the part of Seconds that updates waited for their input.
	Starved float64 `json:"starved"`
	// Aside is where trainings aside stand that were interrupted, by name.
	Aside map[string]Position `json:"aside,omitempty"`
	// Done says that training has ended, and Reason why.
	Done   bool   `json:"done"`
	Reason string `json:"reason"`
}

// Range summarises a number over the updates of a training.
type Range struct {
	Min   float64 `json:"min"`
	Max   float64 `json:"max"`
	Sum   float64 `json:"sum"`
	Count int     `json:"count"`
}

// Mean returns the mean, 0 when nothing was added.
func (r Range) Mean() float64 {
	if r.Count == 0 {
		return 0
	}
	return r.Sum / float64(r.Count)
}

func (r Range) add(v float64) Range {
	if r.Count == 0 {
		return Range{v, v, v, 1}
	}
	return Range{math.Min(r.Min, v), math.Max(r.Max, v), r.Sum + v, r.Count + 1}
}

// Snapshot is a training that can be continued.
type Snapshot struct {
	Arrays   []Array
	Position Position
}

// Snapshot copies the training's state.
func (t *Trainer) Snapshot() (*Snapshot, error) {
	s, err := t.main()
	if err != nil {
		return nil, err
	}
	return s.attach(t.aside), nil
}

// main copies the state but for what trainings aside have reached.
func (t *Trainer) main() (*Snapshot, error) {
	arrays, err := t.state.Export()
	if err != nil {
		return nil, fmt.Errorf("trainer: read the parameters: %w", err)
	}
	position := t.position
	for k, recipe := range []Recipe{t.setup.Main, t.setup.Auxiliary} {
		if position.Schedules[k], err = json.Marshal(recipe.Schedule); err != nil {
			return nil, fmt.Errorf("trainer: save the schedule: %w", err)
		}
	}
	return &Snapshot{Arrays: arrays, Position: position}, nil
}

// Restore continues from a snapshot of the same setup.
func (t *Trainer) Restore(s *Snapshot) error {
	s, aside, err := s.detach()
	if err != nil {
		return err
	}
	if err := t.state.Import(s.Arrays); err != nil {
		return err
	}
	for k, recipe := range []Recipe{t.setup.Main, t.setup.Auxiliary} {
		if len(s.Position.Schedules[k]) == 0 {
			continue
		}
		if err := json.Unmarshal(s.Position.Schedules[k], recipe.Schedule); err != nil {
			return fmt.Errorf("trainer: restore the schedule: %w", err)
		}
	}
	t.position, t.aside = s.Position, aside
	if t.position.Sums == nil {
		t.position.Sums = make(map[string]float64)
	}
	if t.position.Coefficients == nil {
		t.position.Coefficients = make(map[string]Range)
	}
	return nil
}

// Position returns where the training stands.
func (t *Trainer) Position() Position { return t.position }

func (t *Trainer) start() Position {
	return Position{Sums: make(map[string]float64), Coefficients: make(map[string]Range)}
}
