package cpu

import (
	"slices"

	"github.com/gomlx/compute"
)

// farAway is the number of bytes computed in between after which a value is
// no longer in the cache: computing it again from values that have to be
// fetched anyway is then cheaper than keeping it.
var farAway = 1 << 20

// longestChain bounds the operations that are computed again at a time.
const longestChain = 4

// recompute lets late readers of an elementwise result compute it themselves
// when all it is made of is at hand at that time. What the backward pass needs
// of the forward pass shrinks, and with it the memory of a block.
func (c *compiler) recompute() {
	r := &recomputing{c: c, last: make(map[*value]int)}
	offset := 0
	offsets := make([]int, len(c.nodes))
	for i, n := range c.nodes {
		n.at = i
		for _, v := range n.outputs {
			offset += size(v.shape) * int(v.shape.DType.Size())
		}
		offsets[i] = offset
		for _, v := range n.inputs {
			r.last[c.root(v)] = i
		}
	}
	before := make(map[*node][]*node)
	for _, n := range c.nodes {
		if !elementwise[n.op] || !c.fusable(n) || size(n.outputs[0].shape) < 512 {
			continue
		}
		v := n.outputs[0]
		users := slices.Clone(v.users)
		near := offsets[n.at]
		var copied *node
		for _, u := range users {
			at := u.at
			if offsets[at]-near > farAway {
				copied = r.copy(n, u, before, longestChain)
			}
			near = offsets[at]
			if copied == nil {
				r.last[v] = max(r.last[v], at)
				continue
			}
			r.redirect(u, v, copied.outputs[0])
		}
	}
	if len(before) == 0 {
		return
	}
	var nodes []*node
	for _, n := range c.nodes {
		nodes = append(append(nodes, before[n]...), n)
	}
	c.nodes = nodes
	c.sweep()
	c.countUsers()
}

type recomputing struct {
	c    *compiler
	last map[*value]int // position of the last reader
}

// copy returns a copy of n to be computed before the reader u, nil when it
// would need values that are gone by then.
func (r *recomputing) copy(n, u *node, before map[*node][]*node, depth int) *node {
	var chain []*node
	out := r.clone(n, u.at, depth, &chain)
	if out != nil {
		before[u] = append(before[u], chain...)
	}
	return out
}

func (r *recomputing) clone(n *node, at, depth int, chain *[]*node) *node {
	if depth == 0 || !cheap(n.op) || !r.c.fusable(n) {
		return nil
	}
	own := &node{op: n.op, args: n.args, inputs: slices.Clone(n.inputs)}
	for i, v := range n.inputs {
		root := r.c.root(v)
		src := root.node
		if src.op == compute.OpTypeParameter || src.op == compute.OpTypeConstant || size(root.shape)*8 <= size(n.outputs[0].shape) || r.last[root] >= at {
			continue
		}
		if !elementwise[src.op] {
			return nil
		}
		again := r.clone(src, at, depth-1, chain)
		if again == nil {
			return nil
		}
		alias := &value{node: again, shape: v.shape}
		alias.same = again.outputs[0]
		own.inputs[i] = alias
	}
	own.outputs = []*value{{node: own, shape: n.outputs[0].shape}}
	*chain = append(*chain, own)
	return own
}

// redirect makes u read v's copy.
func (r *recomputing) redirect(u *node, v, again *value) {
	u.inputs = slices.Clone(u.inputs)
	for i, in := range u.inputs {
		if r.c.root(in) == v {
			alias := &value{node: again.node, shape: in.shape}
			alias.same = again
			u.inputs[i] = alias
		}
	}
}

// cheap reports whether an operation costs little more than reading its
// operands.
func cheap(op compute.OpType) bool {
	switch op {
	case compute.OpTypeExp, compute.OpTypeExpm1, compute.OpTypeLog, compute.OpTypeLog1p, compute.OpTypeTanh, compute.OpTypeErf,
		compute.OpTypeLogistic, compute.OpTypeSin, compute.OpTypeCos, compute.OpTypePow:
		return false
	}
	return true
}
