package cpu

import (
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// rowsOf reports whether a gather or scatter moves whole rows of a float32
// table by int32 row numbers, as embeddings do.
func rowsOf(table, indices shapes.Shape, indexAxis int, trailing, collapsed, mapped []int, rank int) bool {
	if table.DType != dtypes.Float32 || indices.DType != dtypes.Int32 || table.Rank() < 1 {
		return false
	}
	if indexAxis != indices.Rank()-1 && indexAxis != indices.Rank() {
		return false
	}
	if indexAxis == indices.Rank()-1 && indices.Dimensions[indexAxis] != 1 {
		return false
	}
	for i, axis := range trailing {
		if axis != rank-len(trailing)+i {
			return false
		}
	}
	return slices.Equal(collapsed, []int{0}) && slices.Equal(mapped, []int{0}) && len(trailing) == table.Rank()-1
}

// gather copies rows; row numbers outside the table are clamped into it.
func gather(n *node, in, out []int) func(*frame) error {
	table, indices := n.inputs[0].shape, n.inputs[1].shape
	trailing, collapsed, mapped, sizes := n.args[1].([]int), n.args[2].([]int), n.args[3].([]int), n.args[4].([]int)
	if !rowsOf(table, indices, n.args[0].(int), trailing, collapsed, mapped, n.outputs[0].shape.Rank()) ||
		!slices.Equal(sizes[1:], table.Dimensions[1:]) || sizes[0] != 1 {
		return nil
	}
	width, rows := product(table.Dimensions[1:]), table.Dimensions[0]
	return func(fr *frame) error {
		src, dst := fr.bufs[in[0]].([]float32), fr.bufs[out[0]].([]float32)
		for i, r := range fr.bufs[in[1]].([]int32) {
			row := min(max(int(r), 0), rows-1)
			copy(dst[i*width:(i+1)*width], src[row*width:])
		}
		return nil
	}
}

// scatterSum adds rows; those for row numbers outside the table are dropped.
func scatterSum(n *node, in, out []int) func(*frame) error {
	table, indices, updates := n.inputs[0].shape, n.inputs[1].shape, n.inputs[2].shape
	if !rowsOf(table, indices, n.args[0].(int), n.args[1].([]int), n.args[2].([]int), n.args[3].([]int), updates.Rank()) {
		return nil
	}
	width, rows := product(table.Dimensions[1:]), table.Dimensions[0]
	if !slices.Equal(updates.Dimensions[updates.Rank()-table.Rank()+1:], table.Dimensions[1:]) {
		return nil
	}
	return func(fr *frame) error {
		dst, src := fr.bufs[out[0]].([]float32), fr.bufs[in[2]].([]float32)
		copy(dst, fr.bufs[in[0]].([]float32))
		for i, r := range fr.bufs[in[1]].([]int32) {
			if r < 0 || int(r) >= rows {
				continue
			}
			to := dst[int(r)*width : (int(r)+1)*width]
			for k, v := range src[i*width : (i+1)*width] {
				to[k] += v
			}
		}
		return nil
	}
}
