package view

import (
	"strings"
	"unicode/utf8"
)

// gap separates columns.
const gap = 2

// Table is text in columns.
type Table struct {
	// Header names the columns; nil leaves the line out.
	Header []string
	Rows   [][]string
	// Numbers marks the columns that are aligned to the right.
	Numbers []bool
}

// String returns the table, every line ended.
func (t Table) String() string {
	rows := t.Rows
	if t.Header != nil {
		rows = append([][]string{t.Header}, rows...)
	}
	if len(rows) == 0 {
		return ""
	}
	return strings.Join(align(rows, t.Numbers), "\n") + "\n"
}

// align pads the cells of rows, which may differ in length, to columns. Lines
// have no space at their end.
func align(rows [][]string, numbers []bool) []string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	lines := make([]string, len(rows))
	for k, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			if i > 0 {
				b.WriteString(strings.Repeat(" ", gap))
			}
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i < len(numbers) && numbers[i] {
				b.WriteString(pad + cell)
			} else {
				b.WriteString(cell + pad)
			}
		}
		lines[k] = strings.TrimRight(b.String(), " ")
	}
	return lines
}

// clip cuts a line to the given number of columns.
func clip(line string, width int) string {
	if utf8.RuneCountInString(line) <= width {
		return line
	}
	if width < 1 {
		return ""
	}
	return string([]rune(line)[:width-1]) + "…"
}
