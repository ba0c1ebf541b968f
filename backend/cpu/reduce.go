package cpu

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"cggm/backend/cpu/internal/kernel"
)

// sumBlock is the number of elements that a full sum adds as one block; blocks
// are added in order.
const sumBlock = 1 << 14

// reduce reduces float32 over axes that lie next to each other; everything in
// memory order [outer, reduced, inner].
func reduce(n *node, in, out []int) func(*frame) error {
	x := n.inputs[0].shape
	if x.DType != dtypes.Float32 {
		return nil
	}
	axes := slices.Clone(n.args[0].([]int))
	if len(axes) == 0 {
		for axis := range x.Rank() {
			axes = append(axes, axis)
		}
	}
	slices.Sort(axes)
	if len(axes) == 0 {
		return nil
	}
	// Axes of size 1 between reduced ones do not separate them.
	first, last := axes[0], axes[len(axes)-1]
	for axis := first; axis <= last; axis++ {
		if !slices.Contains(axes, axis) && x.Dimensions[axis] != 1 {
			return reduceApart(n, axes, in, out)
		}
	}
	outer, length, inner := product(x.Dimensions[:first]), product(x.Dimensions[first:last+1]), product(x.Dimensions[last+1:])
	run := reduceBlock(n.op, outer, length, inner)
	return func(fr *frame) error {
		run(fr, fr.bufs[out[0]].([]float32), fr.bufs[in[0]].([]float32))
		return nil
	}
}

func reduceBlock(op compute.OpType, outer, length, inner int) func(fr *frame, dst, src []float32) {
	rows := map[compute.OpType]func(dst, x []float32, r, c int){
		compute.OpTypeReduceSum: kernel.SumRows, compute.OpTypeReduceMax: kernel.MaxRows, compute.OpTypeReduceMin: kernel.MinRows,
	}[op]
	if inner == 1 {
		if outer == 1 && op == compute.OpTypeReduceSum && length > sumBlock {
			return sumAll
		}
		block := max(1, sumBlock/length)
		return func(fr *frame, dst, src []float32) {
			fr.parallel((outer+block-1)/block, func(i int) {
				from, to := i*block, min((i+1)*block, outer)
				rows(dst[from:to], src[from*length:to*length], to-from, length)
			})
		}
	}
	cols := map[compute.OpType]func(dst, x []float32, r, c int){
		compute.OpTypeReduceSum: func(dst, x []float32, r, c int) { kernel.SumCols(nil, dst, x, r, c) },
		compute.OpTypeReduceMax: kernel.MaxCols, compute.OpTypeReduceMin: kernel.MinCols,
	}[op]
	if outer == 1 && op == compute.OpTypeReduceSum {
		return func(fr *frame, dst, src []float32) { kernel.SumCols(fr.workers, dst, src, length, inner) }
	}
	return func(fr *frame, dst, src []float32) {
		body := func(o int) { cols(dst[o*inner:(o+1)*inner], src[o*length*inner:(o+1)*length*inner], length, inner) }
		if outer*length*inner < sumBlock {
			for o := range outer {
				body(o)
			}
			return
		}
		fr.parallel(outer, body)
	}
}

func sumAll(fr *frame, dst, src []float32) {
	blocks := (len(src) + sumBlock - 1) / sumBlock
	parts := make([]float32, blocks)
	fr.parallel(blocks, func(i int) { parts[i] = kernel.Sum(src[i*sumBlock : min((i+1)*sumBlock, len(src))]) })
	dst[0] = kernel.Sum(parts)
}

// reduceApart moves the reduced axes to the end first.
func reduceApart(n *node, axes, in, out []int) func(*frame) error {
	x := n.inputs[0].shape
	from := strides(x.Dimensions)
	var src, dims []int
	outer := 1
	for axis, d := range x.Dimensions {
		if !slices.Contains(axes, axis) {
			src, dims = append(src, from[axis]), append(dims, d)
			outer *= d
		}
	}
	for _, axis := range axes {
		src, dims = append(src, from[axis]), append(dims, x.Dimensions[axis])
	}
	run := reduceBlock(n.op, outer, product(dims)/outer, 1)
	return func(fr *frame) error {
		moved := make([]float32, product(dims))
		boxes(fr, moved, fr.bufs[in[0]].([]float32), 0, src, dims)
		run(fr, fr.bufs[out[0]].([]float32), moved)
		return nil
	}
}
