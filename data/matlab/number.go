package matlab

import (
	"fmt"

	"cggm/data/internal/raw"
)

type number interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64
}

// widen returns numbers as the given kind, that of their class. MATLAB stores
// them in the smallest type that holds them all.
func widen(values any, to raw.Kind) (any, error) {
	if k, err := raw.KindOf(values); err == nil && k == to {
		return values, nil
	}
	switch to {
	case raw.Int8:
		return widenTo[int8](values)
	case raw.Int16:
		return widenTo[int16](values)
	case raw.Int32:
		return widenTo[int32](values)
	case raw.Int64:
		return widenTo[int64](values)
	case raw.Uint8:
		return widenTo[uint8](values)
	case raw.Uint16:
		return widenTo[uint16](values)
	case raw.Uint32:
		return widenTo[uint32](values)
	case raw.Uint64:
		return widenTo[uint64](values)
	case raw.Float32:
		return widenTo[float32](values)
	case raw.Float64:
		return widenTo[float64](values)
	}
	return truth(values)
}

func widenTo[T number](values any) ([]T, error) {
	switch v := values.(type) {
	case []int8:
		return convert[T](v)
	case []int16:
		return convert[T](v)
	case []int32:
		return convert[T](v)
	case []int64:
		return convert[T](v)
	case []uint8:
		return convert[T](v)
	case []uint16:
		return convert[T](v)
	case []uint32:
		return convert[T](v)
	case []uint64:
		return convert[T](v)
	case []float32:
		return convert[T](v)
	case []float64:
		return convert[T](v)
	}
	return nil, wrong(fmt.Sprintf("values of %T", values), "numbers", nil)
}

// convert returns the same numbers in another type; one that this type cannot
// hold is an error.
func convert[T, S number](in []S) ([]T, error) {
	out := make([]T, len(in))
	for i, x := range in {
		y := T(x)
		same := S(y) == x && (y < 0) == (x < 0)
		nan := x != x && y != y
		if !same && !nan {
			return nil, wrong(fmt.Sprintf("the number %v", x), fmt.Sprintf("one that the class of the matrix, %T, can hold", y), nil)
		}
		out[i] = y
	}
	return out, nil
}

// truth returns which numbers are not 0.
func truth(values any) ([]bool, error) {
	f, err := widenTo[float64](values)
	if err != nil {
		return nil, err
	}
	out := make([]bool, len(f))
	for i, x := range f {
		out[i] = x != 0
	}
	return out, nil
}
