package view

import (
	"fmt"
	"slices"

	"cggm/experiment"
)

// Level is the confidence level of all intervals.
const Level = 0.95

// Spread is a mean over runs with its confidence interval. One run has no
// interval.
type Spread struct {
	Mean float64  `json:"mean"`
	Low  *float64 `json:"low,omitempty"`
	High *float64 `json:"high,omitempty"`
}

// Scores holds spreads by split and score.
type Scores struct {
	Val  map[string]Spread `json:"val"`
	Test map[string]Spread `json:"test"`
}

// ModalitySpread is what one modality contributed, over runs.
type ModalitySpread struct {
	Name   string `json:"name"`
	Source string `json:"source"`
	Scores
	CoefficientMean *float64 `json:"coefficient_mean,omitempty"`
	CoefficientMin  *float64 `json:"coefficient_min,omitempty"`
	CoefficientMax  *float64 `json:"coefficient_max,omitempty"`
}

// MethodSpread is what one method reached, over seeds.
type MethodSpread struct {
	Method     string           `json:"method"`
	N          int              `json:"n"`
	Seeds      []uint64         `json:"seeds"`
	Runs       []string         `json:"runs"`
	Scores     Scores           `json:"scores"`
	Modalities []ModalitySpread `json:"modalities"`
	Seconds    float64          `json:"seconds"`
}

// Difference is the mean difference of two methods on the same seeds.
type Difference struct {
	Of     string `json:"of"`
	Versus string `json:"versus"`
	Scores Scores `json:"scores"`
	// Modalities are in the order of the first method's; those whose scores
	// the two methods read from different places have none here.
	Modalities []ModalitySpread `json:"modalities"`
}

// Comparison is the outcome of several runs: of one method over seeds, or of
// two methods over the same seeds.
type Comparison struct {
	Task       string               `json:"task"`
	Primary    string               `json:"primary"`
	Larger     bool                 `json:"larger_is_better"`
	ValIsTest  bool                 `json:"val_is_test,omitempty"`
	Level      float64              `json:"level"`
	Methods    []MethodSpread       `json:"methods"`
	Difference *Difference          `json:"difference,omitempty"`
	Results    []*experiment.Result `json:"results"`
	Seconds    float64              `json:"seconds"`
}

// Compare sums up runs by method, in the order in which methods first appear.
// Two methods that ran on the same seeds get their paired difference.
func Compare(results []*experiment.Result) (*Comparison, error) {
	if len(results) == 0 {
		return nil, fmt.Errorf("view: no results to compare")
	}
	first := results[0]
	c := &Comparison{Task: first.Task, Primary: first.Primary, Larger: first.Larger, Level: Level, Results: results}
	var names []string
	groups := make(map[string][]*experiment.Result)
	for _, r := range results {
		if !slices.Contains(names, r.Method) {
			names = append(names, r.Method)
		}
		groups[r.Method] = append(groups[r.Method], r)
		c.Seconds += r.Seconds
		c.ValIsTest = c.ValIsTest || r.ValIsTest
	}
	for _, name := range names {
		c.Methods = append(c.Methods, spreadMethod(groups[name]))
	}
	if len(names) != 2 {
		return c, nil
	}
	a, b := groups[names[0]], groups[names[1]]
	if !slices.Equal(c.Methods[0].Seeds, c.Methods[1].Seeds) {
		return nil, fmt.Errorf("view: %s ran on seeds %v, %s on %v: a paired difference needs the same seeds",
			names[0], c.Methods[0].Seeds, names[1], c.Methods[1].Seeds)
	}
	c.Difference = difference(a, b)
	return c, nil
}

