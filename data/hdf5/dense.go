package hdf5

import (
	"fmt"
	"math/bits"
)

// dense lists the links of a large group of a newer file: a tree holds their
// places in a heap.
func (w *walker) dense(name string, heap, tree uint64, depth int) error {
	h, err := w.fractal(heap)
	if err != nil {
		return err
	}
	return w.records(tree, func(record *cursor) error {
		record.take(4) // hash of the name
		link, err := h.object(record)
		if err != nil {
			return err
		}
		return w.link(name, link, depth)
	})
}

// records calls f for every record of a tree of version 2 over names.
func (b *blocks) records(address uint64, f func(*cursor) error) error {
	c, err := b.signed(address, int64(4+2+4+2+2+2+b.offsets+2+b.lengths), "BTHD", "a tree of links")
	if err != nil {
		return err
	}
	c.take(1)
	t := &tree2{blocks: b, f: f, kind: c.u8(), node: c.u32(), record: c.u16()}
	depth := c.u16()
	c.take(2)
	root, count := c.address(), c.u16()
	if err := c.end(); err != nil {
		return err
	}
	const byName, head = 5, 4 + 1 + 1 + 4
	if t.kind != byName || t.record < 1 || t.node < head+t.record || depth > maxDepth {
		return c.bad(fmt.Sprintf("a tree of kind %d, depth %d, records of %d bytes in nodes of %d", t.kind, depth, t.record, t.node), "kind 5, over names")
	}
	if root == undefined {
		return nil
	}
	// The numbers in a pointer are as wide as the most records below need.
	most := uint64((t.node - head) / t.record)
	t.counts = width(most)
	t.totals = []int{0}
	for range depth {
		last := t.totals[len(t.totals)-1]
		pointer := uint64(b.offsets + t.counts + last)
		inner := (uint64(t.node) - head - min(pointer, uint64(t.node)-head)) / (uint64(t.record) + pointer)
		high, low := bits.Mul64(inner+1, most)
		if high != 0 || low > 1<<62 || inner == 0 {
			return c.bad(fmt.Sprintf("a tree of depth %d", depth), "less deep")
		}
		most = low + inner
		t.totals = append(t.totals, width(most))
	}
	return t.walk(root, count, depth)
}

// width returns the bytes that a number up to n needs.
func width(n uint64) int { return (bits.Len64(n)-1)/8 + 1 }

// tree2 is a tree of version 2.
type tree2 struct {
	*blocks
	f                  func(*cursor) error
	kind, node, record int
	// counts is the width of the number of records of a node, totals that of
	// all below a node by its depth.
	counts int
	totals []int
}

// walk visits a node with the given number of records, and those below.
func (t *tree2) walk(address uint64, count, depth int) error {
	sign := "BTLF"
	if depth > 0 {
		sign = "BTIN"
	}
	c, err := t.signed(address, int64(t.node), sign, "a tree of links")
	if err != nil {
		return err
	}
	c.take(2)
	for range count {
		record := c.over(c.take(t.record))
		if err := c.end(); err != nil {
			return err
		}
		if err := t.f(record); err != nil {
			return err
		}
	}
	if depth == 0 {
		return nil
	}
	total := 0
	if depth > 1 {
		total = t.totals[depth-1]
	}
	for range count + 1 {
		child, below := c.address(), c.number(t.counts)
		c.take(total)
		if err := c.end(); err != nil {
			return err
		}
		if err := t.walk(child, int(below), depth-1); err != nil {
			return err
		}
	}
	return nil
}
