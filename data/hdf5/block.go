package hdf5

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"cggm/data"
)

// undefined is the address of what is not stored, whatever its width.
const undefined = ^uint64(0)

// blocks reads the structures of a file. It stops after several times the
// bytes of the file, so that structures that overlap or lead back to
// themselves come to an end.
type blocks struct {
	r    io.ReaderAt
	size int64
	base int64
	// offsets and lengths are the bytes of an address and of a size.
	offsets, lengths int
	left             int64
}

// fresh returns blocks with all of the bytes left.
func (b blocks) fresh() *blocks {
	const often, least = 4, 1 << 20
	b.left = often*b.size + least
	return &b
}

// at reads n bytes of the structure named what.
func (b *blocks) at(address uint64, n int64, what string) (*cursor, error) {
	bad := func(found, want string, err error) (*cursor, error) {
		return nil, &data.FileError{Where: place(address), Found: found, Want: want, Err: err}
	}
	if address > uint64(b.size) || n < 0 || n > b.size-b.base-int64(address) {
		return bad(fmt.Sprintf("%s of %d bytes", what, n), fmt.Sprintf("a place within the %d bytes of the file", b.size), io.ErrUnexpectedEOF)
	}
	if b.left -= n; b.left < 0 {
		return bad(what, "structures that do not repeat or overlap", nil)
	}
	buf := make([]byte, n)
	if _, err := b.r.ReadAt(buf, b.base+int64(address)); err != nil && !errors.Is(err, io.EOF) {
		return bad("unreadable bytes", what, err)
	}
	return &cursor{b: buf, offsets: b.offsets, lengths: b.lengths, where: place(address), what: what}, nil
}

// signed reads n bytes that begin with a signature.
func (b *blocks) signed(address uint64, n int64, signature, what string) (*cursor, error) {
	c, err := b.at(address, n, what)
	if err != nil {
		return nil, err
	}
	if got := c.take(len(signature)); string(got) != signature {
		return nil, &data.FileError{Where: place(address), Found: fmt.Sprintf("%q", got), Want: fmt.Sprintf("%q, the start of %s", signature, what)}
	}
	return c, nil
}

func place(address uint64) string {
	if address == undefined {
		return "an undefined address"
	}
	return fmt.Sprintf("address %#x", address)
}

// cursor reads numbers, little-endian, from the bytes of a structure. Beyond
// the end it gives zeros and remembers that in short.
type cursor struct {
	b                []byte
	offsets, lengths int
	short            bool
	where, what      string
}

// over returns a cursor over other bytes of the same structure.
func (c *cursor) over(b []byte) *cursor {
	out := *c
	out.b, out.short = b, false
	return &out
}

func (c *cursor) take(n int) []byte {
	if n < 0 || n > len(c.b) {
		c.short, c.b = true, nil
		return nil
	}
	out := c.b[:n:n]
	c.b = c.b[n:]
	return out
}

// number reads n bytes, 1 to 8.
func (c *cursor) number(n int) uint64 {
	var b [8]byte
	copy(b[:], c.take(n))
	return binary.LittleEndian.Uint64(b[:])
}

func (c *cursor) u8() int        { return int(c.number(1)) }
func (c *cursor) u16() int       { return int(c.number(2)) }
func (c *cursor) u32() int       { return int(c.number(4)) }
func (c *cursor) length() uint64 { return c.number(c.lengths) }

// address reads an address; all ones mean undefined.
func (c *cursor) address() uint64 {
	v := c.number(c.offsets)
	if c.offsets < 8 && v == 1<<(8*c.offsets)-1 {
		return undefined
	}
	return v
}

// end returns an error if the structure was too short.
func (c *cursor) end() error {
	if c.short {
		return &data.FileError{Where: c.where, Found: c.what + " that ends early", Want: "a complete one", Err: io.ErrUnexpectedEOF}
	}
	return nil
}

// bad is an error about the structure.
func (c *cursor) bad(found, want string) error {
	return &data.FileError{Where: c.where, Found: found, Want: want}
}
