package trainer

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// asidePrefix begins the names of the arrays of trainings aside:
// "aside/KEY|NAME" is array NAME of the training KEY.
const asidePrefix = "aside/"

// attach returns the snapshot with those of trainings aside in it.
func (s *Snapshot) attach(aside map[string]*Snapshot) *Snapshot {
	if len(aside) == 0 {
		return s
	}
	out := &Snapshot{Arrays: slices.Clone(s.Arrays), Position: s.Position}
	out.Position.Aside = make(map[string]Position)
	for _, key := range slices.Sorted(maps.Keys(aside)) {
		out.Position.Aside[key] = aside[key].Position
		for _, a := range aside[key].Arrays {
			a.Name = asidePrefix + key + "|" + a.Name
			out.Arrays = append(out.Arrays, a)
		}
	}
	return out
}

// detach undoes attach.
func (s *Snapshot) detach() (main *Snapshot, aside map[string]*Snapshot, err error) {
	main, aside = &Snapshot{Position: s.Position}, make(map[string]*Snapshot)
	for key, position := range s.Position.Aside {
		aside[key] = &Snapshot{Position: position}
	}
	main.Position.Aside = nil
	for _, a := range s.Arrays {
		name, ok := strings.CutPrefix(a.Name, asidePrefix)
		if !ok {
			main.Arrays = append(main.Arrays, a)
			continue
		}
		key, name, _ := strings.Cut(name, "|")
		of, ok := aside[key]
		if !ok {
			return nil, nil, fmt.Errorf("trainer: array %q belongs to no training aside: the checkpoint is damaged", a.Name)
		}
		a.Name = name
		of.Arrays = append(of.Arrays, a)
	}
	return main, aside, nil
}

// progress observes a training aside: it keeps what that has reached, for the
// checkpoints of the training that it belongs to.
type progress struct {
	trainer *Trainer
	key     string
	keep    func() error
}

var _ Observer = progress{}

// Step implements Observer.
func (progress) Step(StepEvent) error { return nil }

// Epoch implements Observer.
func (progress) Epoch(EpochEvent) error { return nil }

// Save implements Observer.
func (p progress) Save(s *Snapshot, best bool) error {
	if best {
		return nil // a training aside continues from its last state only
	}
	if p.trainer.aside == nil {
		p.trainer.aside = make(map[string]*Snapshot)
	}
	p.trainer.aside[p.key] = s
	return p.keep()
}
