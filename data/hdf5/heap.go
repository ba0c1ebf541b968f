package hdf5

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
)

// fractal is the heap in which newer files keep the links of a large group: a
// table of blocks that double in size from row to row.
type fractal struct {
	*blocks
	// offset is the number of bytes of a place in the heap.
	offset int
	// prefix is the size of what precedes the contents of a block.
	prefix int
	// width is the number of blocks in a row; start the size of those of the
	// first two rows, and most of the largest.
	width       int
	start, most uint64
	// direct are the blocks that hold objects.
	direct []piece
}

// piece is a block: its first place in the heap, its size and its address.
type piece struct{ at, size, address uint64 }

const maxHeapBits = 62

// fractal reads the table of a heap.
func (b *blocks) fractal(address uint64) (*fractal, error) {
	size := int64(4 + 1 + 2 + 2 + 1 + 4 + 12*b.lengths + 3*b.offsets + 2 + 2 + 2 + 2)
	c, err := b.signed(address, size, "FRHP", "a heap of links")
	if err != nil {
		return nil, err
	}
	c.take(1 + 2)
	filters := c.u16()
	c.take(1 + 4 + b.lengths + b.offsets + b.lengths + b.offsets + 8*b.lengths)
	h := &fractal{blocks: b, width: c.u16(), start: c.length(), most: c.length()}
	reach := c.u16() // bits of a place
	h.offset = (reach + 7) / 8
	h.prefix = 4 + 1 + b.offsets + h.offset
	c.take(2)
	root, rows := c.address(), c.u16()
	if err := c.end(); err != nil {
		return nil, err
	}
	switch {
	case filters != 0:
		return nil, c.bad("a filtered heap of links", resave)
	case reach < 1 || reach > maxHeapBits || h.width < 2 || bits.OnesCount64(h.start) != 1 || bits.OnesCount64(h.most) != 1 ||
		h.most < h.start || bits.Len64(h.most) > reach:
		return nil, c.bad(fmt.Sprintf("a heap of %d bits, blocks of %d to %d bytes, %d in a row", reach, h.start, h.most, h.width),
			"powers of 2 that fit")
	case root == undefined:
		return h, nil
	case rows == 0:
		h.direct = []piece{{0, h.start, root}}
		return h, nil
	}
	err = h.indirect(root, 0, rows)
	slices.SortFunc(h.direct, func(a, b piece) int { return cmp.Compare(a.at, b.at) })
	return h, err
}

// indirect lists the blocks of a table that begins at a place of the heap.
func (h *fractal) indirect(address, at uint64, rows int) error {
	// Rows of small blocks, and then rows of further tables.
	small := min(rows, bits.Len64(h.most)-bits.Len64(h.start)+2)
	c, err := h.signed(address, int64(h.prefix)+int64(rows)*int64(h.width)*int64(h.offsets), "FHIB", "a table of blocks")
	if err != nil {
		return err
	}
	c.take(h.prefix - 4)
	size := h.start
	for row := range rows {
		if row > 1 {
			size *= 2
		}
		if bits.Len64(size) > maxHeapBits {
			return c.bad(fmt.Sprintf("%d rows of blocks", rows), "fewer")
		}
		for range h.width {
			child := c.address()
			switch {
			case child == undefined:
			case row < small:
				h.direct = append(h.direct, piece{at, size, child})
			default:
				// The table inside covers the size of its row, so that it has
				// fewer rows than this one.
				inner := bits.Len64(size) - bits.Len64(h.start*uint64(h.width)) + 1
				if err := h.indirect(child, at, max(1, inner)); err != nil {
					return err
				}
			}
			at += size
		}
	}
	return nil
}

// object returns the bytes that an identifier of the heap stands for.
func (h *fractal) object(id *cursor) (*cursor, error) {
	kind := id.u8()
	at := id.number(min(h.offset, 8))
	n := id.number(min(len(id.b), 8))
	if kind>>4 != 0 {
		return nil, id.bad(fmt.Sprintf("a link of storage kind %d", kind>>4), resave)
	}
	i, exact := slices.BinarySearchFunc(h.direct, at, func(p piece, at uint64) int { return cmp.Compare(p.at, at) })
	if !exact {
		i--
	}
	if i < 0 || at-h.direct[i].at >= h.direct[i].size || n > h.direct[i].size-(at-h.direct[i].at) {
		return nil, id.bad(fmt.Sprintf("a link of %d bytes at %d of a heap", n, at), "a place in one of its blocks")
	}
	return h.at(h.direct[i].address+at-h.direct[i].at, int64(n), "a link")
}
