package cpu

import (
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"cggm/backend/cpu/internal/kernel"
)

// window describes a pooling window that leaves the last axis alone, so that
// rows of channels are combined as vectors.
type window struct {
	in, out         []int // without the last axis
	inStr, outStr   []int
	size, step, pad []int
	channels        int
}

func newWindow(x, y, size, steps []int, pads [][2]int) (window, bool) {
	last := len(x) - 1
	setting := func(list []int, i int) int {
		if i < len(list) && list[i] > 0 {
			return list[i]
		}
		return 1
	}
	w := window{in: x[:last], out: y[:last], channels: x[last], inStr: strides(x)[:last], outStr: strides(y)[:last]}
	for i := range last {
		w.size = append(w.size, setting(size, i))
		// Without strides windows do not overlap.
		step := w.size[i]
		if len(steps) > 0 {
			step = setting(steps, i)
		}
		w.step = append(w.step, step)
		before := 0
		if i < len(pads) {
			before = pads[i][0]
		}
		w.pad = append(w.pad, before)
	}
	plain := setting(size, last) == 1 && x[last] == y[last] && (last >= len(pads) || pads[last] == [2]int{})
	return w, plain && last > 0
}

// visit calls f with the offsets of all rows of the window at output row o,
// given as offsets into the input.
func (w *window) visit(o int, f func(in int)) {
	at := make([]int, len(w.out))
	for i := len(w.out) - 1; i >= 0; i-- {
		at[i] = o % w.out[i]
		o /= w.out[i]
	}
	var walk func(axis, offset int)
	walk = func(axis, offset int) {
		if axis == len(at) {
			f(offset)
			return
		}
		from := at[axis]*w.step[axis] - w.pad[axis]
		for p := max(from, 0); p < min(from+w.size[axis], w.in[axis]); p++ {
			walk(axis+1, offset+p*w.inStr[axis])
		}
	}
	walk(0, 0)
}

func undilated(list []int) bool {
	for _, d := range list {
		if d > 1 {
			return false
		}
	}
	return true
}

func reduceWindow(n *node, in, out []int) func(*frame) error {
	x, y := n.inputs[0].shape, n.outputs[0].shape
	kind := n.args[0].(compute.ReduceOpType)
	pads := n.args[5].([][2]int)
	w, ok := newWindow(x.Dimensions, y.Dimensions, n.args[1].([]int), n.args[2].([]int), pads)
	if !ok || x.DType != dtypes.Float32 || !undilated(n.args[3].([]int)) || !undilated(n.args[4].([]int)) {
		return nil
	}
	combine := map[compute.ReduceOpType]func(dst, a, b []float32){
		compute.ReduceOpMax: kernel.Max, compute.ReduceOpMin: kernel.Min, compute.ReduceOpSum: kernel.Add, compute.ReduceOpProduct: kernel.Mul,
	}[kind]
	start := map[compute.ReduceOpType]float32{
		compute.ReduceOpMax: float32(math.Inf(-1)), compute.ReduceOpMin: float32(math.Inf(1)), compute.ReduceOpProduct: 1,
	}[kind]
	if combine == nil {
		return nil
	}
	rows := product(w.out)
	block := max(1, (1<<13)/w.channels)
	return func(fr *frame) error {
		src, dst := fr.bufs[in[0]].([]float32), fr.bufs[out[0]].([]float32)
		fr.parallel((rows+block-1)/block, func(b int) {
			for o := b * block; o < min((b+1)*block, rows); o++ {
				row := dst[o*w.channels : (o+1)*w.channels]
				fill(row, start)
				w.visit(o, func(at int) { combine(row, row, src[at:at+w.channels]) })
			}
		})
		return nil
	}
}

// selectAndScatter adds every element of the source to the first largest
// element of its window: the gradient of max pooling.
func selectAndScatter(n *node, in, out []int) func(*frame) error {
	x, y := n.inputs[0].shape, n.inputs[1].shape
	w, ok := newWindow(x.Dimensions, y.Dimensions, n.args[0].([]int), n.args[1].([]int), n.args[2].([][2]int))
	if !ok || x.DType != dtypes.Float32 || w.size[0] != 1 || w.step[0] != 1 || w.pad[0] != 0 {
		return nil
	}
	batch := w.in[0]
	rows := product(w.out) / batch
	return func(fr *frame) error {
		src, grad, dst := fr.bufs[in[0]].([]float32), fr.bufs[in[1]].([]float32), fr.bufs[out[0]].([]float32)
		fr.parallel(batch, func(b int) {
			clear(dst[b*w.inStr[0] : (b+1)*w.inStr[0]])
			best := make([]int, w.channels)
			for o := b * rows; o < (b+1)*rows; o++ {
				for c := range best {
					best[c] = -1
				}
				w.visit(o, func(at int) {
					for c, v := range src[at : at+w.channels] {
						if best[c] < 0 || v > src[best[c]] {
							best[c] = at + c
						}
					}
				})
				for c, g := range grad[o*w.channels : (o+1)*w.channels] {
					if best[c] >= 0 {
						dst[best[c]] += g
					}
				}
			}
		})
		return nil
	}
}
