package table

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"cggm/data"
)

// CSV says how a CSV file is written. The zero value is a comma-separated file
// without header.
type CSV struct {
	// Header: the first record holds the names of the columns. Without it they
	// are called "0", "1", and so on.
	Header bool
	// Comma separates the cells; 0 means ','.
	Comma rune
}

// ReadCSV reads the file at path: see [CSV.Decode].
func ReadCSV(path string, options CSV) (*Table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("table: %w", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	return options.Decode(f, path)
}

// Decode reads a CSV file; name stands for it in errors. Cells may be quoted.
// A column becomes []int64 if all its cells are integers, []float64 if all are
// numbers, else []string; numbers with leading zeros count as text. Every
// record must have the same number of cells, and no line may be empty. The
// file is read twice, first to find the types, so that numbers never need the
// memory of their text.
func (o CSV) Decode(r io.ReadSeeker, name string) (*Table, error) {
	var names []string
	var classes []class
	var lines []int
	err := o.each(r, name, func(line int, cells []string) error {
		if classes == nil {
			classes = make([]class, len(cells))
			if names = numbered(len(cells)); o.Header {
				names = slices.Clone(cells)
				return nil
			}
		}
		lines = append(lines, line)
		for i, cell := range cells {
			if classes[i] != text {
				classes[i] = max(classes[i], classify(cell))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if names == nil {
		return nil, &data.FileError{Path: name, Where: "line 1", Found: "the end of the file", Want: "a record"}
	}
	columns := make([]column, len(names))
	for i := range columns {
		columns[i] = column{class: classes[i]}
		columns[i].reserve(len(lines))
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("table: %s: %w", name, err)
	}
	first := o.Header
	err = o.each(r, name, func(line int, cells []string) error {
		if first {
			first = false
			return nil
		}
		for i, cell := range cells {
			if err := columns[i].add(cell); err != nil {
				return &data.FileError{Path: name, Where: fmt.Sprintf("line %d", line), Found: "a file that changes", Want: "one that does not", Err: err}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	arrays := make([]data.Array, len(columns))
	for i := range columns {
		arrays[i] = columns[i].array()
	}
	t, err := New(name, names, arrays)
	if err != nil {
		return nil, err
	}
	t.lines = lines
	return t, nil
}

// each calls f with the line and the cells of every record.
func (o CSV) each(r io.Reader, name string, f func(line int, cells []string) error) error {
	br := bufio.NewReader(r)
	if b, err := br.Peek(3); err == nil && string(b) == "\ufeff" {
		_, _ = br.Discard(3)
	}
	c := csv.NewReader(br)
	c.ReuseRecord = true
	if o.Comma != 0 {
		c.Comma = o.Comma
	}
	next := 1
	for {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if errors.Is(err, csv.ErrFieldCount) {
			line, _ := c.FieldPos(0)
			return &data.FileError{
				Path: name, Where: fmt.Sprintf("line %d", line), Found: fmt.Sprintf("%d cells", len(cells)),
				Want: fmt.Sprintf("%d as in the first record", c.FieldsPerRecord), Err: csv.ErrFieldCount,
			}
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			return &data.FileError{
				Path: name, Where: fmt.Sprintf("line %d, byte %d", bad.Line, bad.Column), Found: "a badly quoted cell",
				Want: `cells whose quotes are doubled, as in "say ""hi"""`, Err: bad.Err,
			}
		}
		if err != nil {
			return fmt.Errorf("table: %s: %w", name, err)
		}
		line, _ := c.FieldPos(0)
		if line != next {
			// The package skips empty lines, which would shift the rows
			// against those of another file.
			return &data.FileError{Path: name, Where: fmt.Sprintf("line %d", next), Found: "an empty line", Want: "a record"}
		}
		last := len(cells) - 1
		end, _ := c.FieldPos(last)
		next = end + strings.Count(cells[last], "\n") + 1
		if err := f(line, cells); err != nil {
			return err
		}
	}
}

func numbered(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = strconv.Itoa(i)
	}
	return out
}

// column collects the cells of one column whose class is known.
type column struct {
	class  class
	ints   []int64
	floats []float64
	texts  []string
}

func (c *column) reserve(rows int) {
	switch c.class {
	case whole:
		c.ints = make([]int64, 0, rows)
	case decimal:
		c.floats = make([]float64, 0, rows)
	case text:
		c.texts = make([]string, 0, rows)
	}
}

func (c *column) add(cell string) (err error) {
	switch c.class {
	case whole:
		var v int64
		v, err = strconv.ParseInt(strings.TrimSpace(cell), 10, 64)
		c.ints = append(c.ints, v)
	case decimal:
		var v float64
		v, err = strconv.ParseFloat(strings.TrimSpace(cell), 64)
		c.floats = append(c.floats, v)
	case text:
		// A cell shares the memory of its record: keep only the cell.
		c.texts = append(c.texts, strings.Clone(cell))
	}
	return err
}

func (c *column) array() data.Array {
	switch c.class {
	case whole:
		return data.Array{Shape: []int{len(c.ints)}, Values: c.ints}
	case decimal:
		return data.Array{Shape: []int{len(c.floats)}, Values: c.floats}
	}
	return data.Array{Shape: []int{len(c.texts)}, Values: c.texts}
}
