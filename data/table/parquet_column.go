package table

import (
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"

	"cggm/data"
)

// add appends a value, which begins a row when it repeats nothing.
func (c *parquetColumn) add(v parquet.Value) error {
	level := uint8(v.RepetitionLevel())
	if level == 0 {
		if err := c.endRow(); err != nil {
			return err
		}
		c.rows++
	}
	if c.lists > 0 {
		if len(c.row) == 1<<24 {
			return c.bad(fmt.Sprintf("row %d", c.rows-1), "a list of more than 2^24 numbers", "shorter lists", nil)
		}
		c.row = append(c.row, level)
		if v.IsNull() && level == 0 {
			// The whole list may be missing: whether it is shows in its length.
			c.missing = append(c.missing, c.rows-1)
		}
	}
	switch {
	case c.kind == kindString && v.IsNull():
		c.texts = append(c.texts, "")
	case c.kind == kindString:
		b := v.ByteArray()
		if !utf8.Valid(b) {
			return c.bad(fmt.Sprintf("row %d", c.rows-1), fmt.Sprintf("bytes %.20q", b), "text in UTF-8", nil)
		}
		c.texts = append(c.texts, string(b))
	case c.kind == kindBool && v.IsNull():
		return c.bad(fmt.Sprintf("row %d", c.rows-1), "no value", "true or false", nil)
	case c.kind == kindBool:
		c.bools = append(c.bools, v.Boolean())
	case c.kind == kindSingle && v.IsNull():
		c.single = append(c.single, float32(math.NaN()))
	case c.kind == kindSingle:
		c.single = append(c.single, v.Float())
	case c.kind == kindDouble && v.IsNull():
		c.double = append(c.double, math.NaN())
	case c.kind == kindDouble:
		c.double = append(c.double, v.Double())
	case v.IsNull():
		c.holes, c.ints = append(c.holes, len(c.ints)), append(c.ints, 0)
	case v.Kind() == parquet.Int32:
		c.ints = append(c.ints, int64(v.Int32()))
	default:
		c.ints = append(c.ints, v.Int64())
	}
	return nil
}

// endRow compares the lists of a row with those of the rows before.
func (c *parquetColumn) endRow() error {
	defer func() { c.row = c.row[:0] }()
	n := len(c.missing)
	lacks := n > 0 && c.missing[n-1] == c.rows-1
	if lacks && len(c.row) > 1 {
		c.missing, lacks = c.missing[:n-1], false // only its first number is missing
	}
	switch {
	case len(c.row) == 0 || lacks:
		return nil
	case c.pattern == nil:
		c.pattern = slices.Clone(c.row)
		shape, ok := listShape(c.row, c.lists)
		if !ok {
			return c.bad(fmt.Sprintf("row %d", c.rows-1), "lists of different lengths in a list", "lists of one length", nil)
		}
		c.shape = shape
	case !slices.Equal(c.row, c.pattern):
		return c.bad(fmt.Sprintf("row %d", c.rows-1), fmt.Sprintf("lists of %d numbers", len(c.row)),
			fmt.Sprintf("shape %v as in the first row: pad sequences and give their lengths, or keep one file per sample", c.shape), nil)
	}
	return nil
}

// listShape returns the shape of nested lists, given the level at which each
// number begins anew.
func listShape(levels []uint8, depth int) ([]int, bool) {
	shape, before := make([]int, depth), 1
	for d := range depth {
		count := 0
		for _, l := range levels {
			if int(l) <= d+1 {
				count++
			}
		}
		shape[d] = count / before
		if shape[d]*before != count {
			return nil, false
		}
		before = count
	}
	// In dense lists, level d begins anew after as many numbers as it holds.
	for i, l := range levels {
		want, size := 0, len(levels)
		for d := 0; d < depth && i%size != 0; d++ {
			size /= shape[d]
			want = d + 1
		}
		if int(l) != want {
			return nil, false
		}
	}
	return shape, true
}

// array returns the column.
func (c *parquetColumn) array() (data.Array, error) {
	if err := c.endRow(); err != nil {
		return data.Array{}, err
	}
	if len(c.holes) > 0 {
		c.double = make([]float64, len(c.ints))
		for i, v := range c.ints {
			c.double[i] = float64(v)
		}
		for _, i := range c.holes {
			c.double[i] = math.NaN()
		}
		c.kind, c.ints = kindDouble, nil
	}
	a := data.Array{Shape: append([]int{c.rows}, c.shape...)}
	size := 1
	for _, d := range c.shape {
		size *= d
	}
	if c.rows > 0 && size > maxParquetValues/c.rows {
		return a, c.bad("all rows", fmt.Sprintf("shape %v", a.Shape), "fewer numbers", nil)
	}
	switch c.kind {
	case kindString:
		a.Values = c.texts
	case kindBool:
		if len(c.missing) > 0 {
			return a, c.bad(fmt.Sprintf("row %d", c.missing[0]), "no list", "one in every row", nil)
		}
		a.Values = c.bools
	case kindSingle:
		a.Values = fillMissing(c.single, c.missing, size, float32(math.NaN()))
	case kindDouble:
		a.Values = fillMissing(c.double, c.missing, size, math.NaN())
	default:
		a.Values = c.ints
	}
	return a, nil
}

// fillMissing puts size values in the place of the one that stands for a
// missing row.
func fillMissing[T any](in []T, missing []int, size int, value T) []T {
	if len(missing) == 0 || size == 1 {
		return in
	}
	out := make([]T, 0, len(in)+len(missing)*(size-1))
	row := 0
	for _, gap := range missing {
		whole := (gap - row) * size
		out, in = append(out, in[:whole]...), in[whole+1:]
		out = append(out, slices.Repeat([]T{value}, size)...)
		row = gap + 1
	}
	return append(out, in...)
}
