package cpu

import (
	"errors"
	"slices"
)

// regions splits the graph along its batch axis and emits its steps: level by
// level, first the nodes that run in one go, then the region.
func (c *compiler) regions(t *tiling) error {
	if t == nil {
		c.fuse()
		return c.emitAll(c.nodes)
	}
	top := 0
	for _, n := range c.nodes {
		top = max(top, t.level[n.id])
	}
	planned := make([]*plannedRegion, top+1)
	for level := range planned {
		planned[level] = t.plan(level)
	}
	inRegion := make(map[*node]int, len(c.nodes)) // level + 1
	for level, r := range planned {
		if r == nil {
			continue
		}
		for _, n := range r.nodes {
			if t.kind[n.id] != free {
				inRegion[n] = level + 1
			}
		}
	}
	escapes := t.escapes(inRegion, planned)
	// Nodes outside of regions are fused among themselves.
	outside := make([]*node, 0, len(c.nodes))
	byLevel := make([][]*node, top+1)
	late := make([][]*node, top+1)
	for _, n := range c.nodes {
		switch {
		case inRegion[n] > 0:
			continue
		case t.kind[n.id] == free && !escapes[n.outputs[0]]:
			continue
		case t.kind[n.id] == parted || t.kind[n.id] == summing:
			late[t.level[n.id]] = append(late[t.level[n.id]], n)
		default:
			byLevel[t.level[n.id]] = append(byLevel[t.level[n.id]], n)
		}
	}
	for level := range byLevel {
		for _, n := range late[level] {
			n.segment = 2*level + 1
		}
		for _, n := range byLevel[level] {
			n.segment = 2 * level
		}
		outside = append(append(outside, byLevel[level]...), late[level]...)
	}
	c.nodes = outside
	for v := range escapes {
		c.isOut[v] = c.isOut[v] || inRegion[v.node] > 0
	}
	for _, r := range planned {
		if r == nil {
			continue
		}
		for _, n := range r.nodes {
			for i, v := range n.inputs {
				if root := c.root(v); inRegion[root.node] == 0 && (t.kind[root.node.id] != free || !t.byPart[n.id][i]) {
					c.pinned[root] = true
				}
			}
		}
	}
	c.countUsers()
	bodies := make([]*regionCompiler, len(planned))
	for level, r := range planned {
		if r != nil {
			bodies[level] = c.newRegion(t, r, escapes)
		}
	}
	failures := make([]error, len(bodies)+1)
	parallel(len(failures), func(i int) {
		if i == 0 {
			c.fuse()
			failures[i] = c.emitLevels(byLevel, bodies, late)
		} else if rc := bodies[i-1]; rc != nil {
			failures[i] = rc.compile()
		}
	})
	return errors.Join(failures...)
}

// emitLevels emits, level by level, what comes before the region, the region,
// and what comes after it.
func (c *compiler) emitLevels(before [][]*node, bodies []*regionCompiler, after [][]*node) error {
	for level, rc := range bodies {
		if err := c.emitAll(before[level]); err != nil {
			return err
		}
		if rc != nil {
			for _, s := range append(rc.before, rc.step) {
				c.add(s)
			}
		}
		if err := c.emitAll(after[level]); err != nil {
			return err
		}
	}
	return nil
}

func (c *compiler) emitAll(nodes []*node) error {
	for _, n := range nodes {
		if cl := n.cluster; cl.nodes[len(cl.nodes)-1] == n {
			if err := c.emitCluster(cl); err != nil {
				return err
			}
		}
	}
	return nil
}

