package data

import (
	"fmt"
	"math"
	"strconv"
)

type integer interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64
}

// Float32 returns the elements as float32, rounded to the nearest; true is 1.
// A []float32 is returned itself, not a copy. Strings are an error.
func (a Array) Float32() ([]float32, error) {
	switch v := a.Values.(type) {
	case []float32:
		return v, nil
	case []float64:
		return toFloats(v), nil
	case []int8:
		return toFloats(v), nil
	case []int16:
		return toFloats(v), nil
	case []int32:
		return toFloats(v), nil
	case []int64:
		return toFloats(v), nil
	case []uint8:
		return toFloats(v), nil
	case []uint16:
		return toFloats(v), nil
	case []uint32:
		return toFloats(v), nil
	case []uint64:
		return toFloats(v), nil
	case []bool:
		out := make([]float32, len(v))
		for i, b := range v {
			if b {
				out[i] = 1
			}
		}
		return out, nil
	}
	return nil, fmt.Errorf("data: array of %s, want numbers", a.Type())
}

// Ints returns the elements as int; true is 1. Floats must be integral and
// everything must fit: the error names the first index that does not. Strings
// are an error.
func (a Array) Ints() ([]int, error) {
	switch v := a.Values.(type) {
	case []float32:
		return integral(v)
	case []float64:
		return integral(v)
	case []int8:
		return toInts(v), nil
	case []int16:
		return toInts(v), nil
	case []int32:
		return toInts(v), nil
	case []int64:
		return toInts(v), nil
	case []uint8:
		return toInts(v), nil
	case []uint16:
		return toInts(v), nil
	case []uint32:
		return toInts(v), nil
	case []uint64:
		for i, u := range v {
			if u > math.MaxInt {
				return nil, fmt.Errorf("data: element %d is %d, want at most %d", i, u, math.MaxInt)
			}
		}
		return toInts(v), nil
	case []bool:
		out := make([]int, len(v))
		for i, b := range v {
			if b {
				out[i] = 1
			}
		}
		return out, nil
	}
	return nil, fmt.Errorf("data: array of %s, want integers", a.Type())
}

// Strings returns the elements as strings. Integers are written in decimal,
// as identifiers of samples often are integers; floats and bools are an error.
func (a Array) Strings() ([]string, error) {
	switch v := a.Values.(type) {
	case []string:
		return v, nil
	case []int8:
		return decimal(v), nil
	case []int16:
		return decimal(v), nil
	case []int32:
		return decimal(v), nil
	case []int64:
		return decimal(v), nil
	case []uint8:
		return decimal(v), nil
	case []uint16:
		return decimal(v), nil
	case []uint32:
		return decimal(v), nil
	case []uint64:
		out := make([]string, len(v))
		for i, u := range v {
			out[i] = strconv.FormatUint(u, 10)
		}
		return out, nil
	}
	return nil, fmt.Errorf("data: array of %s, want strings or integers", a.Type())
}

func toFloats[T integer | float64](v []T) []float32 {
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = float32(x)
	}
	return out
}

func toInts[T integer](v []T) []int {
	out := make([]int, len(v))
	for i, x := range v {
		out[i] = int(x)
	}
	return out
}

func decimal[T integer](v []T) []string {
	out := make([]string, len(v))
	for i, x := range v {
		out[i] = strconv.FormatInt(int64(x), 10)
	}
	return out
}

func integral[T float32 | float64](v []T) ([]int, error) {
	out := make([]int, len(v))
	for i, x := range v {
		f := float64(x)
		// 2^63 itself overflows, and is the float64 that MaxInt64 rounds to.
		if f != math.Trunc(f) || f < -(1<<63) || f >= 1<<63 {
			return nil, fmt.Errorf("data: element %d is %v, want an integer", i, x)
		}
		out[i] = int(f)
	}
	return out, nil
}
