package cpu

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// DynamicSlice implements compute.Function: it is a gather of one window,
// which gathers move inside.
func (f *function) DynamicSlice(operand compute.Value, startIndices []compute.Value, sliceDims []int) (compute.Value, error) {
	s, err := f.window(compute.OpTypeDynamicSlice, operand, startIndices, sliceDims)
	if err != nil || s.Rank() == 0 {
		return operand, err
	}
	b := &chain{function: f}
	var at []compute.Value
	for i, start := range startIndices {
		at = append(at, b.do(b.Reshape(b.start(start, s.Dimensions[i]-sliceDims[i]), 1)))
	}
	axes := make([]int, s.Rank())
	for i := range axes {
		axes[i] = i
	}
	index := b.do(b.Concatenate(0, at...))
	return b.do(b.Gather(operand, index, 0, axes, nil, axes, sliceDims, true)), b.err
}

// DynamicUpdateSlice implements compute.Function. The update, with room on
// all sides, is cut out such that it lies where it belongs in the operand.
func (f *function) DynamicUpdateSlice(operand, update compute.Value, startIndices []compute.Value) (compute.Value, error) {
	u, err := f.Shape(update)
	if err != nil {
		return nil, fmt.Errorf("%w (operation %s)", err, compute.OpTypeDynamicUpdateSlice)
	}
	s, err := f.window(compute.OpTypeDynamicUpdateSlice, operand, startIndices, u.Dimensions)
	if err != nil {
		return nil, err
	}
	if u.DType != s.DType {
		return nil, fmt.Errorf("cpu: operation %s of %s: an update of type %s: convert it to %s", compute.OpTypeDynamicUpdateSlice, s, u.DType, s.DType)
	}
	if s.Rank() == 0 {
		return update, nil
	}
	b := &chain{function: f}
	var room []compute.PadAxis
	var from []compute.Value
	for i, start := range startIndices {
		free := s.Dimensions[i] - u.Dimensions[i]
		room = append(room, compute.PadAxis{Start: free, End: free})
		from = append(from, b.do(b.Sub(b.do(b.Constant([]int64{int64(free)})), b.start(start, free))))
	}
	placed := func(x compute.Value, dtype dtypes.DType) compute.Value {
		zero := b.do(b.ConvertDType(b.do(b.Constant([]bool{false})), dtype))
		return b.do(b.DynamicSlice(b.do(b.Pad(x, zero, room...)), from, s.Dimensions))
	}
	yes := b.do(b.BroadcastInDim(b.do(b.Constant([]bool{true})), shapes.Make(dtypes.Bool, u.Dimensions...), nil))
	return b.do(b.Where(placed(yes, dtypes.Bool), placed(update, s.DType), operand)), b.err
}

// window checks that a window of the given sizes fits into an operand, and has
// a start for every axis.
func (f *function) window(op compute.OpType, operand compute.Value, starts []compute.Value, sizes []int) (shapes.Shape, error) {
	s, err := f.Shape(operand)
	if err != nil {
		return s, fmt.Errorf("%w (operation %s)", err, op)
	}
	if len(starts) != s.Rank() || len(sizes) != s.Rank() {
		return s, fmt.Errorf("cpu: operation %s of %s: %d starts and %d sizes: give one of each for every axis", op, s, len(starts), len(sizes))
	}
	for i, d := range s.Dimensions {
		if sizes[i] < 0 || sizes[i] > d {
			return s, fmt.Errorf("cpu: operation %s of %s: a window of size %d along axis %d: give a size of 0 to %d", op, s, sizes[i], i, d)
		}
		start, err := f.Shape(starts[i])
		if err != nil {
			return s, fmt.Errorf("%w (operation %s)", err, op)
		}
		if !start.DType.IsInt() || start.Rank() > 0 {
			return s, fmt.Errorf("cpu: operation %s of %s: the start along axis %d has shape %s: give a whole number, a scalar", op, s, i, start)
		}
	}
	return s, nil
}

// start returns where a window begins, between 0 and last.
func (b *chain) start(v compute.Value, last int) compute.Value {
	s, err := b.Shape(v)
	if err != nil {
		return b.do(nil, err)
	}
	if s.DType.IsUnsigned() {
		wide := b.do(b.ConvertDType(v, dtypes.Uint64))
		return b.do(b.ConvertDType(b.do(b.Min(wide, b.do(b.Constant([]uint64{uint64(last)})))), dtypes.Int64))
	}
	wide := b.do(b.ConvertDType(v, dtypes.Int64))
	wide = b.do(b.Max(wide, b.do(b.Constant([]int64{0}))))
	return b.do(b.Min(wide, b.do(b.Constant([]int64{int64(last)}))))
}
