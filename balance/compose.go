package balance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/network"
	"cggm/objective"
)

// Named is a method with the name it is known by.
type Named struct {
	Name string
	Method
}

// Compose returns a method that applies all the given ones in one step. It
// refuses, with an error that wraps ErrUnfit, two methods that take hold of
// the same thing.
func Compose(parts ...Named) (Method, error) {
	if len(parts) == 1 {
		return parts[0].Method, nil
	}
	// Bridges change the features that all others read.
	parts = slices.Clone(parts)
	slices.SortStableFunc(parts, func(a, b Named) int {
		switch first, second := a.Traits().Bridged, b.Traits().Bridged; {
		case first && !second:
			return -1
		case second && !first:
			return 1
		}
		return 0
	})
	c := &composition{parts: parts}
	for i, a := range parts {
		for _, b := range parts[:i] {
			if both := a.Traits().Takes & b.Traits().Takes; both != 0 {
				return nil, fmt.Errorf("balance: %s and %s both set the %v: %w together: leave one out, or switch that part of one off",
					b.Name, a.Name, both, ErrUnfit)
			}
			if b.Name == a.Name {
				return nil, fmt.Errorf("balance: %s is named twice: %w together", a.Name, ErrUnfit)
			}
		}
	}
	return c, nil
}

type composition struct{ parts []Named }

var (
	_ Method    = (*composition)(nil)
	_ Phased    = (*composition)(nil)
	_ Predictor = (*composition)(nil)
	_ Scheduler = (*composition)(nil)
	_ Preparer  = (*composition)(nil)
	_ Settler   = (*composition)(nil)
)

func (c *composition) Traits() Traits {
	var all Traits
	for _, part := range c.parts {
		t := part.Traits()
		all.Takes |= t.Takes
		all.Least = max(all.Least, t.Least)
		all.Classifiers = all.Classifiers || t.Classifiers
		all.Heldout = all.Heldout || t.Heldout
		all.Reserve = all.Reserve || t.Reserve
		all.Bridged = all.Bridged || t.Bridged
		all.Splits = all.Splits || t.Splits
		if t.Tasks != nil {
			all.Tasks = intersect(all.Tasks, t.Tasks)
			all.Why = t.Why
		}
	}
	return all
}

func intersect(a, b []objective.Task) []objective.Task {
	if a == nil {
		return b
	}
	both := []objective.Task{}
	for _, task := range a {
		if slices.Contains(b, task) {
			both = append(both, task)
		}
	}
	return both
}

func (c *composition) Validate() error {
	for _, part := range c.parts {
		if v, ok := part.Method.(Validator); ok {
			if err := v.Validate(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Build merges the effects. Edits run in the order of the parts.
func (c *composition) Build(s *Step) Effect {
	var all Effect
	for _, part := range c.parts {
		e := part.Build(s)
		if e.Objective != nil {
			all.Objective = e.Objective
		}
		if e.Scale != nil {
			all.Scale, all.ByRate = e.Scale, e.ByRate
		}
		if e.Noise != nil {
			all.Noise = e.Noise
		}
		if e.Rate != nil {
			all.Rate = e.Rate
		}
		if e.Train != nil {
			all.Train = e.Train
		}
		if e.Loss != nil {
			if all.Loss != nil {
				e.Loss = graph.Add(all.Loss, e.Loss)
			}
			all.Loss = e.Loss
		}
		if e.Edit != nil {
			before, now := all.Edit, e.Edit
			all.Edit = func(g *Gradients) {
				if before != nil {
					before(g)
				}
				now(g)
			}
		}
		for _, q := range e.Report {
			if !slices.ContainsFunc(all.Report, func(r Quantity) bool { return r.Name == q.Name }) {
				all.Report = append(all.Report, q)
			}
		}
	}
	return all
}

// PhaseCount returns the phases of the one part that has any.
func (c *composition) PhaseCount(modalities int) int {
	for _, part := range c.parts {
		if p, ok := part.Method.(Phased); ok {
			return p.PhaseCount(modalities)
		}
	}
	return 1
}

// Predict lets the one part that changes the prediction predict.
func (c *composition) Predict(p *network.Pass) (*graph.Node, []*graph.Node) {
	for _, part := range c.parts {
		if predictor, ok := part.Method.(Predictor); ok {
			return predictor.Predict(p)
		}
	}
	return Predict(&Joint{}, p, c.Traits())
}

// BeforeEpoch runs the preparers among the parts.
func (c *composition) BeforeEpoch(e *Epoch) error {
	return each(c.parts, func(p Preparer) error { return p.BeforeEpoch(e) })
}

// Settle runs the settlers among the parts.
func (c *composition) Settle(e *Epoch) error {
	return each(c.parts, func(s Settler) error { return s.Settle(e) })
}

// each calls do with every part that is a T.
func each[T any](parts []Named, do func(T) error) error {
	for _, part := range parts {
		if t, ok := part.Method.(T); ok {
			if err := do(t); err != nil {
				return fmt.Errorf("balance: %s: %w", part.Name, err)
			}
		}
	}
	return nil
}

// AfterEpoch runs the schedulers among the parts.
func (c *composition) AfterEpoch(e *Epoch) error {
	return each(c.parts, func(s Scheduler) error { return s.AfterEpoch(e) })
}

// Predict returns what a model trained with m predicts: fused and by modality.
// Unless the method is a Predictor, modalities are scored by the auxiliary
// classifiers where the method trains them, otherwise by the model's source of
// unimodal logits.
func Predict(m Method, p *network.Pass, t Traits) (fused *graph.Node, unimodal []*graph.Node) {
	if predictor, ok := m.(Predictor); ok {
		return predictor.Predict(p)
	}
	for i := range p.Inputs {
		if t.Classifiers {
			unimodal = append(unimodal, p.Classifier(i).Logits)
		} else {
			unimodal = append(unimodal, p.Unimodal(i))
		}
	}
	return p.Fused().Logits, unimodal
}

// Split returns the names in a composed name such as "cggm+ogm".
func Split(name string) []string { return strings.Split(name, "+") }
