package cpu

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// cluster is a set of nodes that run as one pass over tiles: elementwise
// operations, reductions over the rows of a tile, and operations on the
// results of these. What other clusters read is stored, the rest only exists
// in registers. A node that has no such form is a cluster of its own.
type cluster struct {
	nodes       []*node
	n           int // elements of the loop; 0: not a loop
	row         int // elements of a row; 0: no reductions
	first, last int // positions of nodes
	emitted     bool
}

const (
	// longestRow bounds the rows that are reduced within a tile.
	longestRow = 1024
	// shortestRow is the least length of rows with one number each, for a loop
	// to go by rows on their account.
	shortestRow = 8
	// mostNodes bounds a cluster, and with it its registers.
	mostNodes = 40
)

// clustering builds the clusters: every node joins those of its inputs as long
// as no value would have to be known before it is computed.
type clustering struct {
	c       *compiler
	offsets []int // bytes computed before a node
}

// fuse forms the clusters.
func (c *compiler) fuse() {
	f := &clustering{c: c, offsets: make([]int, len(c.nodes)+1)}
	for i, n := range c.nodes {
		n.cluster, n.at, n.sources = nil, i, nil
		f.offsets[i+1] = f.offsets[i]
		for _, v := range n.outputs {
			f.offsets[i+1] += size(v.shape) * int(v.shape.DType.Size())
		}
	}
	for i, n := range c.nodes {
		cl := &cluster{nodes: []*node{n}, first: i, last: i}
		n.cluster = cl
		cl.n, cl.row = c.loop(n)
		if cl.n == 0 {
			continue
		}
		c.drawInside(n)
		for _, src := range c.sources(n) {
			if a := src.cluster; a != nil && a != n.cluster {
				f.join(a, n.cluster)
			}
		}
	}
}

// loop returns the number of elements of the loop that computes a node and,
// for a reduction, of the rows that it reduces; 0 when it is not one.
func (c *compiler) loop(n *node) (elements, row int) {
	if c.fusable(n) {
		return size(n.outputs[0].shape), 0
	}
	switch n.op {
	case compute.OpTypeReduceSum, compute.OpTypeReduceMax, compute.OpTypeReduceMin:
	default:
		return 0, 0
	}
	x := n.inputs[0].shape
	if x.DType != dtypes.Float32 || size(x) == 0 {
		return 0, 0
	}
	if _, w, ok := c.view(n.inputs[0], x); !ok || w.len == 1 {
		return 0, 0
	}
	row = size(x) / max(size(n.outputs[0].shape), 1)
	if row < 2 || row > longestRow || row*size(n.outputs[0].shape) != size(x) {
		return 0, 0
	}
	// The reduced axes are the last ones that are longer than 1.
	axes := n.args[0].([]int)
	length := 1
	for axis := x.Rank() - 1; axis >= 0 && length < row; axis-- {
		if x.Dimensions[axis] > 1 && len(axes) > 0 && !slices.Contains(axes, axis) {
			return 0, 0
		}
		length *= x.Dimensions[axis]
	}
	if length != row {
		return 0, 0
	}
	return size(x), row
}

// drawInside notes random words that only one comparison reads: it draws them.
func (c *compiler) drawInside(n *node) {
	if !reaches(n) {
		return
	}
	words := c.root(n.inputs[0])
	if words.node.op == compute.OpTypeRNGBitGenerator && len(words.users) == 1 && !c.isOut[words] && !c.pinned[words] &&
		len(words.node.outputs[0].users) == 0 && !c.isOut[words.node.outputs[0]] && words.node.segment == n.segment {
		words.node.drawn = true
	}
}

// sources returns the nodes whose results a node reads: through broadcasts
// when it runs as part of a loop, which a reduction may or may not.
func (c *compiler) sources(n *node) []*node {
	if n.sources == nil {
		n.sources = c.findSources(n)
	}
	return n.sources
}

