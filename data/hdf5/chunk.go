package hdf5

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"

	"cggm/data"
)

// chunks says how a dataset is cut.
type chunks struct {
	// dims are the axes of a chunk, as many as the dataset has.
	dims []int
	// bytes are those of one unpacked chunk.
	bytes int
	// address is that of the tree over the chunks, or of the only chunk.
	address uint64
	// single: there is one chunk and no tree; stored and mask belong to it.
	single bool
	stored uint64
	mask   uint32
}

// chunk is one piece of a dataset.
type chunk struct {
	// at is the place of its first element.
	at      []int
	address uint64
	stored  int64
	mask    uint32
}

// parseChunks reads the rest of the layout message of a chunked dataset.
func (d *dataset) parseChunks(c *cursor, version int) error {
	k := &d.chunks
	width, flags := 4, 0
	var axes int
	if version == 3 {
		axes, k.address = c.u8(), c.address()
	} else {
		flags, axes, width = c.u8(), c.u8(), c.u8()
	}
	if width < 1 || width > 8 || axes != len(d.shape)+1 || axes < 2 {
		return c.bad(fmt.Sprintf("chunks of %d axes for a shape of %d", axes-1, len(d.shape)), "as many, and at least one")
	}
	for range axes {
		n := c.number(width)
		if n < 1 || n > math.MaxUint32 {
			return c.bad(fmt.Sprintf("an axis of a chunk of %d", n), "1 to 2^32-1")
		}
		k.dims = append(k.dims, int(n))
	}
	if k.dims[axes-1] != d.element.size {
		return c.bad(fmt.Sprintf("chunks of %d-byte elements", k.dims[axes-1]), fmt.Sprint(d.element.size))
	}
	n, err := data.Elements(k.dims)
	if err != nil || n > math.MaxUint32 {
		return c.bad(fmt.Sprintf("chunks of shape %v", k.dims), "less than 4 GiB each")
	}
	k.bytes, k.dims = n, k.dims[:axes-1]
	if version == 3 {
		return c.end()
	}
	const onlyOne = 1
	if index := c.u8(); index != onlyOne {
		return c.bad(fmt.Sprintf("a chunk index of kind %d, which newer files have", index), "the tree of older files; "+resave)
	}
	k.single, k.stored = true, uint64(k.bytes)
	if flags&2 != 0 {
		k.stored, k.mask = c.length(), uint32(c.u32())
	}
	k.address = c.address()
	return c.end()
}

// index lists the chunks that hold rows [from, to), by place.
func (d *dataset) index(b *blocks, from, to int) ([]chunk, error) {
	var out []chunk
	keep := func(c chunk) {
		if c.at[0] < to && from < c.at[0]+d.chunks.dims[0] {
			out = append(out, c)
		}
	}
	switch {
	case d.listed != nil:
		for _, c := range d.listed {
			keep(c)
		}
		return out, nil
	case d.chunks.address == undefined: // nothing was written
	case d.chunks.single:
		keep(chunk{make([]int, len(d.shape)), d.chunks.address, int64(min(d.chunks.stored, 1<<62)), d.chunks.mask})
	default:
		if err := d.walk(b, d.chunks.address, -1, keep); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b chunk) int { return slices.Compare(a.at, b.at) })
	var stored int64
	for i, c := range out {
		if i > 0 && slices.Equal(c.at, out[i-1].at) {
			return nil, &data.FileError{Where: fmt.Sprintf("chunk %v", c.at), Found: "two chunks", Want: "one"}
		}
		if c.stored > b.size-stored {
			return nil, &data.FileError{
				Where: fmt.Sprintf("chunk %v", c.at), Found: fmt.Sprintf("chunks of more than %d bytes", stored), Want: fmt.Sprintf("no more than the file's %d", b.size),
			}
		}
		stored += c.stored
	}
	return out, nil
}

// walk calls keep for every chunk of a tree.
func (d *dataset) walk(b *blocks, address uint64, level int, keep func(chunk)) error {
	rank := len(d.shape)
	c, used, at, err := b.node(address, 1, level, 8+8*(rank+1))
	if err != nil {
		return err
	}
	for range used {
		stored, mask := c.u32(), c.u32()
		place := make([]int, rank)
		for i := range place {
			v := c.number(8)
			if at == 0 && (v >= uint64(d.shape[i]) || v%uint64(d.chunks.dims[i]) != 0) {
				return c.bad(fmt.Sprintf("a chunk at %d along axis %d", v, i), fmt.Sprintf("a multiple of %d below %d", d.chunks.dims[i], d.shape[i]))
			}
			place[i] = int(min(v, math.MaxInt))
		}
		c.take(8)
		child := c.address()
		if at == 0 {
			keep(chunk{place, child, int64(stored), uint32(mask)})
		} else if err := d.walk(b, child, at-1, keep); err != nil {
			return err
		}
	}
	return c.end()
}

