package view

import (
	"fmt"
	"slices"
	"strings"
)

// Text returns the comparison as tables.
func (c *Comparison) Text() string {
	var b strings.Builder
	n := c.Methods[0].N
	fmt.Fprintf(&b, "%s on %s, %s\n", c.names(), c.Task, seedList(c.Methods[0].Seeds))
	if n > 1 {
		fmt.Fprintf(&b, "mean over n = %d runs and its %.0f %% interval [low, high] (Student's t)\n", n, 100*Level)
	} else {
		b.WriteString("n = 1: one run has no interval; --seeds 3 or more gives one\n")
	}
	split := "val"
	if c.ValIsTest {
		split = mark
		b.WriteString(caution)
	}
	b.WriteString("\n" + c.primary("test "+c.Primary, func(s Scores) map[string]Spread { return s.Test }).String())
	b.WriteString("\n" + c.primary(split+" "+c.Primary, func(s Scores) map[string]Spread { return s.Val }).String())
	if t, ok := c.others(split); ok {
		b.WriteString("\n" + t.String())
	}
	b.WriteString("\n" + c.readings())
	if c.Difference != nil {
		b.WriteString(c.verdict())
	}
	if t, ok := c.coefficients(); ok {
		b.WriteString("\n" + t.String())
	}
	b.WriteString("\n" + c.runs(split).String())
	return b.String()
}

func (c *Comparison) names() string {
	names := make([]string, len(c.Methods))
	for i, m := range c.Methods {
		names[i] = m.Method
	}
	return strings.Join(names, " and ")
}

func seedList(seeds []uint64) string {
	if len(seeds) == 1 {
		return fmt.Sprintf("seed %d", seeds[0])
	}
	list := strings.Trim(fmt.Sprint(seeds), "[]")
	return fmt.Sprintf("seeds %s", strings.ReplaceAll(list, " ", ", "))
}

// header names the columns of a table over methods.
func (c *Comparison) header(corner string) []string {
	header := []string{corner}
	for _, m := range c.Methods {
		header = append(header, m.Method)
	}
	if c.Difference != nil {
		header = append(header, fmt.Sprintf("%s - %s, by seed", c.Difference.Of, c.Difference.Versus))
	}
	return header
}

// primary is the table of the primary score on one split.
func (c *Comparison) primary(title string, split func(Scores) map[string]Spread) Table {
	t := Table{Header: c.header(title)}
	row := []string{"fused"}
	for _, m := range c.Methods {
		row = append(row, interval(split(m.Scores), c.Primary, number))
	}
	if c.Difference != nil {
		row = append(row, interval(split(c.Difference.Scores), c.Primary, signed))
	}
	t.Rows = append(t.Rows, row)
	for i, modality := range c.Methods[0].Modalities {
		row := []string{modality.Name}
		for _, m := range c.Methods {
			cell := "-"
			for _, s := range m.Modalities {
				if s.Name == modality.Name {
					cell = interval(split(s.Scores), c.Primary, number)
				}
			}
			row = append(row, cell)
		}
		if c.Difference != nil {
			row = append(row, interval(split(c.Difference.Modalities[i].Scores), c.Primary, signed))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// others is the table of all other scores of the fused output.
func (c *Comparison) others(valName string) (Table, bool) {
	t := Table{Header: c.header("other scores, fused")}
	first := c.Methods[0].Scores
	for _, split := range []struct {
		name string
		of   func(Scores) map[string]Spread
	}{
		{"test", func(s Scores) map[string]Spread { return s.Test }},
		{valName, func(s Scores) map[string]Spread { return s.Val }},
	} {
		for _, score := range ordered(split.of(first), "") {
			if score == c.Primary {
				continue
			}
			row := []string{split.name + " " + score}
			for _, m := range c.Methods {
				row = append(row, interval(split.of(m.Scores), score, number))
			}
			if c.Difference != nil {
				row = append(row, interval(split.of(c.Difference.Scores), score, signed))
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t, len(t.Rows) > 0
}

func interval(spreads map[string]Spread, name string, format func(float64) string) string {
	s, ok := spreads[name]
	switch {
	case !ok:
		return "-"
	case s.Low == nil || s.High == nil:
		return format(s.Mean)
	}
	return fmt.Sprintf("%s [%s, %s]", format(s.Mean), format(*s.Low), format(*s.High))
}

// readings says where the scores of single modalities come from, and why some
// have no difference.
func (c *Comparison) readings() string {
	var b strings.Builder
	var kinds, read []string
	for _, m := range c.Methods {
		var labels []string
		for _, s := range m.Modalities {
			read = append(read, s.Source)
			if label := sourceLabel(s.Source); !slices.Contains(labels, label) {
				labels = append(labels, label)
			}
		}
		kind := strings.Join(labels, ", ")
		if kind != "" {
			fmt.Fprintf(&b, "%s: scores of single modalities are read from %s\n", m.Method, kind)
			kinds = append(kinds, kind)
		}
	}
	if c.Difference != nil && len(kinds) == 2 && kinds[0] != kinds[1] {
		b.WriteString("the two read them from different places, which do not compare\n")
	}
	return b.String() + sourceNotes(read)
}

// verdict says in words what the difference on the test set allows to say.
func (c *Comparison) verdict() string {
	d, ok := c.Difference.Scores.Test[c.Primary]
	if !ok {
		return ""
	}
	n := c.Methods[0].N
	if d.Low == nil || d.High == nil {
		return fmt.Sprintf("one pair of runs cannot tell %s and %s apart\n", c.Difference.Of, c.Difference.Versus)
	}
	if *d.Low <= 0 && *d.High >= 0 {
		return fmt.Sprintf("test %s: the interval of the difference holds 0: these %d pairs of runs do not tell %s and %s apart\n",
			c.Primary, n, c.Difference.Of, c.Difference.Versus)
	}
	word := "better"
	if (d.Mean > 0) != c.Larger {
		word = "worse"
	}
	return fmt.Sprintf("test %s: %s is %s than %s; the interval of the difference over %d pairs of runs leaves out 0\n",
		c.Primary, c.Difference.Of, word, c.Difference.Versus, n)
}

func (c *Comparison) coefficients() (Table, bool) {
	t := Table{Header: []string{"coefficient", "of", "mean", "min", "max"}, Numbers: []bool{false, false, true, true, true}}
	for _, m := range c.Methods {
		for _, s := range m.Modalities {
			if s.CoefficientMean != nil {
				t.Rows = append(t.Rows, []string{m.Method, s.Name, number(*s.CoefficientMean), optional(s.CoefficientMin), optional(s.CoefficientMax)})
			}
		}
	}
	return t, len(t.Rows) > 0
}

// runs lists every run with its primary score and folder.
func (c *Comparison) runs(split string) Table {
	t := Table{
		Header:  []string{"method", "seed", split + " " + c.Primary, "test", "time", "run"},
		Numbers: []bool{false, true, true, true, true},
	}
	for _, r := range c.Results {
		t.Rows = append(t.Rows, []string{
			r.Method, fmt.Sprint(r.Seed), lookup(r.Scores.Val, c.Primary), lookup(r.Scores.Test, c.Primary), seconds(r.Seconds), r.Run,
		})
	}
	return t
}
