package cpu

import (
	"sync"

	"github.com/gomlx/compute/dtypes"

	"cggm/backend/cpu/internal/kernel"
)

// matrices is the step of a matrix product whose operands lie in memory like
// batches of matrices.
type matrices struct {
	args     kernel.GemmArgs // of one product, without the data
	sums     bool
	batch    *batches
	in       [2]int
	out      int
	per      [3]int // elements of a matrix of the left factor, the right one and the result
	straight [3]bool
}

// dotGeneral returns the step of a matrix product: run, and also what runs a
// part of it if there are parts.
func dotGeneral(n *node, in, out []int) (run func(*frame) error, spans spanning) {
	if n.outputs[0].shape.DType != dtypes.Float32 || n.inputs[0].shape.DType != dtypes.Float32 || n.inputs[1].shape.DType != dtypes.Float32 {
		return nil, nil
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
		return nil, nil
	}
	if !ok1 || !ok2 || !ok3 || !ok4 || k != k2 {
		return copiedDot(d, ldc, in, out), nil
	}
	b := d.batches(func(axis int) (l, r int) {
		return d.lhs.strides[d.lhs.batchAxes[axis]], d.rhs.strides[d.rhs.batchAxes[axis]]
	})
	x := &matrices{
		args: kernel.GemmArgs{
			M: m, N: cols, K: k, ARow: row, ACol: lk, BRow: rk, BCol: col, LDC: ldc,
			Batch: b.inner, AStride: b.l, BStride: b.r, CStride: b.c,
		},
		sums: d.sums, batch: b, in: [2]int(in), out: out[0], per: [3]int{m * k, k * cols, m * cols},
	}
	x.layOut()
	return x.run, x
}

// layOut finds out which of the operands hold their matrices one after the
// other without gaps.
func (x *matrices) layOut() {
	a := &x.args
	dense := func(rows, cols, row, col int) bool {
		return (row == cols || rows == 1) && (col == 1 || cols == 1) || (row == 1 || rows == 1) && (col == rows || cols == 1)
	}
	x.straight = [3]bool{dense(a.M, a.K, a.ARow, a.ACol), dense(a.K, a.N, a.BRow, a.BCol), a.LDC == a.N || a.M == 1}
	for p := range x.products() {
		at := x.batch.at(p / x.batch.inner)
		for side, stride := range [3]int{x.batch.l, x.batch.r, x.batch.c} {
			x.straight[side] = x.straight[side] && at[side]+p%x.batch.inner*stride == p*x.per[side]
		}
	}
}

func (x *matrices) run(fr *frame) error {
	x.batch.run(fr, x.args.M*x.args.N*x.args.K, func(p kernel.Parallel, l, r, c int) { x.call(fr, p, x.batch.inner, l, r, c) })
	return nil
}

// call computes some products, of matrices that begin at the given elements.
func (x *matrices) call(fr *frame, p kernel.Parallel, count, l, r, c int) {
	g := x.args
	g.A, g.B, g.C = fr.bufs[x.in[0]].([]float32)[l:], fr.bufs[x.in[1]].([]float32)[r:], fr.bufs[x.out].([]float32)[c:]
	g.Batch, g.Accumulate = count, x.sums && fr.adds
	kernel.Gemm(p, g)
}

func (x *matrices) products() int { return x.batch.inner * product(x.batch.dims) }

func (x *matrices) unit() int { return 1 }

func (x *matrices) together() int { return x.batch.inner }

func (x *matrices) straightIn(store, _ int) bool {
	return (store != x.in[0] || x.straight[0]) && (store != x.in[1] || x.straight[1]) && (store != x.out || x.straight[2])
}

func (x *matrices) span(fr *frame, from, to, _ int) {
	b := x.batch
	for from < to {
		at, first := b.at(from/b.inner), from%b.inner
		count := min(b.inner-first, to-from)
		x.call(fr, fr.workers, count, at[0]+first*b.l-fr.shift[x.in[0]], at[1]+first*b.r-fr.shift[x.in[1]], at[2]+first*b.c-fr.shift[x.out])
		from += count
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
		at := b.at(i)
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

// at returns where the operands and the result of call i begin.
func (b *batches) at(i int) (at [3]int) {
	for axis := len(b.dims) - 1; axis >= 0; axis-- {
		k := i % b.dims[axis]
		i /= b.dims[axis]
		for j, step := range b.steps[axis] {
			at[j] += k * step
		}
	}
	return at
}

// arrange returns the strides and sizes of the axes in the order batch, crossed,
// contracting.
func (o *dotOperand) arrange() (strides, dims []int) {
	for _, axes := range [][]int{o.batchAxes, o.crossed, o.contracting} {
		for _, axis := range axes {
			strides, dims = append(strides, o.strides[axis]), append(dims, o.dims[axis])
		}
	}
	return strides, dims
}

// copiedDot brings operands whose axes do not merge into the order batch,
// crossed, contracting first.
func copiedDot(d *dot, ldc int, in, out []int) func(*frame) error {
	count := func(o *dotOperand, axes []int) int {
		n := 1
		for _, axis := range axes {
			n *= o.dims[axis]
		}
		return n
	}
	ls, ld := d.lhs.arrange()
	rs, rd := d.rhs.arrange()
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
