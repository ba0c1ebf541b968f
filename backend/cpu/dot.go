package cpu

import (
	"slices"
	"sync"

	"github.com/gomlx/compute/dtypes"

	"cggm/backend/cpu/internal/kernel"
)

// dot describes a matrix product of float32 operands of any layout.
type dot struct {
	lhs, rhs dotOperand
	batch    []int // sizes of the batch axes
	sums     bool  // over the blocks of a region
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
	return d
}

// walk merges axes into one: their total size and the stride of a step, false
// when they do not lie in memory like one axis.
func (o *dotOperand) walk(axes []int) (size, stride int, ok bool) {
	size, stride = 1, 0
	for _, axis := range slices.Backward(axes) {
		d := o.dims[axis]
		if d == 1 {
			continue
		}
		if size == 1 {
			size, stride = d, o.strides[axis]
			continue
		}
		if o.strides[axis] != stride*size {
			return 0, 0, false
		}
		size *= d
	}
	if stride == 0 {
		stride = 1
	}
	return size, stride, true
}

func dotGeneral(n *node, in, out []int) func(*frame) error {
	if n.outputs[0].shape.DType != dtypes.Float32 || n.inputs[0].shape.DType != dtypes.Float32 || n.inputs[1].shape.DType != dtypes.Float32 {
		return nil
	}
	d, ok := n.args[len(n.args)-1].(*dot)
	if !ok {
		d = newDot(n)
	}
	m, row, ok1 := d.lhs.walk(d.lhs.crossed)
	k, lk, ok2 := d.lhs.walk(d.lhs.contracting)
	cols, col, ok3 := d.rhs.walk(d.rhs.crossed)
	k2, rk, ok4 := d.rhs.walk(d.rhs.contracting)
	if !ok1 || !ok2 || !ok3 || !ok4 || k != k2 {
		return copiedDot(d, in, out)
	}
	// The last batch axes that lie evenly in both operands run as one call.
	inner, ls, rs := 1, 0, 0
	split := len(d.batch)
	for split > 0 {
		axis := split - 1
		l, r := d.lhs.strides[d.lhs.batchAxes[axis]], d.rhs.strides[d.rhs.batchAxes[axis]]
		switch {
		case d.batch[axis] == 1:
		case inner == 1:
			ls, rs = l, r
		case l != ls*inner || r != rs*inner:
			l = -1
		}
		if l < 0 {
			break
		}
		inner *= d.batch[axis]
		split--
	}
	outer := d.batch[:split]
	count := product(outer)
	return func(fr *frame) error {
		a, b, c := fr.bufs[in[0]].([]float32), fr.bufs[in[1]].([]float32), fr.bufs[out[0]].([]float32)
		call := func(p kernel.Parallel, i int) {
			ao, bo := 0, 0
			for axis, rest := split-1, i; axis >= 0; axis-- {
				at := rest % outer[axis]
				rest /= outer[axis]
				ao += at * d.lhs.strides[d.lhs.batchAxes[axis]]
				bo += at * d.rhs.strides[d.rhs.batchAxes[axis]]
			}
			kernel.Gemm(p, kernel.GemmArgs{
				M: m, N: cols, K: k,
				A: a[ao:], ARow: row, ACol: lk, B: b[bo:], BRow: rk, BCol: col,
				C: c[i*inner*m*cols:], LDC: cols,
				Batch: inner, AStride: ls, BStride: rs, CStride: m * cols, Accumulate: d.sums && fr.adds,
			})
		}
		switch {
		case count == 1:
			call(fr.workers, 0)
		case m*cols*k*inner*count < 1<<16:
			for i := range count {
				call(nil, i)
			}
		default:
			fr.parallel(count, func(i int) { call(nil, i) })
		}
		return nil
	}
}

// copiedDot brings operands whose axes do not merge into the order batch,
// crossed, contracting first.
func copiedDot(d *dot, in, out []int) func(*frame) error {
	arrange := func(o *dotOperand) (src, dims []int) {
		for _, axes := range [][]int{o.batchAxes, o.crossed, o.contracting} {
			for _, axis := range axes {
				src = append(src, o.strides[axis])
				dims = append(dims, o.dims[axis])
			}
		}
		return src, dims
	}
	count := func(o *dotOperand, axes []int) int {
		n := 1
		for _, axis := range axes {
			n *= o.dims[axis]
		}
		return n
	}
	ls, ld := arrange(&d.lhs)
	rs, rd := arrange(&d.rhs)
	m, cols, k, batch := count(&d.lhs, d.lhs.crossed), count(&d.rhs, d.rhs.crossed), count(&d.lhs, d.lhs.contracting), product(d.batch)
	var scratch sync.Pool
	return func(fr *frame) error {
		buffers, _ := scratch.Get().(*[2][]float32)
		if buffers == nil {
			buffers = &[2][]float32{make([]float32, product(ld)), make([]float32, product(rd))}
		}
		defer scratch.Put(buffers)
		a, b := buffers[0], buffers[1]
		boxes(fr, a, fr.bufs[in[0]].([]float32), 0, ls, ld)
		boxes(fr, b, fr.bufs[in[1]].([]float32), 0, rs, rd)
		kernel.Gemm(fr.workers, kernel.GemmArgs{
			M: m, N: cols, K: k, A: a, ARow: k, ACol: 1, B: b, BRow: 1, BCol: k,
			C: fr.bufs[out[0]].([]float32), LDC: cols,
			Batch: batch, AStride: m * k, BStride: cols * k, CStride: m * cols, Accumulate: d.sums && fr.adds,
		})
		return nil
	}
}
