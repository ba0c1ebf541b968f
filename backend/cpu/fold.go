package cpu

import (
	"slices"

	"github.com/gomlx/compute"
)

// foldMost is the largest number of elements of a result that is computed when
// the graph is compiled, instead of at every execution.
const foldMost = 1 << 16

// fold computes what depends on constants alone and makes constants of it.
// What only repeats one number stays as it is: a loop reads the number.
func (b *Backend) fold(f *function) error {
	known, splat := make(map[*node]bool), make(map[*value]bool)
	var order []*node
	for _, n := range f.nodes {
		if !foldable(n) || slices.ContainsFunc(n.inputs, func(v *value) bool { return !known[v.node] }) {
			continue
		}
		known[n] = true
		order = append(order, n)
		splat[n.outputs[0]] = n.op != compute.OpTypeIota && !slices.ContainsFunc(n.inputs, func(v *value) bool { return size(v.shape) != 1 && !splat[v] }) &&
			(n.op != compute.OpTypeConstant || size(n.outputs[0].shape) == 1)
	}
	wanted := make(map[*value]bool)
	want := func(v *value) {
		if n := v.node; known[n] && worthFolding(n) && (size(v.shape) == 1 || !splat[v]) {
			wanted[v] = true
		}
	}
	for _, n := range f.nodes {
		if !known[n] {
			for _, v := range n.inputs {
				want(v)
			}
			continue
		}
		// What is read through a cheap node is folded before it.
		if !worthFolding(n) || size(n.outputs[0].shape) != 1 && splat[n.outputs[0]] {
			for _, v := range n.inputs {
				want(v)
			}
		}
	}
	for _, v := range f.outputs {
		want(v)
	}
	part := &function{builder: f.builder, nodes: order}
	for _, n := range order {
		if wanted[n.outputs[0]] {
			part.outputs = append(part.outputs, n.outputs[0])
		}
	}
	if len(part.outputs) == 0 {
		return nil
	}
	own := part.closed(nil)
	p, err := b.compileWith(own, false)
	if err != nil {
		return err
	}
	defer p.Finalize()
	results, err := p.call(nil)
	if err != nil {
		return err
	}
	for i, v := range part.outputs {
		n := v.node
		n.op, n.inputs, n.args, n.data = compute.OpTypeConstant, nil, []any{v.shape.Dimensions}, results[i]
	}
	return nil
}

// foldable reports whether a node gives the same small result every time it is
// given the same inputs.
func foldable(n *node) bool {
	switch n.op {
	case compute.OpTypeParameter, compute.OpTypeRNGBitGenerator:
		return false
	}
	return n.bodies == nil && len(n.outputs) == 1 && size(n.outputs[0].shape) <= foldMost
}

// worthFolding reports whether a node does more than move or number elements.
func worthFolding(n *node) bool {
	switch n.op {
	case compute.OpTypeConstant, compute.OpTypeBroadcastInDim, compute.OpTypeReshape, compute.OpTypeIota, compute.OpTypeIdentity:
		return false
	}
	return true
}
