package cpu

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// thresholds turns comparisons of random numbers with a constant, as dropout
// makes them, into comparisons of the random words that they come from: a
// number grows with its word, so that there is a least word that passes.
func (c *compiler) thresholds() {
	var nodes []*node
	for _, n := range c.nodes {
		if n.op == compute.OpTypeGreaterOrEqual && n.inputs[0].shape.DType == dtypes.Float32 {
			if words, grow := c.fromWords(n.inputs[0]); words != nil && size(words.shape) == size(n.outputs[0].shape) {
				if limit, ok := c.number(n.inputs[1]); ok {
					if least, ok := leastWord(grow, limit); ok {
						constant := &node{op: compute.OpTypeConstant, function: n.function, data: []uint32{least}}
						v := &value{node: constant, shape: shapes.Make(dtypes.Uint32)}
						constant.outputs = []*value{v}
						nodes = append(nodes, constant)
						n.inputs, n.kin = []*value{words, v}, 0
					}
				}
			}
		}
		nodes = append(nodes, n)
	}
	c.nodes = nodes
}

// fromWords follows a chain of operations that do not change order back to
// the whole numbers that it begins with, and returns what it computes.
func (c *compiler) fromWords(v *value) (words *value, grow func(x float32) float32) {
	var chain []func(float32) float32
	for range 8 {
		root := c.root(v)
		n := root.node
		if !slices.Equal(root.shape.Dimensions, v.shape.Dimensions) {
			return nil, nil
		}
		if n.op == compute.OpTypeConvertDType {
			words := c.root(n.inputs[0])
			if words.shape.DType != dtypes.Uint32 || words.node.op != compute.OpTypeRNGBitGenerator {
				return nil, nil
			}
			return words, func(x float32) float32 {
				for _, f := range slices.Backward(chain) {
					x = f(x)
				}
				return x
			}
		}
		next, f := c.growing(n)
		if next == nil {
			return nil, nil
		}
		chain = append(chain, f)
		v = next
	}
	return nil, nil
}

// growing returns the operand and the function of a node that maps larger
// non-negative numbers to numbers that are at least as large and not negative.
func (c *compiler) growing(n *node) (*value, func(float32) float32) {
	if n.op == compute.OpTypeAbs {
		return n.inputs[0], func(x float32) float32 { return x }
	}
	if len(n.inputs) != 2 {
		return nil, nil
	}
	for i, v := range n.inputs {
		s, ok := c.number(v)
		if !ok || !(s > 0) {
			continue
		}
		x := n.inputs[1-i]
		switch n.op {
		case compute.OpTypeMul:
			return x, func(x float32) float32 { return x * s }
		case compute.OpTypeMin:
			return x, func(x float32) float32 { return min(x, s) }
		case compute.OpTypeMax:
			return x, func(x float32) float32 { return max(x, s) }
		}
	}
	return nil, nil
}

// number returns the value of a float32 constant of one element.
func (c *compiler) number(v *value) (float32, bool) {
	data, ok := c.root(v).node.data.([]float32)
	if !ok || len(data) != 1 {
		return 0, false
	}
	return data[0], true
}

// leastWord returns the smallest word whose image reaches the limit.
func leastWord(grow func(float32) float32, limit float32) (uint32, bool) {
	const top = 1<<32 - 1
	reaches := func(w uint32) bool { return grow(float32(w)) >= limit }
	if !reaches(top) {
		return 0, false
	}
	low, high := uint32(0), uint32(top)
	for low < high {
		middle := low + (high-low)/2
		if reaches(middle) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low, true
}
