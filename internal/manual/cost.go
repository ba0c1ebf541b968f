package manual

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Measurement is what a method costs on the default task, as a multiple of
// joint training.
type Measurement struct {
	// Time is that of an epoch, with everything that the method does between
	// epochs and its share of what it does before the first.
	Time float64 `json:"time"`
	// Memory is the largest resident memory of the whole process.
	Memory float64 `json:"memory"`
	// Date and Machine say when and where it was measured.
	Date    string `json:"date"`
	Machine string `json:"machine"`
}

// costs is written by the program bench/methods.
//
//go:embed cost.json
var costs []byte

// measurements returns what was measured, by method.
func measurements() (map[string]Measurement, error) {
	all := make(map[string]Measurement)
	if err := json.Unmarshal(costs, &all); err != nil {
		return nil, fmt.Errorf("manual: cost.json: %w", err)
	}
	return all, nil
}

// Columns returns time and memory for a table, "-" where nothing was measured.
func (m *Measurement) Columns() (time, memory string) {
	if m == nil {
		return "-", "-"
	}
	return fmt.Sprintf("%.2f×", m.Time), fmt.Sprintf("%.2f×", m.Memory)
}

// Footnote says what the columns time and memory mean and where they come from.
func Footnote(methods []Method) string {
	var from []string
	for _, m := range methods {
		if m.Measured == nil {
			continue
		}
		if text := m.Measured.Date + " on " + m.Measured.Machine; !slices.Contains(from, text) {
			from = append(from, text)
		}
	}
	text := "time and memory: an epoch and the process, against joint training on the task emoji (joint against itself shows the noise), without what happens only every tenth epoch; "
	if from == nil {
		return text + "not measured yet."
	}
	return text + "measured " + strings.Join(from, "; ") + "."
}