func spreadMethod(runs []*experiment.Result) MethodSpread {
	m := MethodSpread{Method: runs[0].Method, N: len(runs)}
	for _, r := range runs {
		m.Seeds = append(m.Seeds, r.Seed)
		m.Runs = append(m.Runs, r.Run)
		m.Seconds += r.Seconds
	}
	m.Scores = spreadScores(runs, fusedOf)
	for _, modality := range runs[0].Modalities {
		s := ModalitySpread{
			Name: modality.Name, Source: modality.Source, Scores: spreadScores(runs, modalityOf(modality.Name)),
		}
		s.CoefficientMean, s.CoefficientMin, s.CoefficientMax = coefficientRange(runs, modality.Name)
		m.Modalities = append(m.Modalities, s)
	}
	return m
}

// scoresOf picks the scores of the fused output or of one modality.
type scoresOf func(r *experiment.Result) (val, test map[string]float64)

func fusedOf(r *experiment.Result) (val, test map[string]float64) { return r.Scores.Val, r.Scores.Test }

func modalityOf(name string) scoresOf {
	return func(r *experiment.Result) (val, test map[string]float64) {
		for _, m := range r.Modalities {
			if m.Name == name {
				return m.Val, m.Test
			}
		}
		return nil, nil
	}
}

func spreadScores(runs []*experiment.Result, of scoresOf) Scores {
	var val, test []map[string]float64
	for _, r := range runs {
		v, t := of(r)
		val, test = append(val, v), append(test, t)
	}
	return Scores{Val: spreads(val), Test: spreads(test)}
}

// spreads sums up every score that all runs have and that is finite in all.
func spreads(runs []map[string]float64) map[string]Spread {
	out := make(map[string]Spread)
	for _, name := range ordered(runs[0], "") {
		values := make([]float64, 0, len(runs))
		for _, scores := range runs {
			if v, ok := scores[name]; ok {
				values = append(values, v)
			}
		}
		if len(values) < len(runs) {
			continue
		}
		if s, ok := spread(values); ok {
			out[name] = s
		}
	}
	return out
}

func coefficientRange(runs []*experiment.Result, name string) (mean, low, high *float64) {
	var sum float64
	n := 0
	for _, r := range runs {
		for _, m := range r.Modalities {
			if m.Name != name || m.CoefficientMean == nil {
				continue
			}
			sum += *m.CoefficientMean
			n++
			if m.CoefficientMin != nil && (low == nil || *m.CoefficientMin < *low) {
				low = m.CoefficientMin
			}
			if m.CoefficientMax != nil && (high == nil || *m.CoefficientMax > *high) {
				high = m.CoefficientMax
			}
		}
	}
	if n > 0 {
		sum /= float64(n)
		mean = &sum
	}
	return mean, low, high
}

// difference is a minus b, run by run on the same seed.
func difference(a, b []*experiment.Result) *Difference {
	pairs := make([]*experiment.Result, len(a))
	for i := range a {
		pairs[i] = &experiment.Result{}
		pairs[i].Scores.Val = minus(a[i].Scores.Val, b[i].Scores.Val)
		pairs[i].Scores.Test = minus(a[i].Scores.Test, b[i].Scores.Test)
		for _, m := range a[i].Modalities {
			pairs[i].Modalities = append(pairs[i].Modalities, minusModality(m, b[i].Modalities))
		}
	}
	m := spreadMethod(pairs)
	return &Difference{Of: a[0].Method, Versus: b[0].Method, Scores: m.Scores, Modalities: m.Modalities}
}

// minusModality subtracts the scores of the same modality among others. Scores
// read from different places measure different things: they have no
// difference.
func minusModality(m experiment.ModalityResult, others []experiment.ModalityResult) experiment.ModalityResult {
	d := experiment.ModalityResult{Name: m.Name, Source: m.Source}
	for _, other := range others {
		if other.Name == m.Name && other.Source == m.Source {
			d.Val, d.Test = minus(m.Val, other.Val), minus(m.Test, other.Test)
		}
	}
	return d
}

func minus(a, b map[string]float64) map[string]float64 {
	d := make(map[string]float64)
	for name, v := range a {
		if w, ok := b[name]; ok {
			d[name] = v - w
		}
	}
	return d
}