// bestTiling returns the tiling that keeps most in the cache, nil for none.
func (c *compiler) bestTiling(params []*value) *tiling {
	// What all tilings ask for.
	for _, n := range c.nodes {
		c.runs(n)
		n.from = make([]int, len(n.inputs))
		for i, v := range n.inputs {
			n.from[i] = c.root(v).node.id
		}
	}
	best := c.likeliest(params)
	if best == nil {
		return nil
	}
	// A parameter whose first axis happens to be as long as the batch, such as
	// a weight matrix, is better taken as a whole. Somebody reads it like that.
	var names, skip []string
	for _, v := range params {
		if best.kind[v.node.id] != parted || !best.readWhole(v) {
			continue
		}
		if name := v.shape.String(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for len(names) > 0 {
		tries := tilings(len(names), func(i int) *tiling { return c.tile(params, best.extent, append(slices.Clone(skip), names[i])) })
		at := slices.IndexFunc(tries, func(t *tiling) bool { return t.kept >= best.kept })
		if at < 0 {
			break
		}
		best, skip, names = tries[at], append(skip, names[at]), names[at+1:]
	}
	return best
}

// readWhole reports whether a node reads all of a parameter at once.
func (t *tiling) readWhole(v *value) bool {
	for _, n := range v.users {
		for i, src := range n.from {
			if src == v.node.id && (t.byPart[n.id] == nil || !t.byPart[n.id][i]) {
				return true
			}
		}
	}
	return false
}

// likeliest returns the tiling that keeps most among those of all extents. Most
// cannot keep as much as the one that might keep most, and are not tried.
func (c *compiler) likeliest(params []*value) *tiling {
	extents := c.extents(params)
	bounds, most := make([]int, len(extents)), 0
	for i, extent := range extents {
		t := &tiling{c: c, extent: extent}
		if bounds[i] = t.bound(); bounds[i] > bounds[most] {
			most = i
		}
	}
	if len(extents) == 0 || bounds[most] == 0 {
		return nil
	}
	first := c.tile(params, extents[most], nil)
	tried := tilings(len(extents), func(i int) *tiling {
		switch {
		case i == most:
			return first
		case bounds[i] < max(first.kept, 1):
			return nil
		}
		return c.tile(params, extents[i], nil)
	})
	var best *tiling
	for _, t := range tried {
		if t != nil && t.kept > 0 && (best == nil || t.kept > best.kept) {
			best = t
		}
	}
	return best
}

// bound returns what a tiling keeps at most.
func (t *tiling) bound() int {
	total := 0
	for _, n := range t.c.nodes {
		if len(n.outputs) == 0 {
			continue
		}
		last := n.outputs[len(n.outputs)-1].shape
		if _, ok := t.batchAxis(last); ok {
			total += size(last)
		}
	}
	return total
}

// tilings makes n tilings side by side.
func tilings(n int, tile func(i int) *tiling) []*tiling {
	list := make([]*tiling, n)
	parallel(n, func(i int) { list[i] = tile(i) })
	return list
}

// gain estimates the elements that need not go through memory.
func (t *tiling) gain() int {
	total := 0
	// Chains of elementwise operations on parameters, as optimizers are, pass
	// in registers either way.
	deep := make([]bool, t.c.count)
	for _, n := range t.c.nodes {
		if t.kind[n.id] == parted {
			deep[n.id] = !elementwise[n.op]
			for i, src := range n.from {
				deep[n.id] = deep[n.id] || t.byPart[n.id][i] && deep[src]
			}
			if deep[n.id] {
				total += size(n.outputs[len(n.outputs)-1].shape)
			}
		}
		if t.kind[n.id] == free {
			continue
		}
		for i, src := range n.from {
			if t.kind[src] == parted && src >= t.c.params && (t.byPart[n.id] == nil || !t.byPart[n.id][i] || t.level[src] != t.level[n.id]) {
				total -= size(n.inputs[i].shape)
			}
		}
	}
	return total
}

// plan returns the region of a level, nil when it is not worth one.
func (t *tiling) plan(level int) *plannedRegion {
	wanted := make(map[*node]bool)
	elements, own := 0, 0
	for _, n := range slices.Backward(t.c.nodes) {
		k := t.kind[n.id]
		if k == parted || k == summing {
			if t.level[n.id] != level {
				continue
			}
			wanted[n] = true
			own++
			for _, v := range n.outputs {
				elements += size(v.shape)
			}
		}
		if !wanted[n] {
			continue
		}
		for i, v := range n.inputs {
			if src := t.c.root(v).node; t.kind[src.id] == free && t.byPart[n.id][i] {
				wanted[src] = true
			}
		}
	}
	if own < 2 {
		return nil
	}
	r := &plannedRegion{}
	for _, n := range t.c.nodes {
		if wanted[n] {
			r.nodes = append(r.nodes, n)
		}
	}
	samples := 1
	for samples < t.extent && (t.extent%samples != 0 || elements/own/t.extent*samples < blockWork) {
		samples++
	}
	if r.blocks = t.extent / samples; r.blocks < minBlocks {
		return nil
	}
	return r
}

// escapes returns the results of nodes of regions, and of free nodes, that
// must exist as a whole.
func (t *tiling) escapes(inRegion map[*node]int, planned []*plannedRegion) map[*value]bool {
	out := make(map[*value]bool)
	c := t.c
	for v := range c.isOut {
		out[v] = true
	}
	reads := func(n *node, region int) {
		for i, v := range n.inputs {
			root := c.root(v)
			src := root.node
			switch {
			case t.kind[src.id] == free:
				if region == 0 && t.kind[n.id] != free || region > 0 && !t.byPart[n.id][i] {
					out[root] = true
				}
			case inRegion[src] > 0 && (inRegion[src] != region || !t.byPart[n.id][i] || t.kind[src.id] == summing):
				out[root] = true
			}
		}
	}
	for _, n := range slices.Backward(c.nodes) {
		if inRegion[n] == 0 && t.kind[n.id] != free {
			reads(n, 0)
		}
	}
	for level, r := range planned {
		if r == nil {
			continue
		}
		for _, n := range r.nodes {
			reads(n, level+1)
		}
	}
	// What a whole free node reads is needed as a whole.
	for _, n := range slices.Backward(c.nodes) {
		if t.kind[n.id] == free && out[n.outputs[0]] {
			for _, v := range n.inputs {
				if root := c.root(v); t.kind[root.node.id] == free || inRegion[root.node] > 0 {
					out[root] = true
				}
			}
		}
	}
	return out
}
