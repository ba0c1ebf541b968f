package cpu

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"cggm/backend/cpu/internal/kernel"
)

// native returns the step of a node that has a kernel here.
func (c *compiler) native(n *node) (step, bool) {
	s := c.stepOf(n)
	if n.empty() {
		s.run = ofNothing(n, s.reads, s.writes)
		return s, s.run != nil
	}
	if n.op == compute.OpTypeDotGeneral {
		if s.run, s.spans = dotGeneral(n, s.reads, s.writes); s.run == nil {
			s.run = productAny(n, s.reads, s.writes)
		}
		return s, s.run != nil
	}
	build, ok := natives[n.op]
	if !ok {
		return s, false
	}
	s.run = build(n, s.reads, s.writes)
	return s, s.run != nil
}

// stepOf returns a step that reads the inputs of a node and writes its outputs,
// and does not run yet.
func (c *compiler) stepOf(n *node) step {
	s := step{name: n.op.String()}
	for _, v := range n.inputs {
		s.reads = append(s.reads, c.store(v))
	}
	for _, v := range n.outputs {
		s.writes = append(s.writes, c.store(v))
	}
	return s
}

// neverRead reports whether all readers of a broadcast look through it.
func (c *compiler) neverRead(n *node) bool {
	v := n.outputs[0]
	if c.isOut[v] || c.pinned[v] {
		return false
	}
	for _, u := range v.users {
		if !elementwise[u.op] || u.cluster.n == 0 {
			return false
		}
		for _, in := range u.inputs {
			if c.root(in) != v {
				continue
			}
			if whose, _, ok := c.view(in, u.outputs[0].shape); !ok || whose == v {
				return false
			}
		}
	}
	return true
}

// natives builds the kernels of operations; nil when a node's types or shapes
// are left to the fallback engine.
var natives map[compute.OpType]func(n *node, in, out []int) func(*frame) error

func init() {
	natives = map[compute.OpType]func(n *node, in, out []int) func(*frame) error{
		compute.OpTypeDotGeneral: func(n *node, in, out []int) func(*frame) error {
			run, _ := dotGeneral(n, in, out)
			return run
		},
		compute.OpTypeConvGeneral:         convGeneral,
		compute.OpTypeReduceSum:           reduce,
		compute.OpTypeReduceMax:           reduce,
		compute.OpTypeReduceMin:           reduce,
		compute.OpTypeTranspose:           transpose,
		compute.OpTypeBroadcastInDim:      broadcast,
		compute.OpTypeSlice:               slice,
		compute.OpTypeReverse:             reverse,
		compute.OpTypeConcatenate:         concatenate,
		compute.OpTypePad:                 pad,
		compute.OpTypeIota:                iota_,
		compute.OpTypeRNGBitGenerator:     random,
		compute.OpTypeReduceWindow:        reduceWindow,
		compute.OpTypeSelectAndScatterMax: selectAndScatter,
		compute.OpTypeGather:              gather,
		compute.OpTypeScatterSum:          scatter,
		compute.OpTypeScatterMax:          scatter,
		compute.OpTypeScatterMin:          scatter,
		compute.OpTypeEqual:               compareInts,
		compute.OpTypeArgMinMax:           argMinMax,
	}
}

// strides returns the row-major strides of dims.
func strides(dims []int) []int {
	out := make([]int, len(dims))
	n := 1
	for i, d := range slices.Backward(dims) {
		out[i] = n
		n *= d
	}
	return out
}

// product multiplies dims.
func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

// boxes copies a strided box in blocks of its first axis that run in parallel
// when there is enough to do.
func boxes[T any](fr *frame, dst, src []T, srcOffset int, srcStrides, dims []int) {
	dstStrides := strides(dims)
	total := product(dims)
	if total < 1<<15 || len(dims) == 0 || dims[0] < 2 {
		kernel.CopyStrided(dst, 0, dstStrides, src, srcOffset, srcStrides, dims)
		return
	}
	rows := max(1, (1<<14)/(total/dims[0]))
	blocks := (dims[0] + rows - 1) / rows
	fr.parallel(blocks, func(i int) {
		from := i * rows
		part := slices.Clone(dims)
		part[0] = min(rows, dims[0]-from)
		kernel.CopyStrided(dst, from*dstStrides[0], dstStrides, src, srcOffset+from*srcStrides[0], srcStrides, part)
	})
}

