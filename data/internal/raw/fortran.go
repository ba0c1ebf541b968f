package raw

import "fmt"

// FromFortran returns the values of an array stored in column-major order,
// first axis fastest, in row-major order. With fewer than two axes that are
// longer than 1 it returns the values themselves. values holds as many
// elements as the shape says.
func FromFortran(values any, shape []int) any {
	long := 0
	for _, d := range shape {
		if d > 1 {
			long++
		}
	}
	if long < 2 {
		return values
	}
	switch v := values.(type) {
	case []bool:
		return reorder(v, shape)
	case []int8:
		return reorder(v, shape)
	case []int16:
		return reorder(v, shape)
	case []int32:
		return reorder(v, shape)
	case []int64:
		return reorder(v, shape)
	case []uint8:
		return reorder(v, shape)
	case []uint16:
		return reorder(v, shape)
	case []uint32:
		return reorder(v, shape)
	case []uint64:
		return reorder(v, shape)
	case []float32:
		return reorder(v, shape)
	case []float64:
		return reorder(v, shape)
	case []string:
		return reorder(v, shape)
	}
	panic(fmt.Sprintf("raw: values of type %T", values))
}

// reorder walks the output in order and counts the column-major position of
// each element along.
func reorder[T any](v []T, shape []int) []T {
	strides := make([]int, len(shape))
	for i, stride := 0, 1; i < len(shape); i++ {
		strides[i] = stride
		stride *= shape[i]
	}
	return Strided(v, shape, strides)
}

// Strided gathers the elements of an array whose axes step through v by the
// given strides, in elements. Every position it reaches must lie inside v.
func Strided[T any](v []T, shape, strides []int) []T {
	n := 1
	for _, d := range shape {
		n *= d
	}
	out := make([]T, n)
	index := make([]int, len(shape))
	from := 0
	for i := range out {
		out[i] = v[from]
		for axis := len(shape) - 1; axis >= 0; axis-- {
			index[axis]++
			from += strides[axis]
			if index[axis] < shape[axis] {
				break
			}
			from -= index[axis] * strides[axis]
			index[axis] = 0
		}
	}
	return out
}