// bands reads the rows of a chunked dataset in order, with one band of chunks
// in memory at a time.
type bands struct {
	b      *blocks
	d      *dataset
	chunks []chunk
	// next and to are rows.
	next, to int
	band     []byte
}

func (r *bands) Read(p []byte) (int, error) {
	for len(r.band) == 0 {
		if r.next >= r.to {
			return 0, io.EOF
		}
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.band)
	r.band = r.band[n:]
	return n, nil
}

// fill reads the band of chunks that row next is in.
func (r *bands) fill() error {
	d := r.d
	high := d.chunks.dims[0]
	start := r.next / high * high
	end := min(start+high, r.to)
	width := d.element.size // of a row, in bytes
	for _, n := range d.shape[1:] {
		width *= n
	}
	band := filled(d.fill, d.element.size, (end-r.next)*width)
	for len(r.chunks) > 0 && r.chunks[0].at[0] <= start {
		c := r.chunks[0]
		r.chunks = r.chunks[1:]
		content, err := r.content(c)
		if err != nil {
			return err
		}
		d.place(band, content, c.at, r.next, end)
	}
	r.band, r.next = band, end
	return nil
}

// content reads and unpacks a chunk.
func (r *bands) content(c chunk) ([]byte, error) {
	bad := func(found, want string, err error) error {
		return &data.FileError{Where: fmt.Sprintf("chunk %v at %s", c.at, place(c.address)), Found: found, Want: want, Err: err}
	}
	size := r.b.size - r.b.base
	if c.address > uint64(size) || c.stored > size-int64(c.address) {
		return nil, bad(fmt.Sprintf("%d bytes beyond the end", c.stored), "a place in the file", io.ErrUnexpectedEOF)
	}
	if n := int64(r.d.chunks.bytes); n > max(maxUnwritten, maxRatio*c.stored) {
		return nil, bad(fmt.Sprintf("%d bytes for a chunk of %d", c.stored, n), fmt.Sprintf("at least %d", n/maxRatio), io.ErrUnexpectedEOF)
	}
	packed := make([]byte, c.stored)
	if _, err := r.b.r.ReadAt(packed, r.b.base+int64(c.address)); err != nil {
		return nil, bad("unreadable bytes", "a chunk", err)
	}
	content, err := unpack(r.d.filters, c.mask, packed, r.d.chunks.bytes)
	if err != nil {
		return nil, bad("damaged bytes", fmt.Sprintf("%d after the filters", r.d.chunks.bytes), err)
	}
	return content, nil
}

// place copies the rows [from, to) of a chunk to the band that starts at row
// from.
func (d *dataset) place(band, content []byte, at []int, from, to int) {
	rank := len(d.shape)
	count := make([]int, rank) // of elements to copy along each axis
	for i := range count {
		count[i] = min(d.chunks.dims[i], d.shape[i]-at[i])
	}
	skip := max(0, from-at[0])
	count[0] = min(at[0]+d.chunks.dims[0], to) - at[0] - skip
	run := count[rank-1] * d.element.size
	index := make([]int, rank) // of the first element of a run
	for {
		source, target := 0, 0
		for i := range rank {
			s, t := index[i], at[i]+index[i]
			if i == 0 {
				s, t = s+skip, t+skip-from
			}
			source, target = source*d.chunks.dims[i]+s, target*d.shape[i]+t
		}
		copy(band[target*d.element.size:][:run], content[source*d.element.size:][:run])
		axis := rank - 2
		for ; axis >= 0; axis-- {
			if index[axis]++; index[axis] < count[axis] {
				break
			}
			index[axis] = 0
		}
		if axis < 0 {
			return
		}
	}
}

// filled returns n bytes of the repeated element.
func filled(element []byte, size, n int) []byte {
	out := make([]byte, n)
	if len(element) != size || binary.Size(element) == 0 {
		return out
	}
	for i := 0; i < n; i += size {
		copy(out[i:], element)
	}
	return out
}
