package matlab

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"cggm/data"
	"cggm/data/internal/raw"
)

// The types of data elements.
const (
	miInt8       = 1
	miUint8      = 2
	miUint16     = 4
	miInt32      = 5
	miUint32     = 6
	miMatrix     = 14
	miCompressed = 15
	miUTF8       = 16
	miUTF16      = 17
	miUTF32      = 18
)

// stored are the kinds of numbers by the type of their element.
var stored = map[int]raw.Kind{
	miInt8: raw.Int8, miUint8: raw.Uint8, 3: raw.Int16, miUint16: raw.Uint16, miInt32: raw.Int32, miUint32: raw.Uint32,
	7: raw.Float32, 9: raw.Float64, 12: raw.Int64, 13: raw.Uint64,
}

// decoder reads the elements of one matrix.
type decoder struct {
	r     io.Reader
	order binary.ByteOrder
	// left are the bytes of the matrix that are to come.
	left int64
	// likely is the number of bytes worth reserving memory for.
	likely int64
	// items counts what is in structs and cells.
	items *int
}

// element is a piece of data with its type.
type element struct {
	kind int
	size int64
	r    io.Reader
	// rest is what follows the data: padding.
	rest int64
}

func wrong(found, want string, err error) error {
	return &data.FileError{Found: found, Want: want, Err: err}
}

// next reads the tag of the next element.
func (d *decoder) next() (*element, error) {
	var b [8]byte
	if d.left < int64(len(b)) {
		return nil, wrong(fmt.Sprintf("%d bytes of a matrix", d.left), "another element of it", io.ErrUnexpectedEOF)
	}
	if _, err := io.ReadFull(d.r, b[:]); err != nil {
		return nil, wrong("damaged bytes or too few", "an element", err)
	}
	d.left -= int64(len(b))
	head := d.order.Uint32(b[:])
	if n := head >> 16; n != 0 { // up to four bytes, in the tag itself
		if n > 4 {
			return nil, wrong(fmt.Sprintf("a short element of %d bytes", n), "at most 4", nil)
		}
		return &element{kind: int(head & 0xffff), size: int64(n), r: bytes.NewReader(b[4 : 4+n])}, nil
	}
	e := &element{kind: int(head), size: int64(d.order.Uint32(b[4:]))}
	if e.size > d.left {
		return nil, wrong(fmt.Sprintf("an element of %d bytes", e.size), fmt.Sprintf("at most %d", d.left), io.ErrUnexpectedEOF)
	}
	e.r = io.LimitReader(d.r, e.size)
	e.rest = min((8-e.size%8)%8, d.left-e.size)
	d.left -= e.size + e.rest
	return e, nil
}

// skip reads what is left of an element, and its padding.
func (d *decoder) skip(e *element) error {
	if _, err := io.Copy(io.Discard, e.r); err != nil {
		return wrong("damaged bytes", "an element", err)
	}
	if _, err := io.CopyN(io.Discard, d.r, e.rest); err != nil {
		return wrong("damaged bytes", "padding", err)
	}
	return nil
}

// small reads an element of one of the given types and at most limit bytes.
func (d *decoder) small(what string, limit int64, kinds ...int) ([]byte, error) {
	e, err := d.next()
	if err != nil {
		return nil, err
	}
	fits := e.size <= limit
	for i, k := range kinds {
		if e.kind == k {
			break
		}
		fits = fits && i < len(kinds)-1
	}
	if !fits {
		return nil, wrong(fmt.Sprintf("an element of type %d and %d bytes", e.kind, e.size),
			fmt.Sprintf("%s: type %d, at most %d bytes", what, kinds[0], limit), nil)
	}
	b := make([]byte, e.size)
	if _, err := io.ReadFull(e.r, b); err != nil {
		return nil, wrong("damaged bytes or too few", what, err)
	}
	return b, d.skip(e)
}

// ints reads an element of 32-bit integers, each at least 0.
func (d *decoder) ints(what string, most int) ([]int, error) {
	b, err := d.small(what, int64(4*most), miInt32, miUint32)
	if err != nil {
		return nil, err
	}
	out := make([]int, len(b)/4)
	for i := range out {
		v := int32(d.order.Uint32(b[4*i:]))
		if v < 0 {
			return nil, wrong(fmt.Sprintf("%s of %d", what, v), "0 or more", nil)
		}
		out[i] = int(v)
	}
	return out, nil
}

// numbers reads an element of numbers, as they are stored.
func (d *decoder) numbers() (any, error) {
	e, err := d.next()
	if err != nil {
		return nil, err
	}
	kind, ok := stored[e.kind]
	if !ok || e.size%int64(kind.Size()) != 0 {
		return nil, wrong(fmt.Sprintf("an element of type %d and %d bytes", e.kind, e.size), "whole numbers of a type of 1 to 13", nil)
	}
	values, err := raw.Read(e.r, kind, d.order, int(e.size)/kind.Size(), min(e.size, d.likely))
	if err != nil {
		return nil, wrong("damaged bytes or too few", fmt.Sprintf("%d bytes of numbers", e.size), err)
	}
	return values, d.skip(e)
}
