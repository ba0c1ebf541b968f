package hdf5

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"cggm/data"
	"cggm/data/internal/raw"
)

// maxUnwritten bounds the bytes of a dataset that no byte in the file stands
// for.
const maxUnwritten = 4 << 20

// maxRatio is the most that deflate can shrink, the best of the filters.
const maxRatio = 1032

// read reads the rows [from, to), which are in the dataset.
func (d *dataset) read(b *blocks, from, to int) (data.Array, error) {
	shape, n := slices.Clone(d.shape), d.elements
	if len(shape) > 0 {
		if shape[0] = to - from; d.shape[0] > 0 {
			n = n / d.shape[0] * shape[0]
		}
	}
	if n == 0 {
		from, to = 0, 0
	}
	r, have, err := d.bytes(b, from, to, n)
	if err != nil {
		return data.Array{}, err
	}
	var values any
	switch t := d.element; {
	case t.kind != 0:
		values, err = raw.Read(r, t.kind, t.order, n, have)
	case t.text:
		values, err = t.strings(bufio.NewReader(r), n)
	case t.varying:
		values, err = b.varying(bufio.NewReader(r), n)
	default:
		return data.Array{}, &data.FileError{Found: "references to other datasets", Want: "numbers or strings; read the datasets that they name"}
	}
	var fe *data.FileError
	if err != nil && !errors.As(err, &fe) {
		err = &data.FileError{Found: "too few bytes or unreadable ones", Want: fmt.Sprintf("%d elements of %d bytes", n, d.element.size), Err: err}
	}
	return data.Array{Shape: shape, Values: values}, err
}

// bytes returns the stored form of rows [from, to), n elements, and how many
// bytes of it are known to be there.
func (d *dataset) bytes(b *blocks, from, to, n int) (io.Reader, int64, error) {
	size := d.element.size
	bad := func(have int64, err error) (io.Reader, int64, error) {
		return nil, 0, &data.FileError{
			Where: "shape", Found: fmt.Sprintf("%v of %d-byte elements", d.shape, size),
			Want: fmt.Sprintf("no more than the %d bytes that are stored for it", have), Err: err,
		}
	}
	const most = 1 << 62
	if n > most/size || d.elements > most/size {
		return bad(0, nil)
	}
	if n == 0 {
		return bytes.NewReader(nil), 0, nil
	}
	total := int64(n) * int64(size)
	start := int64(0)
	if len(d.shape) > 0 {
		start = int64(d.elements/d.shape[0]) * int64(from) * int64(size)
	}
	switch {
	case d.class == compact:
		if int64(len(d.inside)) < start+total {
			return bad(int64(len(d.inside)), nil)
		}
		return bytes.NewReader(d.inside[start : start+total]), total, nil
	case d.class == contiguous && d.address == undefined: // never written
		if total > maxUnwritten {
			return bad(0, nil)
		}
		return bytes.NewReader(filled(d.fill, size, int(total))), total, nil
	case d.class == contiguous:
		room := b.size - b.base
		if d.address > uint64(room) || d.stored > uint64(room)-d.address {
			return bad(max(0, room-int64(min(d.address, uint64(room)))), io.ErrUnexpectedEOF)
		}
		if int64(d.stored) < start+total {
			return bad(int64(d.stored), nil)
		}
		return io.NewSectionReader(b.r, b.base+int64(d.address)+start, total), total, nil
	}
	index, err := d.index(b, from, to)
	if err != nil {
		return nil, 0, err
	}
	var stored, likely int64
	for _, c := range index {
		most := c.stored
		if len(d.filters) > 0 {
			most = min(int64(d.chunks.bytes), maxRatio*most)
		}
		stored, likely = stored+most, likely+min(int64(d.chunks.bytes), 16*c.stored)
	}
	if total > max(maxUnwritten, stored) {
		return bad(stored, nil)
	}
	return &bands{b: b, d: d, chunks: index, next: from, to: to}, min(total, likely), nil
}

// strings reads n strings of fixed length.
func (t *datatype) strings(r io.Reader, n int) ([]string, error) {
	var out []string
	var b strings.Builder
	for range n {
		b.Reset()
		if _, err := io.CopyN(&b, r, int64(t.size)); err != nil {
			return nil, err
		}
		s := b.String()
		switch t.padding {
		case padNull:
			s = strings.TrimRight(s, "\x00")
		case padSpace:
			s = strings.TrimRight(s, " ")
		default:
			s, _, _ = strings.Cut(s, "\x00")
		}
		out = append(out, s)
	}
	return out, nil
}
