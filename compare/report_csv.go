package compare

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// WriteCSV writes one line per task and method. Columns are the same for every
// study with the same baselines; what is not there is empty.
func (o *Outcome) WriteCSV(w io.Writer) error {
	header := []string{
		"task", "score", "larger_is_better", "method", "trial", "settings", "n", "failed", "missing",
		"test", "test_low", "test_high", "val", "val_low", "val_high",
	}
	for _, b := range o.against {
		for _, column := range []string{"n", "difference", "low", "high", "p", "p_holm"} {
			header = append(header, "vs_"+b+"_"+column)
		}
	}
	rows := [][]string{append(header, "rank", "seconds", "cost", "memory", "memory_cost")}
	for _, t := range o.Tasks {
		for i := range t.Rows {
			rows = append(rows, t.csvRow(&t.Rows[i], o.against))
		}
	}
	return writeCSV(w, rows)
}

func (t *TaskOutcome) csvRow(r *Row, against []string) []string {
	n := 0
	if r.Test != nil {
		n = r.Test.N
	}
	cells := []string{
		t.Task, t.Primary, strconv.FormatBool(t.Larger), r.Method, strconv.Itoa(r.Trial), strings.Join(r.Settings, " "),
		strconv.Itoa(n), strconv.Itoa(len(r.Failed)), strconv.Itoa(r.Missing),
	}
	cells = append(cells, r.Test.csv()...)
	cells = append(cells, r.Val.csv()...)
	for _, b := range against {
		k := slices.Index(t.Baselines, b)
		if k < 0 || r.Versus[k] == nil {
			cells = append(cells, make([]string, 6)...)
			continue
		}
		d := r.Versus[k]
		cells = append(cells, strconv.Itoa(d.N))
		cells = append(cells, d.csv()...)
		cells = append(cells, exact(d.P), exact(d.Holm))
	}
	return append(cells, exact(r.Rank), known(r.Seconds), exact(r.Cost), known(float64(r.Memory)), exact(r.MemoryCost))
}

func (s *Spread) csv() []string {
	if s == nil {
		return make([]string, 3)
	}
	return []string{exact(&s.Mean), exact(s.Low), exact(s.High)}
}

// known formats a quantity that is 0 when it is not known.
func known(v float64) string {
	if v == 0 {
		return ""
	}
	return exact(&v)
}

// exact formats a number so that reading it gives the same one.
func exact(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'g', -1, 64)
}

// WriteRunsCSV writes one line per run, with all scores of validation and, for
// the runs that read it, of test.
func (o *Outcome) WriteRunsCSV(w io.Writer) error {
	names := make(map[string]bool)
	for _, t := range o.Tasks {
		for _, r := range t.Records {
			for name := range r.Val {
				names[name] = true
			}
		}
	}
	scores := slices.Sorted(maps.Keys(names))
	header := []string{"task", "method", "tuning", "trial", "settings", "seed", "epochs", "epoch", "seconds", "memory", "jobs", "failed"}
	for _, split := range []string{"val_", "test_"} {
		for _, name := range scores {
			header = append(header, split+name)
		}
	}
	rows := [][]string{header}
	for _, t := range o.Tasks {
		for _, r := range t.Records {
			rows = append(rows, r.csv(scores))
		}
	}
	return writeCSV(w, rows)
}

func (r *Record) csv(scores []string) []string {
	cells := []string{
		r.Task, r.Method, strconv.FormatBool(r.Tuning), strconv.Itoa(r.Trial), strings.Join(r.Settings, " "),
		strconv.FormatUint(r.Seed, 10), strconv.Itoa(r.Epochs), strconv.Itoa(r.Epoch), exact(&r.Seconds), known(float64(r.Memory)), strconv.Itoa(r.Jobs), r.Failed,
	}
	for _, split := range []map[string]float64{r.Val, r.Test} {
		for _, name := range scores {
			cell := ""
			if v, ok := split[name]; ok {
				cell = exact(&v)
			}
			cells = append(cells, cell)
		}
	}
	return cells
}

func writeCSV(w io.Writer, rows [][]string) error {
	if err := csv.NewWriter(w).WriteAll(rows); err != nil {
		return fmt.Errorf("compare: write CSV: %w", err)
	}
	return nil
}
