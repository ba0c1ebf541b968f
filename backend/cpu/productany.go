package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"
)

// DotGeneral implements compute.Function. When the result or the sums are to
// have another type than the operands, these are converted to the widest of
// the three first.
func (f *function) DotGeneral(lhs compute.Value, lhsContractingAxes []int, lhsBatchAxes []int, rhs compute.Value, rhsContractingAxes []int, rhsBatchAxes []int, config compute.DotGeneralConfig) (compute.Value, error) {
	shape, err := f.Shape(lhs)
	if err != nil {
		return nil, err
	}
	from, to := shape.DType, config.OutputDType
	if to == dtypes.InvalidDType {
		to = from
	}
	in := commonType(from, to, config.AccumulatorDType)
	if other, err := f.Shape(rhs); err == nil && other.DType == from && in != from {
		if lhs, err = f.ConvertDType(lhs, in); err != nil {
			return nil, err
		}
		if rhs, err = f.ConvertDType(rhs, in); err != nil {
			return nil, err
		}
	}
	out, err := first(f.record(compute.OpTypeDotGeneral, []compute.Value{lhs, rhs}, []any{lhsContractingAxes, lhsBatchAxes, rhsContractingAxes, rhsBatchAxes}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.DotGeneral(in[0], lhsContractingAxes, lhsBatchAxes, in[1], rhsContractingAxes, rhsBatchAxes, compute.DotGeneralConfig{}))
	}))
	if err != nil || in == to {
		return out, err
	}
	return f.ConvertDType(out, to)
}

// commonType returns the type to multiply operands of a type in whose products
// have, and are summed in, the other types; sums may be invalid.
func commonType(from, to, sums dtypes.DType) dtypes.DType {
	if from == to && (sums == dtypes.InvalidDType || sums == from || sums.IsHalfPrecision()) {
		return from
	}
	best := from
	for _, d := range []dtypes.DType{to, sums} {
		if d != dtypes.InvalidDType && (d.IsFloat() && !best.IsFloat() || d.IsFloat() == best.IsFloat() && d.Bits() > best.Bits()) {
			best = d
		}
	}
	if best.IsHalfPrecision() {
		return dtypes.Float32
	}
	return best
}

// productAny runs the matrix products of all types but float32. Floats of 16 bits are summed in float32, numbers
// of 64 bits in their own type, whole numbers modulo their range.
func productAny(n *node, in, out []int) func(*frame) error {
	switch n.outputs[0].shape.DType {
	case dtypes.Float16:
		return productOf(n, in, out, float16.Float16.Float32, float16.FromFloat32)
	case dtypes.BFloat16:
		return productOf(n, in, out, bfloat16.BFloat16.Float32, bfloat16.FromFloat32)
	case dtypes.Float64:
		return productSame[float64](n, in, out)
	case dtypes.Int8:
		return productSame[int8](n, in, out)
	case dtypes.Int16:
		return productSame[int16](n, in, out)
	case dtypes.Int32:
		return productSame[int32](n, in, out)
	case dtypes.Int64:
		return productSame[int64](n, in, out)
	case dtypes.Uint8:
		return productSame[uint8](n, in, out)
	case dtypes.Uint16:
		return productSame[uint16](n, in, out)
	case dtypes.Uint32:
		return productSame[uint32](n, in, out)
	case dtypes.Uint64:
		return productSame[uint64](n, in, out)
	}
	return nil
}

func productSame[T number](n *node, in, out []int) func(*frame) error {
	same := func(x T) T { return x }
	return productOf(n, in, out, same, same)
}

// productOf brings both operands into rows of what is contracted; every number
// of the result is the product of two rows.
func productOf[S any, T number](n *node, in, out []int, load func(S) T, store func(T) S) func(*frame) error {
	d := newDot(n)
	batch, k := product(d.batch), d.contracted()
	left, right := offsets(d.lhs.arrange()), offsets(d.rhs.arrange())
	m, cols := len(left)/max(batch*k, 1), len(right)/max(batch*k, 1)
	const block = 32 // rows of a task
	tasks := (m + block - 1) / block
	return func(fr *frame) error {
		x, y, z := fr.bufs[in[0]].([]S), fr.bufs[in[1]].([]S), fr.bufs[out[0]].([]S)
		gather := func(from []S, places []int) []T {
			rows := make([]T, len(places))
			for i, at := range places {
				rows[i] = load(from[at])
			}
			return rows
		}
		a, b := gather(x, left), gather(y, right)
		fr.parallel(batch*tasks, func(task int) {
			of, first := task/tasks, task%tasks*block
			for i := first; i < min(first+block, m); i++ {
				row := a[(of*m+i)*k:][:k]
				for j := range cols {
					var sum T
					for p, v := range b[(of*cols+j)*k:][:k] {
						sum += row[p] * v
					}
					z[(of*m+i)*cols+j] = store(sum)
				}
			}
		})
		return nil
	}
}

// offsets returns where the elements of a strided box lie, in order.
func offsets(strides, dims []int) []int {
	list := []int{0}
	for axis, d := range dims {
		longer := make([]int, 0, len(list)*d)
		for _, at := range list {
			for i := range d {
				longer = append(longer, at+i*strides[axis])
			}
		}
		list = longer
	}
	return list
}
