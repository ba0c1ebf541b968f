package compare

import (
	"fmt"
	"math"
	"strings"
	"time"

	"cggm/internal/view"
)

// grid is a table before it has a format. All columns but the first hold
// numbers.
type grid struct {
	title  string
	header []string
	rows   [][]string
	// best is the row with the best mean, -1 for none; its score is in column
	// scoreColumn.
	best  int
	notes []string
}

const scoreColumn = 2

// grids returns one table per task, and one over all tasks where there are
// several.
func (o *Outcome) grids() []grid {
	var all []grid
	for _, t := range o.Tasks {
		all = append(all, t.grid(o))
	}
	if o.Overall != nil {
		all = append(all, o.Overall.grid())
	}
	return all
}

func (t *TaskOutcome) grid(o *Outcome) grid {
	g := grid{title: fmt.Sprintf("%s: %s over %d %s", t.Task, t.scoreName(), o.Seeds, plural(o.Seeds, "seed"))}
	if o.First > 1 {
		g.title += fmt.Sprintf(" from %d", o.First)
	}
	if o.Trials > 1 {
		g.title += fmt.Sprintf(", the best of %d settings by validation", o.Trials)
	}
	g.header = []string{"method", "n", "test " + t.Primary}
	for _, b := range t.Baselines {
		g.header = append(g.header, "minus "+b, "p")
	}
	g.header = append(g.header, "rank", "time", "memory")
	for _, row := range t.Rows {
		g.rows = append(g.rows, row.cells())
	}
	g.best, g.notes = t.best(), t.notes(o)
	return g
}

// best returns the row with the best mean score of those with all seeds, -1 when
// none has them.
func (t *TaskOutcome) best() int {
	best := -1
	for i, row := range t.Rows {
		if row.Rank != nil && (best < 0 || t.signed(row.Test.Mean) > t.signed(t.Rows[best].Test.Mean)) {
			best = i
		}
	}
	return best
}

// scoreName says what is compared.
func (t *TaskOutcome) scoreName() string {
	if t.Larger {
		return "test " + t.Primary
	}
	return "test " + t.Primary + " (smaller is better)"
}

func (r *Row) cells() []string {
	n := 0
	if r.Test != nil {
		n = r.Test.N
	}
	cells := []string{r.Method, fmt.Sprint(n), r.Test.text("%.4f")}
	for _, d := range r.Versus {
		if d == nil {
			cells = append(cells, "-", "-")
			continue
		}
		cells = append(cells, d.text("%+.4f"), probability(d.Holm))
	}
	return append(cells, optional("%.2f", r.Rank), optional("%.2fx", r.Cost), optional("%.2fx", r.MemoryCost))
}

// text formats the mean with its interval.
func (s *Spread) text(format string) string {
	switch {
	case s == nil:
		return "-"
	case s.Low == nil || s.High == nil:
		return number(format, s.Mean)
	}
	return fmt.Sprintf("%s [%s, %s]", number(format, s.Mean), number(format, *s.Low), number(format, *s.High))
}

// number formats with four digits after the point, or four in all for numbers
// that are large.
func number(format string, v float64) string {
	if math.Abs(v) >= 100 {
		format = strings.Replace(format, ".4f", ".4g", 1)
	}
	return fmt.Sprintf(format, v)
}

func optional(format string, v *float64) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf(format, *v)
}

