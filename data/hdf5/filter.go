package hdf5

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"

	"cggm/data"
)

// filter is one step of packing a chunk.
type filter struct {
	id int
	// values are its settings.
	values []int
}

// The filters by their registered numbers.
const (
	deflate    = 1
	shuffle    = 2
	fletcher32 = 3
	lzf        = 32000
)

// known names the filters that others use.
var known = map[int]string{
	4: "szip", 5: "nbit", 6: "scaleoffset", 307: "bzip2", 32001: "blosc", 32004: "lz4", 32008: "bitshuffle", 32013: "zfp", 32015: "zstd", 32026: "blosc2",
}

// maxFilters is that of the format.
const maxFilters = 32

// parseFilters reads a filter message.
func parseFilters(c *cursor) ([]filter, error) {
	version, count := c.u8(), c.u8()
	if version == 1 {
		c.take(6)
	}
	if version < 1 || version > 2 || count > maxFilters {
		return nil, c.bad(fmt.Sprintf("version %d of %d filters", version, count), fmt.Sprintf("1 or 2, at most %d filters", maxFilters))
	}
	out := make([]filter, count)
	packers := 0
	for i := range out {
		f := &out[i]
		f.id = c.u16()
		name := 0
		if version == 1 || f.id >= 256 {
			name = c.u16()
		}
		c.take(2)
		values := c.u16()
		if version == 1 {
			name = (name + 7) / 8 * 8
		}
		c.take(name)
		for range values {
			if c.short {
				break
			}
			f.values = append(f.values, c.u32())
		}
		if version == 1 && values%2 == 1 {
			c.take(4)
		}
		if c.short {
			break
		}
		switch f.id {
		case deflate, lzf:
			// Twice would shrink a chunk beyond every bound on what it grows to.
			if packers++; packers > 1 {
				return nil, c.bad("two compressions, one of the other", "one")
			}
		case shuffle, fletcher32:
		default:
			name := known[f.id]
			if name == "" {
				name = "unknown"
			}
			return nil, c.bad(fmt.Sprintf("filter %d (%s)", f.id, name), "gzip, lzf, shuffle or fletcher32; convert it with: h5repack -f GZIP=4 in.h5 out.h5")
		}
	}
	return out, c.end()
}

// unpack undoes the filters of a chunk that is to have n bytes, last first; a
// bit of mask says that a filter was left out.
func unpack(filters []filter, mask uint32, b []byte, n int) ([]byte, error) {
	for i := len(filters) - 1; i >= 0; i-- {
		if mask>>i&1 != 0 {
			continue
		}
		var err error
		switch f := filters[i]; f.id {
		case deflate:
			b, err = inflated(b, n)
		case lzf:
			b, err = unlzf(b, n)
		case shuffle:
			size := 0
			if len(f.values) > 0 {
				size = f.values[0]
			}
			b = unshuffle(b, size)
		case fletcher32:
			b, err = checked(b)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(b) != n {
		return nil, fmt.Errorf("a chunk of %d bytes, want %d", len(b), n)
	}
	return b, nil
}

// inflated decompresses to at most a little more than n bytes: a checksum may
// follow the elements.
func inflated(b []byte, n int) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	const sum = 4
	var out bytes.Buffer
	if _, err := io.Copy(&out, io.LimitReader(z, int64(n)+sum+1)); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// unshuffle undoes the sorting of bytes by their place in the element.
func unshuffle(b []byte, size int) []byte {
	if size < 2 || size > len(b) {
		return b
	}
	out := make([]byte, len(b))
	n := len(b) / size
	for k := range size {
		for i, v := range b[k*n : (k+1)*n] {
			out[i*size+k] = v
		}
	}
	copy(out[n*size:], b[n*size:])
	return out
}

// checked compares the checksum at the end and cuts it off.
func checked(b []byte) ([]byte, error) {
	n := len(b) - 4
	if n < 0 {
		return nil, io.ErrUnexpectedEOF
	}
	want, got := binary.LittleEndian.Uint32(b[n:]), fletcher(b[:n])
	if got != want {
		return nil, &data.FileError{Found: fmt.Sprintf("a checksum of %#x", got), Want: fmt.Sprintf("%#x", want)}
	}
	return b[:n], nil
}

// fletcher is the checksum of the format: words are big-endian, sums are folded
// often enough not to overflow.
func fletcher(b []byte) uint32 {
	const often = 360
	var sum1, sum2 uint32
	fold := func() {
		sum1 = sum1&0xffff + sum1>>16
		sum2 = sum2&0xffff + sum2>>16
	}
	for i := 0; i+1 < len(b); {
		for k := 0; k < often && i+1 < len(b); k++ {
			sum1 += uint32(b[i])<<8 | uint32(b[i+1])
			sum2 += sum1
			i += 2
		}
		fold()
	}
	if len(b)%2 == 1 {
		sum1 += uint32(b[len(b)-1]) << 8
		sum2 += sum1
		fold()
	}
	fold()
	return sum2<<16 | sum1
}
