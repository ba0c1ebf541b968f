package compare

import (
	"fmt"
	"slices"

	"cggm/stats"
)

// Overall compares methods over tasks by the mean test score on each.
type Overall struct {
	// Tasks is the number of tasks.
	Tasks int `json:"tasks"`
	// Methods are those with all seeds on every task, in the order of the study.
	Methods []Standing `json:"methods"`
	// Friedman is the p-value of Friedman's test that no method differs; nil
	// for fewer than three methods.
	Friedman *float64 `json:"p_friedman"`
}

// Standing is how one method stands over all tasks.
type Standing struct {
	Method string `json:"method"`
	// Rank is the mean over tasks of the rank of the mean test score.
	Rank float64 `json:"rank"`
	// Better and Worse count the tasks with a significant difference to joint
	// training, corrected, at 5 %.
	Better int `json:"better_than_joint"`
	Worse  int `json:"worse_than_joint"`
}

// sumUp ranks the methods over tasks.
func (o *Outcome) sumUp() error {
	if len(o.Tasks) < 2 {
		return nil
	}
	all := &Overall{Tasks: len(o.Tasks)}
	table := make([][]float64, len(o.Tasks))
	for _, first := range o.Tasks[0].Rows {
		s, scores := o.standing(first.Method)
		if len(scores) < len(o.Tasks) {
			continue
		}
		all.Methods = append(all.Methods, s)
		for k, score := range scores {
			table[k] = append(table[k], score)
		}
	}
	if len(all.Methods) == 0 {
		return nil
	}
	ranks, err := stats.AverageRanks(table)
	if err != nil {
		return fmt.Errorf("compare: ranks over tasks: %w", err)
	}
	for i := range all.Methods {
		all.Methods[i].Rank = ranks[i]
	}
	if len(all.Methods) > 2 {
		test, err := stats.Friedman(table)
		if err != nil {
			return fmt.Errorf("compare: ranks over tasks: %w", err)
		}
		all.Friedman = &test.P
	}
	o.Overall = all
	return nil
}

// standing counts what a method reached, and returns its scores on the tasks
// where it has any, larger being better.
func (o *Outcome) standing(method string) (s Standing, scores []float64) {
	s.Method = method
	for _, t := range o.Tasks {
		row := t.find(method)
		if row == nil || row.Rank == nil {
			continue
		}
		scores = append(scores, t.signed(row.Test.Mean))
		joint := slices.Index(t.Baselines, "joint")
		if joint < 0 || row.Versus[joint] == nil {
			continue
		}
		d := row.Versus[joint]
		switch {
		case d.Holm == nil || *d.Holm > 1-Level:
		case t.signed(d.Mean) > 0:
			s.Better++
		default:
			s.Worse++
		}
	}
	return s, scores
}