func probability(p *float64) string {
	if p != nil && *p < .001 {
		return "<0.001"
	}
	return optional("%.3f", p)
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// notes lists what a reader must know beside the numbers.
func (t *TaskOutcome) notes(o *Outcome) []string {
	var notes []string
	if t.Missing > 0 {
		notes = append(notes, fmt.Sprintf("INCOMPLETE: %d %s missing (%s); these numbers are preliminary",
			t.Missing, plural(t.Missing, "run"), strings.Join(t.missing(), ", ")))
	}
	if t.ValIsTest {
		notes = append(notes, "CAUTION: validation is the test set, so what was selected was selected on test")
	}
	for _, w := range t.Warnings {
		notes = append(notes, "warning: "+w)
	}
	for _, row := range t.Rows {
		if row.Of != "" {
			notes = append(notes, strings.TrimSpace(fmt.Sprintf("%s: %s %s", row.Method, row.Of, strings.Join(row.fixed, " "))))
		}
		notes = append(notes, row.failures()...)
		for k, d := range row.Versus {
			if d != nil && d.N > 1 && d.P == nil {
				notes = append(notes, fmt.Sprintf("%s minus %s is the same on all %d seeds, so that there is no test", row.Method, t.Baselines[k], d.N))
			}
		}
	}
	for _, r := range t.Records {
		if r.Tuning && r.Failed != "" {
			notes = append(notes, fmt.Sprintf("%s failed in trial %d: %s", r.Method, r.Trial, r.Failed))
		}
	}
	for _, r := range t.Refused {
		notes = append(notes, fmt.Sprintf("%s is left out: %s", r.Method, r.Why))
	}
	if t.mixed() {
		notes = append(notes, "the runs did not all share the processors with as many others, so times hardly compare")
	}
	if o.Trials == 1 {
		return notes
	}
	var open []string
	for _, row := range t.Rows {
		switch row.Trial {
		case 0:
			open = append(open, row.Method)
		case 1:
			notes = append(notes, row.Method+": the defaults were best")
		default:
			notes = append(notes, fmt.Sprintf("%s: trial %d was best: %s", row.Method, row.Trial, strings.Join(row.Settings, " ")))
		}
	}
	if len(open) > 0 {
		notes = append(notes, "settings are not chosen yet: "+strings.Join(open, ", "))
	}
	return notes
}

// missing says what is to be done, by method.
func (t *TaskOutcome) missing() []string {
	var list []string
	tuning := t.Missing
	for _, row := range t.Rows {
		tuning -= row.Missing
		if row.Missing > 0 {
			list = append(list, fmt.Sprintf("%s %d", row.Method, row.Missing))
		}
	}
	if tuning > 0 {
		list = append([]string{fmt.Sprintf("tuning %d", tuning)}, list...)
	}
	return list
}

// failures returns a sentence for every reason to fail.
func (r *Row) failures() []string {
	var whys []string
	seeds := make(map[string][]string)
	for _, f := range r.Failed {
		if seeds[f.Why] == nil {
			whys = append(whys, f.Why)
		}
		seeds[f.Why] = append(seeds[f.Why], fmt.Sprint(f.Seed))
	}
	sentences := make([]string, len(whys))
	for i, why := range whys {
		list := seeds[why]
		sentences[i] = fmt.Sprintf("%s failed on %s %s: %s", r.Method, plural(len(list), "seed"), strings.Join(list, ", "), why)
	}
	return sentences
}

// mixed reports whether final runs went different numbers at a time.
func (t *TaskOutcome) mixed() bool {
	jobs := 0
	for _, r := range t.Records {
		if r.Tuning || r.Failed != "" {
			continue
		}
		if jobs != 0 && r.Jobs != jobs {
			return true
		}
		jobs = r.Jobs
	}
	return false
}

func (a *Overall) grid() grid {
	g := grid{
		title:  fmt.Sprintf("all %d tasks", a.Tasks),
		best:   -1,
		header: []string{"method", "mean rank", "better than joint", "worse than joint"},
	}
	for _, m := range a.Methods {
		g.rows = append(g.rows, []string{m.Method, fmt.Sprintf("%.2f", m.Rank), fmt.Sprint(m.Better), fmt.Sprint(m.Worse)})
	}
	g.notes = append(g.notes, "methods with runs on all seeds of all tasks; better and worse: p < 0.05, corrected")
	if a.Friedman != nil {
		g.notes = append(g.notes, "Friedman's test that no method differs: p = "+probability(a.Friedman))
	}
	return g
}

// legend explains the columns.
var legend = fmt.Sprintf("Means over seeds with %.0f %% intervals by Student's t; differences by seed; p by paired t-test,\n"+
	"corrected by Holm for the methods of a table; rank over seeds, 1 is best;\n"+
	"time and memory (the largest live heap) of a run against joint.\n", 100*Level)

// Text returns the tables for a terminal.
func (o *Outcome) Text() string {
	var b strings.Builder
	if o.Missing > 0 {
		fmt.Fprintf(&b, "INCOMPLETE: %d %s missing\n\n", o.Missing, plural(o.Missing, "run"))
	}
	for _, g := range o.grids() {
		fmt.Fprintf(&b, "%s\n\n%s", g.title, g.text())
		if len(g.notes) > 0 {
			fmt.Fprintf(&b, "\n%s\n", strings.Join(g.notes, "\n"))
		}
		b.WriteString("\n")
	}
	b.WriteString(legend)
	runs, took := o.effort()
	fmt.Fprintf(&b, "%d %s, %v of training.\n", runs, plural(runs, "run"), took)
	return b.String()
}

// effort returns the number of runs and the time they took. A trial that went on
// as the run of the first seed took its time once.
func (o *Outcome) effort() (runs int, took time.Duration) {
	var seconds float64
	for _, t := range o.Tasks {
		for _, r := range t.Records {
			runs++
			if r.Tuning || o.Trials == 1 || r.Seed != o.First {
				seconds += r.Seconds
			}
		}
	}
	return runs, time.Duration(seconds * float64(time.Second)).Round(time.Second)
}

func (g grid) text() string {
	numbers := make([]bool, len(g.header))
	for i := range numbers {
		numbers[i] = i > 0
	}
	return view.Table{Header: g.header, Rows: g.rows, Numbers: numbers}.String()
}
