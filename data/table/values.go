package table

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"cggm/data"
)

// values collects the cells of one JSON column: strings, bools, or numbers of
// one shape.
type values struct {
	kind   string // "" before the first cell
	shape  []int  // of one cell of numbers
	ints   []int64
	floats []float64 // used once a number is no integer
	texts  []string
	bools  []bool
}

// The kinds of JSON columns.
const (
	kindString = "string"
	kindBool   = "bool"
	kindNumber = "number"
)

// describe says what a cell must be.
func (c *values) describe() string {
	switch {
	case c.kind == "":
		return "a number, a string, a bool or a list of numbers"
	case c.kind == kindNumber && len(c.shape) > 0:
		return fmt.Sprintf("numbers of shape %v as in line 1", c.shape)
	}
	return "a " + c.kind + " as in line 1"
}

// add appends a cell. The error says what was found.
func (c *values) add(cell any) error {
	switch v := cell.(type) {
	case string:
		if c.kind != "" && c.kind != kindString {
			return errors.New("a string")
		}
		c.kind, c.texts = kindString, append(c.texts, v)
	case bool:
		if c.kind != "" && c.kind != kindBool {
			return errors.New("a bool")
		}
		c.kind, c.bools = kindBool, append(c.bools, v)
	case json.Number, []any:
		shape, err := c.shapeOf(v)
		if err != nil {
			return err
		}
		if c.kind != "" && (c.kind != kindNumber || !slices.Equal(shape, c.shape)) {
			if len(shape) == 0 {
				return errors.New("a number")
			}
			return fmt.Errorf("numbers of shape %v", shape)
		}
		c.kind, c.shape = kindNumber, shape
		return c.append(v, shape)
	case nil:
		return errors.New("null")
	default:
		return errors.New("an object")
	}
	return nil
}

// shapeOf returns the shape of nested lists, judged by their first elements;
// append checks the others.
func (c *values) shapeOf(v any) ([]int, error) {
	var shape []int
	for {
		list, ok := v.([]any)
		if !ok {
			return shape, nil
		}
		if len(list) == 0 {
			return nil, errors.New("an empty list")
		}
		shape = append(shape, len(list))
		v = list[0]
	}
}

// append adds the numbers of nested lists.
func (c *values) append(v any, shape []int) error {
	list, isList := v.([]any)
	if isList != (len(shape) > 0) || (isList && len(list) != shape[0]) {
		return errors.New("lists of different lengths")
	}
	for _, item := range list {
		if err := c.append(item, shape[1:]); err != nil {
			return err
		}
	}
	if isList {
		return nil
	}
	n, ok := v.(json.Number)
	if !ok {
		return fmt.Errorf("%.40q in a list of numbers", fmt.Sprint(v))
	}
	if c.floats == nil {
		if i, err := n.Int64(); err == nil {
			c.ints = append(c.ints, i)
			return nil
		}
		c.floats = make([]float64, len(c.ints))
		for i, x := range c.ints {
			c.floats[i] = float64(x)
		}
		c.ints = nil
	}
	f, err := n.Float64()
	if err != nil {
		return fmt.Errorf("the number %.40s", n)
	}
	c.floats = append(c.floats, f)
	return nil
}

// array returns the column of the given number of rows.
func (c *values) array(rows int) data.Array {
	a := data.Array{Shape: append([]int{rows}, c.shape...)}
	switch {
	case c.kind == kindString:
		a.Values = c.texts
	case c.kind == kindBool:
		a.Values = c.bools
	case c.floats != nil:
		a.Values = c.floats
	default:
		a.Values = c.ints
	}
	return a
}
