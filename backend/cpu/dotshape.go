package cpu

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// dot describes a matrix product of float32 operands of any layout.
type dot struct {
	lhs, rhs dotOperand
	batch    []int // sizes of the batch axes
	sums     bool  // over the blocks of a region
	// out holds the strides of the result's axes in the product's own order:
	// batch axes, those of the left operand, those of the right one. place
	// holds their positions in the result's shape.
	out, place []int
}

type dotOperand struct {
	dims, strides                   []int
	contracting, batchAxes, crossed []int
}

func newDot(n *node) *dot {
	operand := func(v *value, contracting, batch []int) dotOperand {
		o := dotOperand{dims: v.shape.Dimensions, strides: strides(v.shape.Dimensions), contracting: contracting, batchAxes: batch}
		for axis := range o.dims {
			if !slices.Contains(contracting, axis) && !slices.Contains(batch, axis) {
				o.crossed = append(o.crossed, axis)
			}
		}
		return o
	}
	d := &dot{
		lhs: operand(n.inputs[0], n.args[0].([]int), n.args[1].([]int)),
		rhs: operand(n.inputs[1], n.args[2].([]int), n.args[3].([]int)),
	}
	for _, axis := range d.lhs.batchAxes {
		d.batch = append(d.batch, d.lhs.dims[axis])
	}
	d.out = strides(n.outputs[0].shape.Dimensions)
	for i := range d.out {
		d.place = append(d.place, i)
	}
	return d
}

// outDims returns the sizes of the result's axes in the product's own order.
func (d *dot) outDims() []int {
	dims := slices.Clone(d.batch)
	for _, o := range []*dotOperand{&d.lhs, &d.rhs} {
		for _, axis := range o.crossed {
			dims = append(dims, o.dims[axis])
		}
	}
	return dims
}

// rows returns the stride of the result's rows and whether its rows and
// columns are such as a matrix product writes.
func (d *dot) rows() (stride int, ok bool) {
	dims, first, second := d.outDims(), len(d.batch), len(d.batch)+len(d.lhs.crossed)
	_, col, ok := mergeAxes(dims[second:], d.out[second:])
	if !ok || col != 1 {
		return 0, false
	}
	rows, stride, ok := mergeAxes(dims[first:second], d.out[first:second])
	if rows == 1 {
		stride = max(product(dims[second:]), 1)
	}
	return stride, ok
}

// foldTransposes lets matrix products write their result, and read their
// operands, in the order of axes that transposes would bring them to.
func (c *compiler) foldTransposes() {
	for _, n := range c.nodes {
		if n.op == compute.OpTypeDotGeneral && n.outputs[0].shape.DType == dtypes.Float32 {
			if _, folded := n.args[len(n.args)-1].(*dot); !folded {
				n.args, n.kin = append(slices.Clone(n.args), newDot(n)), 0
			}
		}
	}
	for _, n := range c.nodes {
		if n.op == compute.OpTypeTranspose && !n.moved {
			c.foldResult(n)
		}
	}
	for _, n := range c.nodes {
		if n.op == compute.OpTypeDotGeneral && n.outputs[0].shape.DType == dtypes.Float32 {
			c.foldOperands(n)
		}
	}
}

// foldResult lets the product that a transpose moves write the result itself.
func (c *compiler) foldResult(n *node) {
	from := c.root(n.inputs[0])
	src := from.node
	empty := func(v *value) bool { return size(v.shape) == 0 }
	if src.op != compute.OpTypeDotGeneral || slices.ContainsFunc(src.inputs, empty) || len(from.users) != 1 || c.isOut[from] || from.shape.DType != dtypes.Float32 ||
		!slices.Equal(from.shape.Dimensions, n.inputs[0].shape.Dimensions) {
		return
	}
	d := src.args[len(src.args)-1].(*dot)
	to := strides(n.outputs[0].shape.Dimensions)
	folded := *d
	folded.out, folded.place = make([]int, len(d.out)), make([]int, len(d.out))
	for at, axis := range n.args[0].([]int) {
		folded.out[axis], folded.place[axis] = to[at], at
	}
	if _, ok := folded.rows(); !ok {
		folded = folded.swap()
		if _, ok := folded.rows(); !ok {
			return
		}
		src.inputs = []*value{src.inputs[1], src.inputs[0]}
		src.args = append(slices.Concat(src.args[2:4], src.args[:2]), src.args[4:]...)
	}
	src.args[len(src.args)-1] = &folded
	from.same = n.outputs[0]
	n.outputs[0].node = src
	src.outputs = []*value{n.outputs[0]}
	n.moved = true
}

// swap returns the product with its operands in the other order; the result
// stays where it is.
func (d *dot) swap() dot {
	batch, left := len(d.batch), len(d.batch)+len(d.lhs.crossed)
	turn := func(axes []int) []int { return slices.Concat(axes[:batch], axes[left:], axes[batch:left]) }
	return dot{lhs: d.rhs, rhs: d.lhs, batch: d.batch, sums: d.sums, out: turn(d.out), place: turn(d.place)}
}

// foldOperands lets a product read operands in place of transposed copies.
func (c *compiler) foldOperands(n *node) {
	d := *n.args[len(n.args)-1].(*dot)
	for side, o := range []*dotOperand{&d.lhs, &d.rhs} {
		v := c.root(n.inputs[side])
		src := v.node
		if src.op != compute.OpTypeTranspose || !slices.Equal(v.shape.Dimensions, n.inputs[side].shape.Dimensions) {
			continue
		}
		perm := src.args[0].([]int)
		from := strides(src.inputs[0].shape.Dimensions)
		o.strides = make([]int, len(perm))
		for axis := range o.strides {
			o.strides[axis] = from[perm[axis]]
		}
		n.inputs = slices.Clone(n.inputs)
		n.inputs[side] = src.inputs[0]
	}
	n.args[len(n.args)-1] = &d
}

// walk merges axes into one: their total size and the stride of a step, false
// when they do not lie in memory like one axis.
func (o *dotOperand) walk(axes []int) (size, stride int, ok bool) {
	var dims, steps []int
	for _, axis := range axes {
		dims, steps = append(dims, o.dims[axis]), append(steps, o.strides[axis])
	}
	return mergeAxes(dims, steps)
}

// mergeAxes returns the size and stride of axes as one, false when they do not
// lie in memory like one.
func mergeAxes(dims, strides []int) (size, stride int, ok bool) {
	size, stride = 1, 0
	for i, d := range slices.Backward(dims) {
		switch {
		case d == 1:
		case size == 1:
			size, stride = d, strides[i]
		case strides[i] != stride*size:
			return 0, 0, false
		default:
			size *= d
		}
	}
	if stride == 0 {
		stride = 1
	}
	return size, stride, true
}
