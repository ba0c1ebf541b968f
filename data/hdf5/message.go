package hdf5

import (
	"fmt"
	"io"

	"cggm/data"
)

// The messages of an object header that are read here.
const (
	msgSpace        = 0x01
	msgLinkInfo     = 0x02
	msgType         = 0x03
	msgFill         = 0x05
	msgLink         = 0x06
	msgExternal     = 0x07
	msgLayout       = 0x08
	msgFilters      = 0x0b
	msgAttribute    = 0x0c
	msgContinuation = 0x10
	msgSymbolTable  = 0x11
)

// message is one entry of an object header.
type message struct {
	kind int
	// shared: the body says where else the message is.
	shared bool
	body   *cursor
}

// header is an object: a group or a dataset.
type header []message

// first returns the body of the first message of a kind, nil if there is none.
func (h header) first(kind int) *message {
	for i := range h {
		if h[i].kind == kind {
			return &h[i]
		}
	}
	return nil
}

// object reads the object header at an address, of either version.
func (b *blocks) object(address uint64) (header, error) {
	c, err := b.at(address, min(16, max(0, b.size-b.base-int64(min(address, 1<<62)))), "object header")
	if err != nil {
		return nil, err
	}
	if string(c.b[:min(4, len(c.b))]) == "OHDR" {
		return b.object2(address)
	}
	version := c.u8()
	c.take(1)
	count := c.u16()
	c.take(4)
	size := c.u32()
	if err := c.end(); err != nil {
		return nil, err
	}
	if version != 1 {
		return nil, c.bad(fmt.Sprintf("version %d of an object header", version), "1 or 2")
	}
	var out header
	type piece struct {
		at uint64
		n  int64
	}
	// The first 12 bytes are padded to 16.
	todo := []piece{{address + 16, int64(size)}}
	for len(todo) > 0 && len(out) < count {
		c, err := b.at(todo[0].at, todo[0].n, "object header")
		if err != nil {
			return nil, err
		}
		todo = todo[1:]
		for len(c.b) >= 8 && len(out) < count {
			kind, n, flags := c.u16(), c.u16(), c.u8()
			c.take(3)
			body := c.over(c.take(n))
			if err := c.end(); err != nil {
				return nil, err
			}
			out = append(out, message{kind, flags&2 != 0, body})
			if kind == msgContinuation {
				at, n := body.address(), body.length()
				todo = append(todo, piece{at, int64(min(n, 1<<62))})
			}
		}
	}
	if len(out) < count {
		return nil, &data.FileError{
			Where: place(address), Found: fmt.Sprintf("%d messages in an object header", len(out)), Want: fmt.Sprint(count), Err: io.ErrUnexpectedEOF,
		}
	}
	return out, nil
}

// object2 reads an object header of version 2.
func (b *blocks) object2(address uint64) (header, error) {
	c, err := b.signed(address, min(64, b.size-b.base-int64(address)), "OHDR", "object header")
	if err != nil {
		return nil, err
	}
	whole := len(c.b) + 4
	version, flags := c.u8(), c.u8()
	if version != 2 {
		return nil, c.bad(fmt.Sprintf("version %d of an object header", version), "2")
	}
	if flags&0x20 != 0 {
		c.take(16) // times
	}
	if flags&0x10 != 0 {
		c.take(4) // how attributes are stored
	}
	size := c.number(1 << (flags & 3))
	if err := c.end(); err != nil {
		return nil, err
	}
	start := address + uint64(whole-len(c.b))
	c, err = b.at(start, int64(min(size, 1<<62)), "object header")
	if err != nil {
		return nil, err
	}
	var out header
	const sum = 4
	for todo := []*cursor{c}; len(todo) > 0; todo = todo[1:] {
		c := todo[0]
		least := 4
		if flags&4 != 0 {
			least = 6
		}
		for len(c.b) >= least {
			kind, n, own := c.u8(), c.u16(), c.u8()
			c.take(least - 4) // order of creation
			body := c.over(c.take(n))
			if err := c.end(); err != nil {
				return nil, err
			}
			out = append(out, message{kind, own&2 != 0, body})
			if kind != msgContinuation {
				continue
			}
			at, length := body.address(), body.length()
			next, err := b.signed(at, int64(min(length, 1<<62)), "OCHK", "continued object header")
			if err != nil {
				return nil, err
			}
			next.b = next.b[:max(0, len(next.b)-sum)]
			todo = append(todo, next)
		}
	}
	return out, nil
}
