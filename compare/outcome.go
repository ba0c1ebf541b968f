package compare

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"cggm/stats"
)

// Level is the confidence level of all intervals.
const Level = .95

// Outcome is what a study found.
type Outcome struct {
	Seeds int `json:"seeds"`
	// First is the first of the seeds.
	First  uint64 `json:"first_seed"`
	Trials int    `json:"trials"`
	// Missing is the number of runs that are still to be done: above 0 all
	// numbers are preliminary.
	Missing int            `json:"missing"`
	Tasks   []*TaskOutcome `json:"tasks"`
	// Overall ranks the methods over tasks; nil for fewer than two tasks.
	Overall *Overall `json:"overall,omitempty"`

	against []string
}

// TaskOutcome is what a study found on one task.
type TaskOutcome struct {
	Task string `json:"task"`
	// Primary names the score that is compared.
	Primary   string `json:"primary"`
	Larger    bool   `json:"larger_is_better"`
	ValIsTest bool   `json:"val_is_test,omitempty"`
	Missing   int    `json:"missing"`
	// Baselines are the methods that the others are tested against.
	Baselines []string  `json:"baselines"`
	Rows      []Row     `json:"methods"`
	Refused   []Refusal `json:"refused,omitempty"`
	// Warnings lists what is odd about the data.
	Warnings []string `json:"warnings,omitempty"`
	// Records holds all runs, tuning first.
	Records []*Record `json:"runs"`
}

// Row is what one method reached on one task.
type Row struct {
	Method string `json:"method"`
	// Of is the method that a variant is one of; empty for a method.
	Of string `json:"variant_of,omitempty"`
	// Trial and Settings are the chosen ones; 0 while tuning goes on.
	Trial    int      `json:"trial"`
	Settings []string `json:"settings,omitempty"`
	// Test and Val are the mean scores over seeds; nil without a finished run.
	Test *Spread `json:"test"`
	Val  *Spread `json:"val"`
	// Versus holds the differences to the baselines, in their order; nil where
	// there is none.
	Versus []*Difference `json:"versus"`
	// Rank is the mean rank over seeds, 1 is best; nil unless all seeds are
	// there.
	Rank *float64 `json:"rank"`
	// Seconds is the mean time of a run; Cost its ratio to joint training.
	Seconds float64  `json:"seconds"`
	Cost    *float64 `json:"cost"`
	// Memory is the largest live heap of all runs in bytes, tuning included, 0
	// where it is not known; MemoryCost its ratio to joint training.
	Memory     uint64   `json:"memory"`
	MemoryCost *float64 `json:"memory_cost"`
	// Failed lists the seeds that failed, Missing counts those to be done.
	Failed  []Failure `json:"failed,omitempty"`
	Missing int       `json:"missing"`

	fixed  []string // the settings of a variant
	scores map[uint64]float64
}

// Failure says why a seed has no scores.
type Failure struct {
	Seed uint64 `json:"seed"`
	Why  string `json:"why"`
}

// Spread is a mean over seeds with its confidence interval by Student's t,
// which one seed does not have.
type Spread struct {
	N    int      `json:"n"`
	Mean float64  `json:"mean"`
	Low  *float64 `json:"low"`
	High *float64 `json:"high"`
}

// Difference is a method's score minus a baseline's on the same seeds, with
// the p-value of the paired t-test. Differences that are the same on all seeds,
// but not 0, have neither interval nor p-value.
type Difference struct {
	Spread
	P *float64 `json:"p"`
	// Holm is P corrected by Holm for all methods tested against the baseline
	// on the task.
	Holm *float64 `json:"p_holm"`
}

// tabulate computes the rows from the records.
func (t *TaskOutcome) tabulate(s *Study, p *prepared, chosen map[string]int) error {
	for _, b := range s.against() {
		if slices.Contains(p.names(), b) {
			t.Baselines = append(t.Baselines, b)
		}
	}
	for _, v := range p.rows {
		row, err := t.row(v.Name, chosen[v.Name], s.Seeds)
		if err != nil {
			return err
		}
		if v.Name != v.Method {
			row.Of, row.fixed = v.Method, v.Settings
		}
		t.Rows = append(t.Rows, row)
	}
	for k, b := range t.Baselines {
		if err := t.versus(k, b); err != nil {
			return err
		}
	}
	t.costs()
	return t.ranks(s.seeds())
}

