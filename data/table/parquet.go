package table

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"cggm/data"
	"cggm/data/internal/guard"
)

// ReadParquet reads the file at path: see [DecodeParquet].
func ReadParquet(path string) (*Table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("table: %w", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("table: %w", err)
	}
	return DecodeParquet(f, info.Size(), path)
}

// DecodeParquet reads a Parquet file of the given size in bytes; name stands
// for it in errors. A column becomes []int64, []float32, []float64, []bool or
// []string; lists of numbers, however nested, become further axes and must
// have the same shape in every row. A missing number, or list, is NaN, which
// makes integers []float64; a missing text is empty. Members of structs are
// called "struct.member". Pages may be plain or compressed with Snappy, gzip
// or Zstandard; a file that claims more than 2^28 values, or much more than
// its bytes can hold, is refused before memory is taken.
func DecodeParquet(r io.ReaderAt, size int64, name string) (t *Table, err error) {
	err = guard.Call(name, "Parquet file", func() error {
		t, err = decodeParquet(r, size, name)
		return err
	})
	return t, err
}

func decodeParquet(r io.ReaderAt, size int64, name string) (*Table, error) {
	if size < 12 {
		return nil, &data.FileError{Path: name, Where: "the whole file", Found: fmt.Sprintf("%d bytes", size), Want: "a Parquet file"}
	}
	if err := checkFooter(r, size, name); err != nil {
		return nil, err
	}
	f, err := parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, &data.FileError{Path: name, Where: "the footer", Found: "no valid description of the columns", Want: "a whole Parquet file", Err: err}
	}
	var leaves []*parquet.Column
	var walk func(c *parquet.Column)
	walk = func(c *parquet.Column) {
		if c.Leaf() {
			leaves = append(leaves, c)
		}
		for _, child := range c.Columns() {
			walk(child)
		}
	}
	walk(f.Root())
	if err := checkPages(r, size, name, f.Metadata(), len(leaves)); err != nil {
		return nil, err
	}
	names, arrays := make([]string, len(leaves)), make([]data.Array, len(leaves))
	for i, leaf := range leaves {
		c := &parquetColumn{file: name, name: columnName(leaf), lists: leaf.MaxRepetitionLevel()}
		names[i] = c.name
		if c.kind, err = c.kindOf(leaf); err != nil {
			return nil, err
		}
		for _, group := range f.RowGroups() {
			if err := c.read(group.ColumnChunks()[leaf.Index()]); err != nil {
				return nil, err
			}
		}
		if arrays[i], err = c.array(); err != nil {
			return nil, err
		}
		if rows := arrays[i].Rows(); int64(rows) != f.NumRows() {
			return nil, c.bad("all rows", fmt.Sprintf("%d values", rows), fmt.Sprintf("%d, as the footer says", f.NumRows()), nil)
		}
	}
	return New(name, names, arrays)
}

// columnName joins the names on the way to a column, without those that only
// say "list".
func columnName(c *parquet.Column) string {
	name := ""
	for i, part := range c.Path() {
		if i > 0 && c.MaxRepetitionLevel() > 0 && slices.Contains([]string{"list", "element", "item", "array", "bag", "array_element"}, part) {
			continue
		}
		if name != "" {
			name += "."
		}
		name += part
	}
	return name
}

// parquetColumn collects the values of a column.
type parquetColumn struct {
	file, name string
	kind       string
	lists      int // how deep values are nested
	rows       int

	ints   []int64
	single []float32
	double []float64
	bools  []bool
	texts  []string
	holes  []int // of ints

	row     []uint8 // repetition levels of the row being read
	pattern []uint8 // of the first row that has values
	shape   []int   // of one row of lists
	missing []int   // rows of lists without values
}

const (
	kindSingle = "float32"
	kindDouble = "float64"
	kindWhole  = "integer"
)

func (c *parquetColumn) bad(where, found, want string, err error) error {
	return &data.FileError{Path: c.file, Where: "column " + strconv.Quote(c.name) + ", " + where, Found: found, Want: want, Err: err}
}

// kindOf returns what the values of a column become.
func (c *parquetColumn) kindOf(leaf *parquet.Column) (string, error) {
	if logical := leaf.Type().LogicalType(); logical != nil {
		switch logical.Value.(type) {
		case *format.DecimalType, *format.Float16Type:
			return "", c.bad("the type", logical.String(), "integers, float32, float64, booleans or text: convert the column, or leave it out", nil)
		}
	}
	if t := leaf.Type().ConvertedType(); t != nil && *t == deprecated.Decimal {
		return "", c.bad("the type", "decimal", "float64: convert the column, or leave it out", nil)
	}
	kind := leaf.Type().Kind()
	switch kind {
	case parquet.Boolean:
		return kindBool, nil
	case parquet.Int32, parquet.Int64:
		return kindWhole, nil
	case parquet.Float:
		return kindSingle, nil
	case parquet.Double:
		return kindDouble, nil
	case parquet.ByteArray, parquet.FixedLenByteArray:
		if c.lists > 0 {
			return "", c.bad("the type", "lists of texts", "lists of numbers", nil)
		}
		return kindString, nil
	}
	return "", c.bad("the type", kind.String(), "integers, float32, float64, booleans or text: convert the column, or leave it out", nil)
}

func (c *parquetColumn) read(chunk parquet.ColumnChunk) error {
	pages := chunk.Pages()
	defer pages.Close() //nolint:errcheck // nothing was written
	buffer := make([]parquet.Value, 1024)
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return c.bad(fmt.Sprintf("after row %d", c.rows), "a damaged page", "a whole file", err)
		}
		err = c.readPage(page.Values(), buffer)
		parquet.Release(page)
		if err != nil {
			return err
		}
	}
}

func (c *parquetColumn) readPage(values parquet.ValueReader, buffer []parquet.Value) error {
	for {
		n, err := values.ReadValues(buffer)
		for _, v := range buffer[:n] {
			if err := c.add(v); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return c.bad(fmt.Sprintf("row %d", c.rows), "a damaged page", "a whole file", err)
		}
		if n == 0 {
			return c.bad(fmt.Sprintf("row %d", c.rows), "a page without an end", "a whole file", nil)
		}
	}
}
