package cpu

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"
)

// argMinMax finds the first extremum along an axis; NaN comes before all
// numbers.
func argMinMax(n *node, in, out []int) func(*frame) error {
	switch n.inputs[0].shape.DType {
	case dtypes.Float32:
		return argMinMaxOf[float32](n, in, out)
	case dtypes.Float64:
		return argMinMaxOf[float64](n, in, out)
	case dtypes.Float16:
		return argMinMaxTo(n, in, out, func(x float16.Float16) float32 { return x.Float32() })
	case dtypes.BFloat16:
		return argMinMaxTo(n, in, out, func(x bfloat16.BFloat16) float32 { return x.Float32() })
	case dtypes.Int8:
		return argMinMaxOf[int8](n, in, out)
	case dtypes.Int16:
		return argMinMaxOf[int16](n, in, out)
	case dtypes.Int32:
		return argMinMaxOf[int32](n, in, out)
	case dtypes.Int64:
		return argMinMaxOf[int64](n, in, out)
	case dtypes.Uint8:
		return argMinMaxOf[uint8](n, in, out)
	case dtypes.Uint16:
		return argMinMaxOf[uint16](n, in, out)
	case dtypes.Uint32:
		return argMinMaxOf[uint32](n, in, out)
	case dtypes.Uint64:
		return argMinMaxOf[uint64](n, in, out)
	}
	return nil
}

func argMinMaxOf[T number](n *node, in, out []int) func(*frame) error {
	return argMinMaxTo(n, in, out, func(x T) T { return x })
}

func argMinMaxTo[S any, T number](n *node, in, out []int, value func(S) T) func(*frame) error {
	x := n.inputs[0].shape
	axis, least := n.args[0].(int), n.args[2].(bool)
	if axis < 0 {
		axis += x.Rank()
	}
	length, inner := x.Dimensions[axis], product(x.Dimensions[axis+1:])
	search := func(row []S) int {
		best, top := 0, value(row[0])
		for k := 0; k < length; k++ {
			v := value(row[k*inner])
			if v != v {
				return k
			}
			if (least && v < top) || (!least && v > top) {
				best, top = k, v
			}
		}
		return best
	}
	return func(fr *frame) error {
		write := indexWriter(fr.bufs[out[0]])
		src := fr.bufs[in[0]].([]S)
		for r := range len(src) / length {
			write(r, search(src[r/inner*length*inner+r%inner:]))
		}
		return nil
	}
}

// indexWriter writes whole numbers of any type.
func indexWriter(data any) func(i, v int) {
	switch x := data.(type) {
	case []int32:
		return func(i, v int) { x[i] = int32(v) }
	case []int64:
		return func(i, v int) { x[i] = int64(v) }
	case []int16:
		return func(i, v int) { x[i] = int16(v) }
	case []int8:
		return func(i, v int) { x[i] = int8(v) }
	case []uint32:
		return func(i, v int) { x[i] = uint32(v) }
	case []uint64:
		return func(i, v int) { x[i] = uint64(v) }
	case []uint16:
		return func(i, v int) { x[i] = uint16(v) }
	case []uint8:
		return func(i, v int) { x[i] = uint8(v) }
	}
	return nil
}
