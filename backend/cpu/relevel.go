package cpu

import (
	"maps"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// again lets regions compute cheap results of earlier regions once more, from
// results that they have to read in any case: these then need not exist as a
// whole.
func (t *tiling) again() {
	a := &repeating{t: t, made: make(map[madeKey]*node), key: make(map[*node]int)}
	for i, n := range t.c.nodes {
		n.at = i
	}
	targets := slices.DeleteFunc(slices.Clone(t.c.nodes), func(n *node) bool { return !a.simple(n) })
	// Conditions come last: they are too small to repeat a product for, but
	// follow from one that is repeated anyway.
	slices.SortStableFunc(targets, func(x, y *node) int { return conditions(x) - conditions(y) })
	for _, n := range targets {
		v := n.outputs[0]
		a.products = vast(n) || conditions(n) == 0 && !t.c.masked(n)
		levels := make(map[int][]*node)
		var order []int
		for _, u := range v.users {
			if l := t.level[u.id]; l > t.level[n.id] && t.kind[u.id] != free && t.readsParts(u, v) {
				if levels[l] == nil {
					order = append(order, l)
				}
				levels[l] = append(levels[l], u)
			}
		}
		for _, l := range order {
			first := len(t.c.nodes)
			for _, u := range levels[l] {
				first = min(first, u.at)
			}
			if own := a.copy(n, l, first, deepest); own != nil {
				for _, u := range levels[l] {
					(&recomputing{c: t.c}).redirect(u, v, own.outputs[0])
				}
			}
		}
	}
	if len(a.list) == 0 {
		return
	}
	slices.SortStableFunc(a.list, func(x, y *node) int { return a.key[x] - a.key[y] })
	var nodes []*node
	rest := a.list
	for i, n := range t.c.nodes {
		for len(rest) > 0 && a.key[rest[0]] <= i {
			nodes, rest = append(nodes, rest[0]), rest[1:]
		}
		nodes = append(nodes, n)
	}
	t.c.nodes = nodes
	t.c.sweep()
	t.c.countUsers()
}

// conditions returns 1 for a node that computes truth values, 0 for others.
func conditions(n *node) int {
	if n.outputs[0].shape.DType == dtypes.Bool {
		return 1
	}
	return 0
}

// masked reports whether a node applies a random mask, as dropout does. What
// is repeated to save memory would leave the mask to be kept.
func (c *compiler) masked(n *node) bool {
	return slices.ContainsFunc(n.inputs, func(v *value) bool {
		condition := c.root(v).node
		return reaches(condition) || condition.op == compute.OpTypeLogicalAnd && c.masked(condition)
	})
}

// readsParts reports whether u reads v part by part only.
func (t *tiling) readsParts(u *node, v *value) bool {
	if t.byPart[u.id] == nil {
		return false
	}
	for i, in := range u.inputs {
		if t.c.root(in) == v && !t.byPart[u.id][i] {
			return false
		}
	}
	return true
}

type repeating struct {
	t    *tiling
	made map[madeKey]*node
	key  map[*node]int // position before which a copy stands
	list []*node
	// products says whether products may be repeated for the present result.
	products bool
}

// undo forgets the copies from the given one on.
func (a *repeating) undo(from int) {
	if from == len(a.list) {
		return
	}
	undone := a.list[from:]
	maps.DeleteFunc(a.made, func(_ madeKey, n *node) bool { return slices.Contains(undone, n) })
	maps.DeleteFunc(a.key, func(n *node, _ int) bool { return slices.Contains(undone, n) })
	a.list = a.list[:from]
}

type madeKey struct {
	n     *node
	level int
}

// simple reports whether a node is worth repeating.
func (a *repeating) simple(n *node) bool {
	if a.t.kind[n.id] != parted {
		return false
	}
	return n.op == compute.OpTypeBroadcastInDim || thin(n) ||
		elementwise[n.op] && (cheap(n.op) || n.op == compute.OpTypeExp && vast(n)) && !reaches(n) && a.t.c.fusable(n)
}

// vastBytes is the size from which on a result is computed twice to save
// memory, even if that takes longer than to keep it.
var vastBytes = 1 << 26

func vast(n *node) bool {
	s := n.outputs[0].shape
	return size(s)*int(s.DType.Size()) >= vastBytes
}

// thinnest is the largest number of multiplications for an element of a
// product that is computed twice, and deepest the number of operations that
// are computed again at a time: from a layer norm through a product, its bias
// and its activation.
const (
	thinnest = 64
	deepest  = 8
)

// thin reports whether a product is much larger than its factors, as the
// first of a feed-forward layer is, and the weights of attention between many
// tokens are before their exponential: to compute it takes about as long as
// to write it to memory and to read it.
func thin(n *node) bool {
	if n.op != compute.OpTypeDotGeneral {
		return false
	}
	d, ok := n.args[len(n.args)-1].(*dot)
	return ok && d.contracted() <= thinnest && size(n.outputs[0].shape) >= 2*(size(n.inputs[0].shape)+size(n.inputs[1].shape))
}

// copy returns a copy of n for a level, to stand before position at; nil when
// it would need results that the level does not read.
func (a *repeating) copy(n *node, level, at, depth int) *node {
	t := a.t
	if own := a.made[madeKey{n, level}]; own != nil {
		a.move(own, at)
		return own
	}
	if depth == 0 || !a.simple(n) || n.op == compute.OpTypeDotGeneral && !a.products {
		return nil
	}
	begin := len(a.list)
	var inputs []*value
	for i, v := range n.inputs {
		root := t.c.root(v)
		src := root.node
		given := src.op == compute.OpTypeParameter || t.kind[src.id] != parted || !t.byPart[n.id][i] ||
			size(root.shape)*8 <= size(n.outputs[0].shape)
		read := given || a.read(root, level)
		var again *node
		if !read || !given && a.products && conditions(src) > conditions(n) {
			again = a.copy(src, level, at, depth-1)
		}
		switch {
		case again != nil:
			inputs = append(inputs, &value{node: again, shape: v.shape, same: again.outputs[0]})
		case read:
			inputs = append(inputs, v)
		default:
			a.undo(begin)
			return nil
		}
	}
	own := &node{op: n.op, args: n.args, inputs: inputs, marks: marks{id: t.c.count}}
	own.outputs = []*value{{node: own, shape: n.outputs[0].shape}}
	t.c.count++
	t.kind, t.byPart, t.level = append(t.kind, parted), append(t.byPart, t.byPart[n.id]), append(t.level, level)
	a.made[madeKey{n, level}], a.key[own] = own, at
	a.list = append(a.list, own)
	return own
}

// move makes a copy stand before position at, with what it reads.
func (a *repeating) move(own *node, at int) {
	if a.key[own] <= at {
		return
	}
	a.key[own] = at
	for _, v := range own.inputs {
		if src := a.t.c.root(v).node; a.key[src] > at {
			a.move(src, at)
		}
	}
}

// read reports whether a node of the level reads a result that is not simple
// itself.
func (a *repeating) read(v *value, level int) bool {
	if a.simple(v.node) && a.made[madeKey{v.node, level}] != nil {
		return false
	}
	for _, u := range v.users {
		if a.t.level[u.id] == level && a.t.readsParts(u, v) && a.made[madeKey{u, a.t.level[u.id]}] == nil {
			return true
		}
	}
	return false
}
