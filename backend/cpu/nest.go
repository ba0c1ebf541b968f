package cpu

import (
	"slices"
	"sync/atomic"
)

// A nest runs some steps in turn for a few products of a batch at a time, so
// that what passes between them, such as the weights of attention, stays in
// the cache and never exists as a whole.

// spanning is a step that can run for a part of a batch of products.
type spanning interface {
	// products returns the size of the batch; 0 when any that divides the
	// elements of the step will do.
	products() int
	// straightIn reports whether the step reads and writes element i of a store
	// for product i*count/length alone.
	straightIn(store, count int) bool
	// unit returns the number of elements that a part is a multiple of.
	unit() int
	// together returns how many products one call computes, 1 for loops.
	together() int
	// span runs products [from, to) of count.
	span(fr *frame, from, to, count int)
}

// nestLeast is the least length of what is worth keeping in the cache, and
// nestPart the least of a part.
var nestLeast, nestPart = 1 << 15, 1 << 13

// nests counts the nests that were compiled, for tests.
var nests atomic.Int64

// nester looks for nests among the steps of a program.
type nester struct {
	p       *program
	fixed   []bool
	writer  []int // step by store, -1: none, -2: several
	readers [][]int
}

func newNester(p *program) *nester {
	n := &nester{p: p, fixed: make([]bool, len(p.stores))}
	for _, stores := range [][]int{p.params, p.results} {
		for _, s := range stores {
			n.fixed[s] = true
		}
	}
	for s := range p.consts {
		n.fixed[s] = true
	}
	return n
}

// nest replaces steps by nests. Slots must not be planned yet.
func (p *program) nest() {
	n := newNester(p)
	n.index()
	for first := 0; first < len(p.steps); first++ {
		if st := &p.steps[first]; st.spans == nil || !slices.ContainsFunc(st.writes, func(s int) bool { return p.stores[s].len >= nestLeast }) {
			continue
		}
		if g := n.grow(first); g != nil {
			n.place(g)
			n.index()
			first-- // another step is there now
		}
	}
}

func (n *nester) index() {
	if n.writer == nil {
		n.writer, n.readers = make([]int, len(n.p.stores)), make([][]int, len(n.p.stores))
	}
	for s := range n.writer {
		n.writer[s], n.readers[s] = -1, n.readers[s][:0]
	}
	for i := range n.p.steps {
		st := &n.p.steps[i]
		for _, s := range st.writes {
			if n.writer[s] == -1 {
				n.writer[s] = i
			} else {
				n.writer[s] = -2
			}
		}
		for _, s := range st.reads {
			n.readers[s] = append(n.readers[s], i)
		}
	}
}

// group is a nest being built.
type group struct {
	members []int // steps, in order
	count   int   // products
	inner   []int // stores that nobody else reads
	at      int   // the nest runs before the step of this index
}

// grow returns the largest nest that begins with a step, nil for none.
func (n *nester) grow(first int) *group {
	g := &group{members: []int{first}, count: n.p.steps[first].spans.products()}
	for k := 0; k < len(g.members); k++ {
		for _, s := range n.p.steps[g.members[k]].writes {
			if more := n.take(g, s); more != nil {
				g = more
			}
		}
	}
	if len(g.inner) == 0 {
		return nil
	}
	return g
}

// take returns the group with the readers of a store, which then is never
// whole; nil when that cannot be.
func (n *nester) take(g *group, s int) *group {
	if n.fixed[s] || n.writer[s] < 0 || n.p.stores[s].len < nestLeast || len(n.readers[s]) == 0 || slices.Contains(g.inner, s) {
		return nil
	}
	more := &group{members: slices.Clone(g.members), count: g.count, inner: append(slices.Clone(g.inner), s)}
	for _, r := range n.readers[s] {
		spans := n.p.steps[r].spans
		if spans == nil {
			return nil
		}
		if c := spans.products(); c > 0 && more.count > 0 && c != more.count {
			return nil
		} else if c > 0 {
			more.count = c
		}
		if !slices.Contains(more.members, r) {
			more.members = append(more.members, r)
		}
	}
	slices.Sort(more.members)
	if more.count < 2 || !n.fits(more) {
		return nil
	}
	return more
}

// fits reports whether the members of a group can run next to each other, part
// after part, and finds the place.
func (n *nester) fits(g *group) bool {
	after, before := -1, len(n.p.steps)
	for _, i := range g.members {
		st := &n.p.steps[i]
		for _, s := range st.reads {
			switch w := n.writer[s]; {
			case w == -2:
				return false
			case slices.Contains(g.members, w):
				if !st.spans.straightIn(s, g.count) || !n.p.steps[w].spans.straightIn(s, g.count) {
					return false
				}
			default:
				after = max(after, w)
			}
		}
		for _, s := range st.writes {
			if n.writer[s] == -2 {
				return false
			}
			for _, r := range n.readers[s] {
				if !slices.Contains(g.members, r) {
					before = min(before, r)
				}
			}
		}
	}
	for _, s := range g.inner {
		if !n.p.steps[n.writer[s]].spans.straightIn(s, g.count) {
			return false
		}
	}
	g.at = min(before, g.members[len(g.members)-1])
	return after < g.at && n.part(g) < g.count
}

// part returns how many products run at a time.
func (n *nester) part(g *group) int {
	size := n.p.stores[g.inner[0]].len / g.count
	ok := func(part int) bool {
		for _, i := range g.members {
			if part*size%n.p.steps[i].spans.unit() != 0 {
				return false
			}
		}
		return part*size >= nestPart
	}
	part := 1
	for part < g.count && !ok(part) {
		part++
	}
	// Parts that calls need not be cut for are better, if not much larger.
	for _, i := range g.members {
		whole := n.p.steps[i].spans.together()
		if even := (part + whole - 1) / whole * whole; even < 2*part && even <= g.count && ok(even) {
			part = even
		}
	}
	return part
}

// place puts a nest in the place of its members.
func (n *nester) place(g *group) {
	nests.Add(1)
	part := n.part(g)
	s := step{name: "nest"}
	var members []step
	for _, i := range g.members {
		st := n.p.steps[i]
		members = append(members, st)
		s.name += " " + st.name
		for _, r := range st.reads {
			if !slices.Contains(g.inner, r) {
				s.reads = append(s.reads, r)
			}
		}
		s.writes = append(s.writes, st.writes...)
	}
	size := make([]int, len(g.inner)) // of a product
	for i, inner := range g.inner {
		size[i] = n.p.stores[inner].len / g.count
		n.p.stores[inner].len = size[i] * part
	}
	s.run = func(fr *frame) error {
		for from := 0; from < g.count; from += part {
			for i, inner := range g.inner {
				fr.shift[inner] = from * size[i]
			}
			for _, st := range members {
				st.spans.span(fr, from, min(from+part, g.count), g.count)
			}
		}
		return nil
	}
	steps := n.p.steps[:0] // a member has been left out before the nest comes in
	for i, st := range n.p.steps {
		if i == g.at {
			steps = append(steps, s)
		}
		if !slices.Contains(g.members, i) {
			steps = append(steps, st)
		}
	}
	clear(n.p.steps[len(steps):])
	n.p.steps = steps
}