func (c *compiler) findSources(n *node) []*node {
	out := make([]*node, 0, len(n.inputs)+1)
	for _, v := range n.inputs {
		from, _, ok := c.view(v, loopShape(n))
		if ok {
			out = append(out, from.node)
		}
		if src := c.root(v).node; !ok || !elementwise[n.op] && src != from.node {
			out = append(out, src)
		}
	}
	if len(out) > 0 && out[0].drawn {
		out[0] = c.root(out[0].inputs[0]).node
	}
	return out
}

// join makes one cluster of a and b if they fit.
func (f *clustering) join(a, b *cluster) {
	if a.n == 0 || b.n == 0 || a.nodes[0].segment != b.nodes[0].segment || len(a.nodes)+len(b.nodes) > mostNodes {
		return
	}
	if a.first > b.first {
		a, b = b, a
	}
	n, row := max(a.n, b.n), max(a.row, b.row)
	if f.offsets[b.first]-f.offsets[a.last+1] > max(farAway, 16*n) {
		return
	}
	for _, cl := range []*cluster{a, b} {
		if cl.row != 0 && (cl.row != row || cl.n != n) || cl.n != n && cl.n*row != n {
			return
		}
	}
	if !f.reads(a, b, n, row) || !f.reads(b, a, n, row) || f.between(a, b) || f.between(b, a) {
		return
	}
	merged := &cluster{n: n, row: row, first: a.first, last: max(a.last, b.last)}
	merged.nodes = append(append(merged.nodes, a.nodes...), b.nodes...)
	slices.SortFunc(merged.nodes, func(x, y *node) int { return x.at - y.at })
	for _, x := range merged.nodes {
		x.cluster = merged
	}
}

// reads reports whether b can read what it reads of a within one tile.
func (f *clustering) reads(a, b *cluster, n, row int) bool {
	c := f.c
	for _, u := range b.nodes {
		if reaches(u) && spaceOf(u, n) != n && c.root(u.inputs[0]).node.drawn {
			return false
		}
		for _, v := range u.inputs {
			whose, w, ok := c.view(v, loopShape(u))
			if !ok || whose.node.cluster != a {
				continue
			}
			own, from := spaceOf(u, n), size(whose.shape)
			switch {
			case w.full(own) && from == own:
			case own == n && row > 0 && from*row == n && w.len == from && w.inner == row && whose.shape.DType == dtypes.Float32:
			default:
				return false
			}
		}
	}
	return true
}

// spaceOf returns the number of elements of the loop in which a node reads its
// operands.
func spaceOf(n *node, all int) int {
	if elementwise[n.op] {
		return size(n.outputs[0].shape)
	}
	return all
}

// between reports whether b depends on a by way of a third cluster.
func (f *clustering) between(a, b *cluster) bool {
	seen := make(map[*cluster]bool)
	var depends func(cl *cluster) bool
	depends = func(cl *cluster) bool {
		if cl == a {
			return true
		}
		if seen[cl] || cl.last < a.first {
			return false
		}
		seen[cl] = true
		for _, n := range cl.nodes {
			for _, src := range f.c.sources(n) {
				if p := src.cluster; p != nil && p != cl && depends(p) {
					return true
				}
			}
		}
		return false
	}
	for _, n := range b.nodes {
		for _, src := range f.c.sources(n) {
			if p := src.cluster; p != nil && p != a && p != b && depends(p) {
				return true
			}
		}
	}
	return false
}

// emitCluster appends the steps of a cluster after those that it depends on.
func (c *compiler) emitCluster(cl *cluster) error {
	if cl.emitted {
		return nil
	}
	cl.emitted = true
	for _, n := range cl.nodes {
		for _, src := range c.sources(n) {
			if p := src.cluster; p != nil && p != cl {
				if err := c.emitCluster(p); err != nil {
					return err
				}
			}
		}
	}
	if cl.n > 0 && (len(cl.nodes) > 1 || elementwise[cl.nodes[0].op]) {
		c.add(c.fused(cl))
		return nil
	}
	return c.emit(cl.nodes[0])
}
