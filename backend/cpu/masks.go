package cpu

import (
	"math"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// masks makes one condition of two that put zeros where they do not hold, as
// dropout after a rectifier does, and the gradient of both: then one mask is
// kept and applied, not two.
func (c *compiler) masks() {
	both := make(map[[2]*value]*value)
	nodes := make([]*node, 0, len(c.nodes))
	for _, n := range c.nodes {
		inner, between := c.maskedTwice(n)
		if inner != nil {
			conditions := [2]*value{c.root(inner.inputs[0]), c.root(n.inputs[0])}
			if conditions[1].node.id < conditions[0].node.id {
				conditions[0], conditions[1] = conditions[1], conditions[0]
			}
			v := both[conditions]
			if v == nil {
				and := &node{op: compute.OpTypeLogicalAnd, function: n.function, inputs: conditions[:]}
				v = &value{node: and, shape: n.inputs[0].shape}
				and.outputs = []*value{v}
				both[conditions] = v
				nodes = append(nodes, and)
			}
			x := inner.inputs[1]
			if between != nil {
				between.inputs, between.kin = slices.Clone(between.inputs), 0
				for i, in := range between.inputs {
					if c.root(in).node == inner {
						between.inputs[i] = x
					}
				}
				x = n.inputs[1]
			}
			n.inputs, n.kin = []*value{v, x, n.inputs[2]}, 0
		}
		nodes = append(nodes, n)
	}
	if len(both) > 0 {
		c.nodes = nodes
		c.countUsers()
	}
}

// maskedTwice returns what masks first what a node masks, and what scales it
// between the two, if anything does.
func (c *compiler) maskedTwice(n *node) (inner, between *node) {
	if !c.zeroes(n) {
		return nil, nil
	}
	src := c.only(n.inputs[1])
	if src != nil && src.op == compute.OpTypeMul {
		for i, in := range src.inputs {
			if s, ok := c.repeated(in); ok && s > 0 && !math.IsInf(float64(s), 0) {
				between, src = src, c.only(src.inputs[1-i])
				break
			}
		}
	}
	if src == nil || !c.zeroes(src) || !slices.Equal(src.outputs[0].shape.Dimensions, n.outputs[0].shape.Dimensions) {
		return nil, nil
	}
	return src, between
}

// only returns the node that computes a value which nothing else reads.
func (c *compiler) only(v *value) *node {
	root := c.root(v)
	if len(root.users) != 1 || c.isOut[root] || !slices.Equal(root.shape.Dimensions, v.shape.Dimensions) {
		return nil
	}
	return root.node
}

// zeroes reports whether a node chooses between numbers and zero, one by one.
func (c *compiler) zeroes(n *node) bool {
	if n.op != compute.OpTypeWhere || n.outputs[0].shape.DType != dtypes.Float32 {
		return false
	}
	for _, v := range n.inputs[:2] {
		if !slices.Equal(v.shape.Dimensions, n.outputs[0].shape.Dimensions) {
			return false
		}
	}
	zero, ok := c.repeated(n.inputs[2])
	return ok && zero == 0 && !math.Signbit(float64(zero))
}

// repeated returns the number that a value repeats.
func (c *compiler) repeated(v *value) (float32, bool) {
	root := c.root(v)
	if root.node.op == compute.OpTypeBroadcastInDim {
		root = c.root(root.node.inputs[0])
	}
	return c.number(root)
}
