package view

import (
	"fmt"
	"slices"
	"strings"

	"cggm/experiment"
)

// Result returns a finished run as text for the given number of columns:
// scores of the fused output and of every modality, coefficients, time, and
// where the run is kept.
func Result(r *experiment.Result, width int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s, seed %d: %d parameters, %d epochs in %s%s (%s)\n",
		r.Method, r.Task, r.Seed, r.Parameters, r.Epochs, seconds(r.Seconds), starved(r.Starved, r.Seconds), r.Reason)
	direction := "highest"
	if !r.Larger {
		direction = "lowest"
	}
	split := "val"
	if r.ValIsTest {
		split = mark
		b.WriteString(caution)
	}
	fmt.Fprintf(&b, "scores of epoch %d, the one with the %s %s %s\n", r.Epoch, direction, split, r.Primary)
	for _, block := range scoreBlocks(r, split, width) {
		b.WriteString("\n" + block.String())
	}
	b.WriteString("\n")
	var read []string
	for _, m := range r.Modalities {
		read = append(read, m.Source)
	}
	b.WriteString(sourceNotes(read))
	if table, ok := coefficientTable(r.Modalities); ok {
		b.WriteString("\n" + table.String())
	}
	fmt.Fprintf(&b, "\nrun  %s\n", r.Run)
	return b.String()
}

// starving is the share of the time, spent on waiting for input, above which
// the reader is told: the loader does not keep up with the updates.
const starving = .05

// starved tells how long updates waited for their input, if that was long.
func starved(wait, whole float64) string {
	if whole <= 0 || wait < starving*whole {
		return ""
	}
	return fmt.Sprintf(", %.0f %% of it waiting for input", 100*wait/whole)
}

const caution = "CAUTION " + mark + ": the epoch was chosen on the test set; these are not scores on unseen data\n"

// scoreBlocks puts as many scores side by side as fit into the width.
func scoreBlocks(r *experiment.Result, split string, width int) []Table {
	names := ordered(r.Scores.Test, r.Primary)
	for _, name := range ordered(r.Scores.Val, r.Primary) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	var blocks []Table
	for len(names) > 0 {
		n := len(names)
		for n > 1 && tableWidth(scoreTable(r, names[:n], split)) > width {
			n--
		}
		blocks = append(blocks, scoreTable(r, names[:n], split))
		names = names[n:]
	}
	return blocks
}

func tableWidth(t Table) int {
	width := 0
	for line := range strings.Lines(t.String()) {
		width = max(width, len([]rune(line))-1)
	}
	return width
}

func scoreTable(r *experiment.Result, names []string, split string) Table {
	t := Table{Header: []string{""}, Numbers: []bool{false}}
	add := func(label string, val, test map[string]float64, source string) {
		row := []string{label}
		for _, name := range names {
			row = append(row, lookup(val, name), lookup(test, name))
		}
		t.Rows = append(t.Rows, append(row, source))
	}
	for _, name := range names {
		t.Header = append(t.Header, name+" "+split, "test")
		t.Numbers = append(t.Numbers, true, true)
	}
	t.Header = append(t.Header, "read from")
	add("fused", r.Scores.Val, r.Scores.Test, "the model's output")
	for _, m := range r.Modalities {
		add(m.Name, m.Val, m.Test, sourceLabel(m.Source))
	}
	return t
}

// sources describes where a modality's own scores come from.
var sources = map[string]struct{ label, meaning string }{
	"classifier": {"its classifier", "a small network on the features of that modality alone"},
	"auxiliary":  {"its own head", "an output layer on the features of that modality alone"},
	"split":      {"its share", "the modality's part of the fused logits; the parts add up to them"},
	"shared":     {"the shared head", "one linear layer that all modalities use"},
	"mask":       {"the model, others 0", "the model with the other modalities' features at 0, inputs it was not trained on"},
	"mask-input": {"the model, inputs 0", "the model with the other modalities' inputs at 0, inputs it was not trained on"},
}

func sourceLabel(source string) string {
	if s, ok := sources[source]; ok {
		return s.label
	}
	return source
}

// sourceNotes says what the scores of single modalities mean.
func sourceNotes(read []string) string {
	var notes []string
	for _, source := range read {
		if s, ok := sources[source]; ok {
			if note := s.label + ": " + s.meaning + "\n"; !slices.Contains(notes, note) {
				notes = append(notes, note)
			}
		}
	}
	return strings.Join(notes, "")
}

func coefficientTable(modalities []experiment.ModalityResult) (Table, bool) {
	t := Table{Header: []string{"coefficient", "mean", "min", "max"}, Numbers: []bool{false, true, true, true}}
	for _, m := range modalities {
		if m.CoefficientMean != nil {
			t.Rows = append(t.Rows, []string{m.Name, number(*m.CoefficientMean), optional(m.CoefficientMin), optional(m.CoefficientMax)})
		}
	}
	return t, len(t.Rows) > 0
}
