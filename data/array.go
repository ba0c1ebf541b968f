package data

import (
	"fmt"
	"math"
	"slices"
)

// Array is a dense array in row-major order.
type Array struct {
	// Shape holds the sizes of the axes, outermost first. Empty: a scalar.
	Shape []int
	// Values holds the elements: one of []float32, []float64, []int8, []int16,
	// []int32, []int64, []uint8, []uint16, []uint32, []uint64, []bool, []string.
	Values any
}

// maxEmpty bounds the other axes of an array without elements, so that nobody
// counts to a size that no byte stands for.
const maxEmpty = 1 << 31

// Elements returns the product of the axes. The error names a negative axis or
// a product that an int cannot hold.
func Elements(shape []int) (int, error) {
	n, empty := 1, false
	for i, d := range shape {
		switch {
		case d < 0:
			return 0, fmt.Errorf("data: axis %d of shape %v is negative", i, shape)
		case d == 0:
			empty = true
		case n > math.MaxInt/d:
			return 0, fmt.Errorf("data: shape %v has more elements than an int can count", shape)
		default:
			n *= d
		}
	}
	if !empty {
		return n, nil
	}
	if n > maxEmpty {
		return 0, fmt.Errorf("data: shape %v claims %d rows without contents", shape, n)
	}
	return 0, nil
}

// Len returns the number of elements that Values holds, 0 if Values is of no
// known type.
func (a Array) Len() int {
	switch v := a.Values.(type) {
	case []float32:
		return len(v)
	case []float64:
		return len(v)
	case []int8:
		return len(v)
	case []int16:
		return len(v)
	case []int32:
		return len(v)
	case []int64:
		return len(v)
	case []uint8:
		return len(v)
	case []uint16:
		return len(v)
	case []uint32:
		return len(v)
	case []uint64:
		return len(v)
	case []bool:
		return len(v)
	case []string:
		return len(v)
	}
	return 0
}

// Type returns the name of the element type: "float32", "string", or "unknown".
func (a Array) Type() string {
	switch a.Values.(type) {
	case []float32:
		return "float32"
	case []float64:
		return "float64"
	case []int8:
		return "int8"
	case []int16:
		return "int16"
	case []int32:
		return "int32"
	case []int64:
		return "int64"
	case []uint8:
		return "uint8"
	case []uint16:
		return "uint16"
	case []uint32:
		return "uint32"
	case []uint64:
		return "uint64"
	case []bool:
		return "bool"
	case []string:
		return "string"
	}
	return "unknown"
}

// Check returns an error unless Values has a known type and exactly as many
// elements as Shape says.
func (a Array) Check() error {
	if a.Type() == "unknown" {
		return fmt.Errorf("data: array values are %T, want a slice of numbers, bools or strings", a.Values)
	}
	n, err := Elements(a.Shape)
	if err != nil {
		return err
	}
	if n != a.Len() {
		return fmt.Errorf("data: array of shape %v holds %d values, want %d", a.Shape, a.Len(), n)
	}
	return nil
}

// Rows returns the size of the outermost axis, 1 for a scalar.
func (a Array) Rows() int {
	if len(a.Shape) == 0 {
		return 1
	}
	return a.Shape[0]
}

// Row returns row i of the outermost axis as an array with one axis less. It
// shares the memory of a. A scalar has the one row 0. Row panics if i is
// outside [0, a.Rows()), or if the array does not pass Check.
func (a Array) Row(i int) Array {
	if i < 0 || i >= a.Rows() {
		panic(fmt.Sprintf("data: row %d outside [0,%d)", i, a.Rows()))
	}
	if len(a.Shape) == 0 {
		return a
	}
	row := a.Slice(i, i+1)
	row.Shape = row.Shape[1:]
	return row
}

// Slice returns the rows [from, to) of the outermost axis. It shares the memory
// of a. Slice panics if the range is outside the array, or the array has no
// axis.
func (a Array) Slice(from, to int) Array {
	if len(a.Shape) == 0 || from < 0 || to < from || to > a.Shape[0] {
		panic(fmt.Sprintf("data: rows [%d,%d) of an array of shape %v", from, to, a.Shape))
	}
	shape := slices.Clone(a.Shape)
	shape[0] = to - from
	width := 0
	if a.Shape[0] > 0 {
		width = a.Len() / a.Shape[0]
	}
	lo, hi := from*width, to*width
	out := Array{Shape: shape}
	switch v := a.Values.(type) {
	case []float32:
		out.Values = v[lo:hi:hi]
	case []float64:
		out.Values = v[lo:hi:hi]
	case []int8:
		out.Values = v[lo:hi:hi]
	case []int16:
		out.Values = v[lo:hi:hi]
	case []int32:
		out.Values = v[lo:hi:hi]
	case []int64:
		out.Values = v[lo:hi:hi]
	case []uint8:
		out.Values = v[lo:hi:hi]
	case []uint16:
		out.Values = v[lo:hi:hi]
	case []uint32:
		out.Values = v[lo:hi:hi]
	case []uint64:
		out.Values = v[lo:hi:hi]
	case []bool:
		out.Values = v[lo:hi:hi]
	case []string:
		out.Values = v[lo:hi:hi]
	}
	return out
}
