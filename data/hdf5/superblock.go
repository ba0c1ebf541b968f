package hdf5

import (
	"fmt"
	"io"

	"cggm/data"
)

const signature = "\x89HDF\r\n\x1a\n"

// resave is the advice for what newer files may hold and this package does not
// read.
const resave = "save it with the default settings (h5py without libver), or convert it with: h5repack in.h5 out.h5"

// superblock finds the start of the file format, which may follow a foreign
// header, and returns the address of the root group.
func (b *blocks) superblock() (root uint64, err error) {
	var head [9]byte
	for at := int64(0); ; at = max(512, 2*at) {
		if at+int64(len(head)) > b.size {
			return 0, &data.FileError{Where: "offset 0", Found: "no HDF5 signature", Want: fmt.Sprintf("%q", signature)}
		}
		if _, err := b.r.ReadAt(head[:], at); err != nil {
			return 0, &data.FileError{Where: fmt.Sprintf("offset %d", at), Found: "unreadable bytes", Want: "an HDF5 signature", Err: err}
		}
		if string(head[:8]) == signature {
			b.base = at
			break
		}
	}
	version := head[8]
	b.offsets, b.lengths = 8, 8
	c, err := b.at(0, min(b.size-b.base, 128), "superblock")
	if err != nil {
		return 0, err
	}
	c.take(9)
	switch version {
	case 0, 1:
		c.take(4)
	case 2, 3:
	default:
		return 0, c.bad(fmt.Sprintf("version %d of the file format", version), "0 to 3; "+resave)
	}
	b.offsets, b.lengths = c.u8(), c.u8()
	for _, n := range []int{b.offsets, b.lengths} {
		if n != 2 && n != 4 && n != 8 {
			return 0, c.bad(fmt.Sprintf("addresses of %d bytes and sizes of %d", b.offsets, b.lengths), "2, 4 or 8")
		}
	}
	c.offsets, c.lengths = b.offsets, b.lengths
	switch version {
	case 0:
		c.take(1 + 2 + 2 + 4)
	case 1:
		c.take(1 + 2 + 2 + 4 + 2 + 2)
	default:
		c.take(1)
	}
	base := c.address()
	c.address() // free space, or an extension
	end := c.address()
	if version < 2 {
		c.address() // driver
		c.address() // name of the root
	}
	root = c.address()
	if err := c.end(); err != nil {
		return 0, err
	}
	if base != uint64(b.base) {
		// The format allows addresses that count from elsewhere; files that
		// were moved behind a header have them.
		if base != 0 {
			return 0, c.bad(fmt.Sprintf("base address %d", base), fmt.Sprintf("%d, where the superblock is", b.base))
		}
		b.base = 0
	}
	if end > uint64(b.size) {
		return 0, &data.FileError{Where: c.where, Found: fmt.Sprintf("%d bytes of a file of %d", b.size, end), Want: "the whole file", Err: io.ErrUnexpectedEOF}
	}
	return root, nil
}