// row sums up the final runs of one method.
func (t *TaskOutcome) row(method string, trial, seeds int) (Row, error) {
	row := Row{Method: method, Trial: trial, Versus: make([]*Difference, len(t.Baselines)), Missing: seeds, scores: make(map[uint64]float64)}
	var val, test, seconds []float64
	for _, r := range t.Records {
		if r.Method != method {
			continue
		}
		if r.Trial == trial {
			row.Settings = r.Settings
		}
		row.Memory = max(row.Memory, r.Memory)
		if r.Tuning {
			continue
		}
		row.Missing--
		if r.Failed != "" {
			row.Failed = append(row.Failed, Failure{r.Seed, r.Failed})
			continue
		}
		row.scores[r.Seed] = r.Test[t.Primary]
		val, test, seconds = append(val, r.Val[t.Primary]), append(test, r.Test[t.Primary]), append(seconds, r.Seconds)
	}
	var err error
	if row.Test, err = spread(test); err != nil {
		return row, err
	}
	if row.Val, err = spread(val); err != nil || len(seconds) == 0 {
		return row, err
	}
	row.Seconds, err = stats.Mean(seconds)
	return row, err
}

func spread(values []float64) (*Spread, error) {
	if len(values) == 0 {
		return nil, nil
	}
	m, err := stats.Mean(values)
	if err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	s := &Spread{N: len(values), Mean: m}
	if len(values) > 1 {
		i, err := stats.TInterval(values, Level)
		if err != nil {
			return nil, fmt.Errorf("compare: %w", err)
		}
		s.Low, s.High = &i.Low, &i.High
	}
	return s, nil
}

// versus tests every method against the k-th baseline on the seeds that both
// have, and corrects for the number of tests.
func (t *TaskOutcome) versus(k int, baseline string) error {
	base := t.find(baseline)
	var tested []*Difference
	var p []float64
	for i := range t.Rows {
		row := &t.Rows[i]
		if row.Method == baseline {
			continue
		}
		a, b := pairs(row.scores, base.scores)
		differences := make([]float64, len(a))
		for n := range a {
			differences[n] = a[n] - b[n]
		}
		s, err := spread(differences)
		if err != nil {
			return err
		}
		if s == nil {
			continue
		}
		d := &Difference{Spread: *s}
		row.Versus[k] = d
		if len(a) < 2 {
			continue
		}
		if same(a, b) {
			d.Low, d.High = nil, nil
			continue
		}
		test, err := stats.PairedT(a, b)
		if err != nil {
			return fmt.Errorf("compare: %s against %s on %s: %w", row.Method, baseline, t.Task, err)
		}
		d.P = &test.P
		tested, p = append(tested, d), append(p, test.P)
	}
	corrected, err := stats.Holm(p)
	if err != nil {
		return fmt.Errorf("compare: tests against %s on %s: %w", baseline, t.Task, err)
	}
	for i, d := range tested {
		d.Holm = &corrected[i]
	}
	return nil
}

// same reports whether a and b differ by the same on all seeds, but not by 0:
// scores of few samples are coarse, so that a few seeds can agree by chance, and
// a test that takes this for certainty would call anything significant.
func same(a, b []float64) bool {
	scale := math.Abs(a[0]) + math.Abs(b[0])
	first := a[0] - b[0]
	for i := range a {
		if math.Abs(a[i]-b[i]-first) > 1e-12*scale {
			return false
		}
	}
	return first != 0
}

// pairs returns the scores on the seeds that both have, in the order of seeds.
func pairs(a, b map[uint64]float64) (x, y []float64) {
	for _, seed := range slices.Sorted(maps.Keys(a)) {
		if w, both := b[seed]; both {
			x, y = append(x, a[seed]), append(y, w)
		}
	}
	return x, y
}

func (t *TaskOutcome) find(method string) *Row {
	for i := range t.Rows {
		if t.Rows[i].Method == method {
			return &t.Rows[i]
		}
	}
	return nil
}

// costs compares time and memory with those of joint training.
func (t *TaskOutcome) costs() {
	joint := t.find("joint")
	if joint == nil {
		return
	}
	for i := range t.Rows {
		row := &t.Rows[i]
		row.Cost = ratio(row.Seconds, joint.Seconds)
		row.MemoryCost = ratio(float64(row.Memory), float64(joint.Memory))
	}
}

// ratio returns a/b, nil unless both are above 0.
func ratio(a, b float64) *float64 {
	if a <= 0 || b <= 0 {
		return nil
	}
	r := a / b
	return &r
}

// ranks ranks the methods that have all seeds, seed by seed.
func (t *TaskOutcome) ranks(seeds []uint64) error {
	var whole []*Row
	for i := range t.Rows {
		if len(t.Rows[i].scores) == len(seeds) {
			whole = append(whole, &t.Rows[i])
		}
	}
	if len(whole) == 0 {
		return nil
	}
	table := make([][]float64, len(seeds))
	for k, seed := range seeds {
		for _, row := range whole {
			table[k] = append(table[k], t.signed(row.scores[seed]))
		}
	}
	mean, err := stats.AverageRanks(table)
	if err != nil {
		return fmt.Errorf("compare: ranks on %s: %w", t.Task, err)
	}
	for i, row := range whole {
		row.Rank = &mean[i]
	}
	return nil
}

// signed returns the score so that larger is better.
func (t *TaskOutcome) signed(score float64) float64 {
	if t.Larger {
		return score
	}
	return -score
}