// copier returns a step that copies a strided box of any supported type.
func copier(in, out, offset int, srcStrides, dims []int, dtype dtypes.DType) func(*frame) error {
	switch dtype {
	case dtypes.Float32:
		return typedCopier[float32](in, out, offset, srcStrides, dims)
	case dtypes.Float64:
		return typedCopier[float64](in, out, offset, srcStrides, dims)
	case dtypes.Int32:
		return typedCopier[int32](in, out, offset, srcStrides, dims)
	case dtypes.Int64:
		return typedCopier[int64](in, out, offset, srcStrides, dims)
	case dtypes.Uint32:
		return typedCopier[uint32](in, out, offset, srcStrides, dims)
	case dtypes.Uint64:
		return typedCopier[uint64](in, out, offset, srcStrides, dims)
	case dtypes.Uint8:
		return typedCopier[uint8](in, out, offset, srcStrides, dims)
	case dtypes.Bool:
		return typedCopier[bool](in, out, offset, srcStrides, dims)
	}
	return nil
}

func typedCopier[T any](in, out, offset int, srcStrides, dims []int) func(*frame) error {
	return func(fr *frame) error {
		boxes(fr, fr.bufs[out].([]T), fr.bufs[in].([]T), offset, srcStrides, dims)
		return nil
	}
}

func transpose(n *node, in, out []int) func(*frame) error {
	perm := n.args[0].([]int)
	from := strides(n.inputs[0].shape.Dimensions)
	src := make([]int, len(perm))
	for i, axis := range perm {
		src[i] = from[axis]
	}
	return copier(in[0], out[0], 0, src, n.outputs[0].shape.Dimensions, n.outputs[0].shape.DType)
}

func broadcast(n *node, in, out []int) func(*frame) error {
	axes := n.args[1].([]int)
	x := n.inputs[0].shape
	dims := n.outputs[0].shape.Dimensions
	from := strides(x.Dimensions)
	src := make([]int, len(dims))
	for i, axis := range axes {
		if x.Dimensions[i] != 1 {
			src[axis] = from[i]
		}
	}
	return copier(in[0], out[0], 0, src, dims, x.DType)
}

func slice(n *node, in, out []int) func(*frame) error {
	starts, steps := n.args[0].([]int), n.args[2].([]int)
	src := strides(n.inputs[0].shape.Dimensions)
	offset := 0
	for i := range src {
		offset += starts[i] * src[i]
		if i < len(steps) && steps[i] != 0 {
			src[i] *= steps[i]
		}
	}
	return copier(in[0], out[0], offset, src, n.outputs[0].shape.Dimensions, n.outputs[0].shape.DType)
}

func reverse(n *node, in, out []int) func(*frame) error {
	dims := n.outputs[0].shape.Dimensions
	src := strides(dims)
	offset := 0
	for _, axis := range n.args[0].([]int) {
		offset += (dims[axis] - 1) * src[axis]
		src[axis] = -src[axis]
	}
	return copier(in[0], out[0], offset, src, dims, n.outputs[0].shape.DType)
}

func concatenate(n *node, in, out []int) func(*frame) error {
	if n.outputs[0].shape.DType != dtypes.Float32 {
		return nil
	}
	axis := n.args[0].(int)
	dims := n.outputs[0].shape.Dimensions
	outer, row := product(dims[:axis]), product(dims[axis:])
	rows := make([]int, len(n.inputs))
	for i, v := range n.inputs {
		rows[i] = product(v.shape.Dimensions[axis:])
	}
	return func(fr *frame) error {
		dst := fr.bufs[out[0]].([]float32)
		at := 0
		for i, s := range in {
			src := fr.bufs[s].([]float32)
			for o := range outer {
				copy(dst[o*row+at:], src[o*rows[i]:(o+1)*rows[i]])
			}
			at += rows[i]
		}
		return nil
	}
}

func iota_(n *node, _, out []int) func(*frame) error {
	shape, axis := n.outputs[0].shape, n.args[1].(int)
	inner, length := product(shape.Dimensions[axis+1:]), shape.Dimensions[axis]
	switch shape.DType {
	case dtypes.Float32:
		return iotaOf[float32](out[0], inner, length)
	case dtypes.Int32:
		return iotaOf[int32](out[0], inner, length)
	case dtypes.Int64:
		return iotaOf[int64](out[0], inner, length)
	}
	return nil
}

func iotaOf[T float32 | int32 | int64](out, inner, length int) func(*frame) error {
	return func(fr *frame) error {
		dst := fr.bufs[out].([]T)
		for i := range dst {
			dst[i] = T(i / inner % length)
		}
		return nil
	}
}

// compareInts compares whole numbers of equal shapes, as one-hot encodings do.
func compareInts(n *node, in, out []int) func(*frame) error {
	a, b := n.inputs[0].shape, n.inputs[1].shape
	if a.DType != dtypes.Int32 || !slices.Equal(a.Dimensions, b.Dimensions) {
		return nil
	}
	return func(fr *frame) error {
		x, y, dst := fr.bufs[in[0]].([]int32), fr.bufs[in[1]].([]int32), fr.bufs[out[0]].([]bool)
		for i := range dst {
			dst[i] = x[i] == y[i]
		}
		return nil
	}
}
