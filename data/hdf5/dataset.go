package hdf5

import (
	"fmt"
	"slices"

	"cggm/data"
)

// maxAxes is that of the format.
const maxAxes = 32

// The classes of layouts.
const (
	compact    = 0
	contiguous = 1
	chunked    = 2
)

// dataset is an array in a file.
type dataset struct {
	name   string
	header header
	shape  []int
	// elements is the product of the shape.
	elements int
	element  *datatype
	class    int
	// inside are the elements of a compact dataset.
	inside []byte
	// address and stored are where the elements of a contiguous dataset are,
	// and how many bytes.
	address uint64
	stored  uint64
	chunks  chunks
	// listed are all chunks by place, where they have been listed before.
	listed  []chunk
	filters []filter
	// fill is the element for what was never written; nil: zero.
	fill []byte
}

// open returns a copy of a message's cursor, so that a message can be read
// again.
func (m *message) open() *cursor {
	c := *m.body
	return &c
}

// described returns the dataset with its description read from the header.
func (d *dataset) described(b *blocks) (*dataset, error) {
	out := &dataset{name: d.name, header: d.header}
	space, element, layout := d.header.first(msgSpace), d.header.first(msgType), d.header.first(msgLayout)
	if space == nil || element == nil {
		return nil, &data.FileError{Found: "no shape or no type", Want: "a dataset with both"}
	}
	var err error
	if out.shape, err = parseSpace(space.open()); err != nil {
		return nil, err
	}
	if out.elements, err = data.Elements(out.shape); err != nil {
		return nil, &data.FileError{Where: "shape", Found: fmt.Sprint(out.shape), Want: "sizes that an int can count", Err: err}
	}
	c := element.open()
	if element.shared {
		if c, err = b.shared(c); err != nil {
			return nil, err
		}
	}
	if out.element, err = parseType(c); err != nil {
		return nil, err
	}
	if d.header.first(msgExternal) != nil {
		return nil, &data.FileError{Found: "elements in another file", Want: "all in one: " + resave}
	}
	if m := d.header.first(msgFilters); m != nil {
		if out.filters, err = parseFilters(m.open()); err != nil {
			return nil, err
		}
	}
	if m := d.header.first(msgFill); m != nil {
		if out.fill, err = parseFill(m.open(), out.element.size); err != nil {
			return nil, err
		}
	}
	return out, out.parseLayout(layout.open())
}

// rows returns the size of the first axis, 1 for a scalar.
func (d *dataset) rows() int { return data.Array{Shape: d.shape}.Rows() }

// shared follows a type that several datasets share to where it is.
func (b *blocks) shared(c *cursor) (*cursor, error) {
	version, kind := c.u8(), c.u8()
	if version == 1 {
		c.take(6)
	}
	if version == 3 && kind != 2 {
		return nil, c.bad("a type in the heap of shared messages", resave)
	}
	address := c.address()
	if err := c.end(); err != nil {
		return nil, err
	}
	h, err := b.object(address)
	if err != nil {
		return nil, err
	}
	m := h.first(msgType)
	if m == nil || m.shared {
		return nil, c.bad("a shared type that is not there", "its address")
	}
	return m.body, nil
}

// parseSpace reads a dataspace message: the shape.
func parseSpace(c *cursor) ([]int, error) {
	version, rank, _ := c.u8(), c.u8(), c.u8()
	kind := 1
	switch version {
	case 1:
		c.take(5)
	case 2:
		kind = c.u8()
	default:
		return nil, c.bad(fmt.Sprintf("version %d of a shape", version), "1 or 2")
	}
	if rank > maxAxes {
		return nil, c.bad(fmt.Sprintf("%d axes", rank), fmt.Sprintf("at most %d", maxAxes))
	}
	if kind == 2 { // null: no element at all
		return []int{0}, c.end()
	}
	shape := make([]int, rank)
	for i := range shape {
		n := c.length()
		if n > 1<<62 {
			return nil, c.bad(fmt.Sprintf("axis %d of %d", i, n), "a size that an int can count")
		}
		shape[i] = int(n)
	}
	return shape, c.end()
}

// parseFill reads a fill value message.
func parseFill(c *cursor, size int) ([]byte, error) {
	version := c.u8()
	var defined bool
	switch version {
	case 1, 2:
		c.take(2)
		defined = c.u8() != 0 || version == 1
	case 3:
		defined = c.u8()&0x20 != 0
	default:
		return nil, c.bad(fmt.Sprintf("version %d of a fill value", version), "1 to 3")
	}
	if !defined {
		return nil, c.end()
	}
	n := c.u32()
	if n == 0 {
		return nil, c.end()
	}
	if n != size {
		return nil, c.bad(fmt.Sprintf("a fill value of %d bytes", n), fmt.Sprint(size))
	}
	return slices.Clone(c.take(n)), c.end()
}

// parseLayout reads a layout message.
func (d *dataset) parseLayout(c *cursor) error {
	version := c.u8()
	d.class = c.u8()
	if version != 3 && version != 4 {
		return c.bad(fmt.Sprintf("version %d of a layout", version), "3 or 4; "+resave)
	}
	switch d.class {
	case compact:
		d.inside = c.take(c.u16())
	case contiguous:
		d.address, d.stored = c.address(), c.length()
	case chunked:
		return d.parseChunks(c, version)
	default:
		return c.bad(fmt.Sprintf("a layout of class %d (virtual datasets are 3)", d.class), "compact, contiguous or chunked; "+resave)
	}
	if len(d.filters) > 0 {
		return c.bad("filters on a layout without chunks", "none")
	}
	return c.end()
}
