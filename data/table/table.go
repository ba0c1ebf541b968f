// Package table holds tables of named, typed columns, and reads them from CSV
// and JSONL files.
package table

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cggm/data"
)

// Table is a table of named columns of equal length.
type Table struct {
	path    string
	names   []string
	columns []data.Array
	// lines holds the line of each row in the file, nil if it has none.
	lines []int
}

// New returns a table of the given columns, whose outermost axes must have the
// same size. path stands for the origin in errors.
func New(path string, names []string, columns []data.Array) (*Table, error) {
	if len(names) != len(columns) {
		return nil, fmt.Errorf("table: %s: %d names for %d columns", path, len(names), len(columns))
	}
	seen := make(map[string]bool, len(names))
	for i, name := range names {
		where := "column " + strconv.Quote(name)
		if seen[name] {
			return nil, &data.FileError{Path: path, Where: where, Found: "that name twice", Want: "one column of each name"}
		}
		seen[name] = true
		if err := columns[i].Check(); err != nil {
			return nil, &data.FileError{Path: path, Where: where, Found: "no dense column", Want: "one value for each row", Err: err}
		}
		if len(columns[i].Shape) == 0 || columns[i].Rows() != columns[0].Rows() {
			return nil, &data.FileError{
				Path: path, Where: where, Found: fmt.Sprintf("shape %v", columns[i].Shape),
				Want: fmt.Sprintf("as many rows as column %q of shape %v", names[0], columns[0].Shape),
			}
		}
	}
	return &Table{path: path, names: slices.Clone(names), columns: slices.Clone(columns)}, nil
}

// Names returns the names of the columns in the order of the file.
func (t *Table) Names() []string { return slices.Clone(t.names) }

// Rows returns the number of rows.
func (t *Table) Rows() int {
	if len(t.columns) == 0 {
		return 0
	}
	return t.columns[0].Rows()
}

// Column returns the named column, whose outermost axis is the rows. The error
// for an unknown name lists the known ones.
func (t *Table) Column(name string) (data.Array, error) {
	i := slices.Index(t.names, name)
	if i < 0 {
		return data.Array{}, &data.FileError{
			Path: t.path, Where: "column " + strconv.Quote(name), Found: "no such column", Want: "one of " + t.list(),
		}
	}
	return t.columns[i], nil
}

// list names the columns, but not thousands of them.
func (t *Table) list() string {
	const most = 30
	if len(t.names) <= most {
		return strings.Join(t.names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(t.names[:most], ", "), len(t.names)-most)
}

// Matrix returns the columns [from, to) as float32 of shape [rows, to-from].
// The error for a cell that is no number names its line and column.
func (t *Table) Matrix(from, to int) (data.Array, error) {
	if from < 0 || to < from || to > len(t.columns) {
		return data.Array{}, fmt.Errorf("table: %s: columns [%d,%d), want a range in [0,%d]", t.path, from, to, len(t.columns))
	}
	rows, width := t.Rows(), to-from
	out := make([]float32, rows*width)
	for c := range width {
		column := t.columns[from+c]
		if len(column.Shape) != 1 {
			return data.Array{}, &data.FileError{
				Path: t.path, Where: "column " + strconv.Quote(t.names[from+c]),
				Found: fmt.Sprintf("cells of shape %v", column.Shape[1:]), Want: "single numbers",
			}
		}
		if v, ok := column.Values.([]string); ok {
			return data.Array{}, t.notNumeric(from+c, v)
		}
		values, err := column.Float32()
		if err != nil {
			return data.Array{}, err
		}
		for r, v := range values {
			out[r*width+c] = v
		}
	}
	return data.Array{Shape: []int{rows, width}, Values: out}, nil
}

// notNumeric returns the error that names the first cell that is no number.
func (t *Table) notNumeric(column int, cells []string) error {
	row := slices.IndexFunc(cells, func(s string) bool { return classify(s) == text })
	row = max(row, 0)
	where := fmt.Sprintf("row %d", row)
	if t.lines != nil {
		where = fmt.Sprintf("line %d", t.lines[row])
	}
	found := "no rows"
	if len(cells) > 0 {
		found = fmt.Sprintf("%.40q", cells[row])
	}
	return &data.FileError{
		Path: t.path, Where: fmt.Sprintf("%s, column %q", where, t.names[column]), Found: found, Want: "a number",
	}
}
