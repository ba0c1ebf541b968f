package cpu

import (
	"sync"

	"github.com/gomlx/compute/dtypes"

	"cggm/backend/cpu/internal/kernel"
)

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
	ldc, ok5 := d.rows()
	if !ok5 {
		return nil
	}
	if !ok1 || !ok2 || !ok3 || !ok4 || k != k2 {
		return copiedDot(d, ldc, in, out)
	}
	b := d.batches(func(axis int) (l, r int) {
		return d.lhs.strides[d.lhs.batchAxes[axis]], d.rhs.strides[d.rhs.batchAxes[axis]]
	})
	return func(fr *frame) error {
		x, y, z := fr.bufs[in[0]].([]float32), fr.bufs[in[1]].([]float32), fr.bufs[out[0]].([]float32)
		b.run(fr, m*cols*k, func(p kernel.Parallel, l, r, c int) {
			kernel.Gemm(p, kernel.GemmArgs{
				M: m, N: cols, K: k,
				A: x[l:], ARow: row, ACol: lk, B: y[r:], BRow: rk, BCol: col,
				C: z[c:], LDC: ldc,
				Batch: b.inner, AStride: b.l, BStride: b.r, CStride: b.c, Accumulate: d.sums && fr.adds,
			})
		})
		return nil
	}
}

// batches says how the products of a batch run: the last axes that lie evenly
// in both operands and the result as one call, the others one by one.
type batches struct {
	inner, l, r, c int // products of a call, and strides from one to the next
	dims           []int
	steps          [][3]int // strides of the axes in dims
}

func (d *dot) batches(strides func(axis int) (l, r int)) *batches {
	b := &batches{inner: 1}
	split := len(d.batch)
	for ; split > 0; split-- {
		axis := split - 1
		l, r := strides(axis)
		c := d.out[axis]
		switch {
		case d.batch[axis] == 1:
			continue
		case b.inner == 1:
			b.l, b.r, b.c = l, r, c
		case l != b.l*b.inner || r != b.r*b.inner || c != b.c*b.inner:
			l = -1
		}
		if l < 0 {
			break
		}
		b.inner *= d.batch[axis]
	}
	for axis := range split {
		l, r := strides(axis)
		b.dims, b.steps = append(b.dims, d.batch[axis]), append(b.steps, [3]int{l, r, d.out[axis]})
	}
	return b
}

// run calls f with the offsets of every call; work is that of one product.
func (b *batches) run(fr *frame, work int, f func(p kernel.Parallel, l, r, c int)) {
	count := product(b.dims)
	call := func(p kernel.Parallel, i int) {
		var at [3]int
		for axis := len(b.dims) - 1; axis >= 0; axis-- {
			k := i % b.dims[axis]
			i /= b.dims[axis]
			for j, step := range b.steps[axis] {
				at[j] += k * step
			}
		}
		f(p, at[0], at[1], at[2])
	}
	switch {
	case count == 1:
		call(fr.workers, 0)
	case work*b.inner*count < 1<<16:
		for i := range count {
			call(nil, i)
		}
	default:
		fr.parallel(count, func(i int) { call(nil, i) })
	}
}

// copiedDot brings operands whose axes do not merge into the order batch,
// crossed, contracting first.
func copiedDot(d *dot, ldc int, in, out []int) func(*frame) error {
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
	m, cols, k := count(&d.lhs, d.lhs.crossed), count(&d.rhs, d.rhs.crossed), count(&d.lhs, d.lhs.contracting)
	b := d.batches(func(axis int) (l, r int) {
		inner := product(d.batch[axis+1:])
		return inner * m * k, inner * cols * k
	})
	var scratch sync.Pool
	return func(fr *frame) error {
		buffers, _ := scratch.Get().(*[2][]float32)
		if buffers == nil {
			buffers = &[2][]float32{make([]float32, product(ld)), make([]float32, product(rd))}
		}
		defer scratch.Put(buffers)
		x, y, z := buffers[0], buffers[1], fr.bufs[out[0]].([]float32)
		boxes(fr, x, fr.bufs[in[0]].([]float32), 0, ls, ld)
		boxes(fr, y, fr.bufs[in[1]].([]float32), 0, rs, rd)
		b.run(fr, m*cols*k, func(p kernel.Parallel, l, r, c int) {
			kernel.Gemm(p, kernel.GemmArgs{
				M: m, N: cols, K: k, A: x[l:], ARow: k, ACol: 1, B: y[r:], BRow: 1, BCol: k,
				C: z[c:], LDC: ldc,
				Batch: b.inner, AStride: b.l, BStride: b.r, CStride: b.c, Accumulate: d.sums && fr.adds,
			})
		})
		return nil
	}
}
