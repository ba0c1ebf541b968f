package hdf5

import (
	"fmt"
	"io"

	"cggm/data"
)

// varying reads n strings of any length. An element holds a length and the
// place of the bytes: the address of a collection and a number in it.
func (b *blocks) varying(r io.Reader, n int) ([]string, error) {
	heaps := make(map[uint64]map[int]string)
	var out []string
	buf := make([]byte, 4+b.offsets+4)
	for i := range n {
		if _, err := io.ReadFull(r, buf); err != nil {
			return nil, err
		}
		c := &cursor{b: buf, offsets: b.offsets}
		length, address, number := c.u32(), c.address(), c.u32()
		if address == 0 || address == undefined || length == 0 {
			out = append(out, "")
			continue
		}
		heap, ok := heaps[address]
		if !ok {
			var err error
			if heap, err = b.collection(address); err != nil {
				return nil, err
			}
			heaps[address] = heap
		}
		s, ok := heap[number]
		if !ok || length > len(s) {
			return nil, &data.FileError{
				Where: place(address), Found: fmt.Sprintf("no string %d of %d bytes for element %d", number, length, i), Want: "the string",
			}
		}
		out = append(out, s[:length])
	}
	return out, nil
}

// collection reads the objects of a global heap by number.
func (b *blocks) collection(address uint64) (map[int]string, error) {
	head := int64(8 + b.lengths)
	c, err := b.signed(address, head, "GCOL", "a heap of strings")
	if err != nil {
		return nil, err
	}
	c.take(4)
	size := c.length()
	if size < uint64(head) {
		return nil, c.bad(fmt.Sprintf("a heap of %d bytes", size), fmt.Sprintf("at least %d", head))
	}
	c, err = b.at(address+uint64(head), int64(min(size, 1<<62))-head, "a heap of strings")
	if err != nil {
		return nil, err
	}
	all := string(c.b)
	out := make(map[int]string)
	for len(c.b) >= int(head) {
		number := c.u16()
		c.take(6)
		n := c.length()
		if number == 0 { // free space to the end
			break
		}
		at := len(all) - len(c.b)
		if n > uint64(len(c.b)) {
			return nil, c.bad(fmt.Sprintf("an object of %d bytes", n), fmt.Sprintf("at most %d", len(c.b)))
		}
		out[number] = all[at : at+int(n)]
		c.take(min((int(n)+7)/8*8, len(c.b)))
	}
	return out, nil
}
