package table

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"cggm/data"
)

// Bounds of a Parquet file's description of itself.
const (
	maxFooter     = 1 << 26 // bytes
	maxFooterList = 1 << 20 // elements of all lists
)

// checkFooter walks through the footer, which is in Thrift's compact protocol,
// and refuses lists that claim more elements than there are: the decoder takes
// memory for what they claim.
func checkFooter(r io.ReaderAt, size int64, name string) error {
	var end [8]byte
	if _, err := r.ReadAt(end[:], size-8); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("table: %s: %w", name, err)
	}
	bad := func(found, want string, err error) error {
		return &data.FileError{Path: name, Where: fmt.Sprintf("offset %d", size-8), Found: found, Want: want, Err: err}
	}
	length := int64(binary.LittleEndian.Uint32(end[:4]))
	switch {
	case string(end[4:]) != "PAR1":
		return bad(fmt.Sprintf("%q", end[4:]), `"PAR1": a Parquet file that is whole and not encrypted`, nil)
	case length > size-12 || length > maxFooter:
		return bad(fmt.Sprintf("a footer of %d bytes", length), fmt.Sprintf("at most %d", min(size-12, maxFooter)), nil)
	}
	footer := make([]byte, length)
	if _, err := r.ReadAt(footer, size-8-length); err != nil {
		return fmt.Errorf("table: %s: %w", name, err)
	}
	if err := (&compact{rest: footer}).skip(compactStruct, 0); err != nil {
		return bad("a damaged footer", "a whole file", err)
	}
	return nil
}

// The types of Thrift's compact protocol.
const (
	compactTrue   = 1
	compactFalse  = 2
	compactByte   = 3
	compactDouble = 7
	compactBinary = 8
	compactList   = 9
	compactSet    = 10
	compactMap    = 11
	compactStruct = 12
)

// compact skips values of Thrift's compact protocol.
type compact struct {
	rest     []byte
	elements int
}

var errCompact = errors.New("it ends too early or holds an unknown type")

func (c *compact) uvarint() (uint64, error) {
	v, n := binary.Uvarint(c.rest)
	if n <= 0 {
		return 0, errCompact
	}
	c.rest = c.rest[n:]
	return v, nil
}

func (c *compact) drop(n uint64) error {
	if n > uint64(len(c.rest)) {
		return errCompact
	}
	c.rest = c.rest[n:]
	return nil
}

func (c *compact) byte() (byte, error) {
	if len(c.rest) == 0 {
		return 0, errCompact
	}
	b := c.rest[0]
	c.rest = c.rest[1:]
	return b, nil
}

// count notes the elements of a list, of which each takes a byte at least.
func (c *compact) count(n uint64) error {
	if n > uint64(len(c.rest)) {
		return errCompact
	}
	if c.elements += int(n); c.elements > maxFooterList {
		return fmt.Errorf("more than %d columns, row groups and statistics", maxFooterList)
	}
	return nil
}

// skip passes over a value of a field, or an element of a list.
func (c *compact) skip(kind byte, depth int) error {
	if depth > 32 {
		return errors.New("it is nested too deeply")
	}
	switch kind {
	case compactTrue, compactFalse:
		return nil
	case compactByte:
		return c.drop(1)
	case 4, 5, 6: // integers
		_, err := c.uvarint()
		return err
	case compactDouble:
		return c.drop(8)
	case compactBinary:
		n, err := c.uvarint()
		if err != nil {
			return err
		}
		return c.drop(n)
	case compactList, compactSet:
		return c.skipList(depth)
	case compactMap:
		return c.skipMap(depth)
	case compactStruct:
		return c.skipStruct(depth)
	}
	return errCompact
}

func (c *compact) skipElement(kind byte, depth int) error {
	if kind == compactTrue || kind == compactFalse {
		return c.drop(1)
	}
	return c.skip(kind, depth)
}

func (c *compact) skipList(depth int) error {
	head, err := c.byte()
	if err != nil {
		return err
	}
	n := uint64(head >> 4)
	if n == 15 {
		if n, err = c.uvarint(); err != nil {
			return err
		}
	}
	if err := c.count(n); err != nil {
		return err
	}
	for range n {
		if err := c.skipElement(head&15, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (c *compact) skipMap(depth int) error {
	n, err := c.uvarint()
	if err != nil || n == 0 {
		return err
	}
	kinds, err := c.byte()
	if err == nil {
		err = c.count(n)
	}
	for i := uint64(0); i < n && err == nil; i++ {
		if err = c.skipElement(kinds>>4, depth+1); err == nil {
			err = c.skipElement(kinds&15, depth+1)
		}
	}
	return err
}

func (c *compact) skipStruct(depth int) error {
	for {
		head, err := c.byte()
		if err != nil || head == 0 {
			return err
		}
		if head>>4 == 0 { // the number of the field follows
			if _, err := c.uvarint(); err != nil {
				return err
			}
		}
		if err := c.skip(head&15, depth+1); err != nil {
			return err
		}
	}
}
