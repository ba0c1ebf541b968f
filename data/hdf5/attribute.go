package hdf5

import (
	"fmt"

	"cggm/data"
)

// Attribute reads the named attribute of a dataset, or of a group, whose name
// may be "" for the root; ok is false if there is none of that name.
func (f *File) Attribute(object, name string) (a data.Array, ok bool, err error) {
	h, isGroup := f.groups[object]
	if !isGroup {
		d, err := f.dataset(object)
		if err != nil {
			return a, false, err
		}
		h = d.header
	}
	b := f.blocks.fresh()
	for _, m := range h {
		if m.kind != msgAttribute || m.shared {
			continue
		}
		got, d, err := b.attribute(m.open(), name)
		if err == nil && got != name {
			continue
		}
		if err == nil {
			a, err = d.read(b, 0, d.rows())
		}
		if err != nil {
			return data.Array{}, false, f.located(err, object+" attribute "+name)
		}
		return a, true, nil
	}
	return a, false, nil
}

// attribute reads an attribute message as a compact dataset. Of one with
// another name than want it reads the name only.
func (b *blocks) attribute(c *cursor, want string) (string, *dataset, error) {
	version, flags := c.u8(), c.u8()
	sizes := [3]int{c.u16(), c.u16(), c.u16()} // of name, type and shape
	if version == 3 {
		c.take(1) // encoding of the name
	}
	if version < 1 || version > 3 {
		return "", nil, c.bad(fmt.Sprintf("version %d of an attribute", version), "1 to 3")
	}
	var parts [3][]byte
	for i, n := range sizes {
		parts[i] = c.take(n)
		if version == 1 {
			c.take((8 - n%8) % 8)
		}
	}
	if err := c.end(); err != nil {
		return "", nil, err
	}
	name, _ := text(append(parts[0], 0), 0)
	if name != want {
		return name, nil, nil
	}
	element := c.over(parts[1])
	var err error
	if flags&1 != 0 {
		if element, err = b.shared(element); err != nil {
			return "", nil, err
		}
	}
	d := &dataset{class: compact, inside: c.b}
	if d.element, err = parseType(element); err != nil {
		return "", nil, err
	}
	if d.shape, err = parseSpace(c.over(parts[2])); err != nil {
		return "", nil, err
	}
	if d.elements, err = data.Elements(d.shape); err != nil {
		return "", nil, err
	}
	return name, d, nil
}
