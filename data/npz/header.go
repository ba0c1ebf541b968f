package npz

import (
	"encoding/binary"
	"fmt"
	"io"

	"cggm/data"
	"cggm/data/internal/numpy"
)

const (
	magic = "\x93NUMPY"
	// maxHeader bounds the header text. numpy writes some 100 bytes; only
	// records with very many fields, which are refused anyway, need more.
	maxHeader = 1 << 16
)

// header is what precedes the elements of an array.
type header struct {
	numpy.Type
	shape   []int
	fortran bool
	// offset is where the elements start.
	offset int64
}

// readHeader reads the header of an array file.
func readHeader(r io.Reader, name string) (*header, error) {
	var prefix [12]byte
	if _, err := io.ReadFull(r, prefix[:10]); err != nil || string(prefix[:6]) != magic {
		return nil, &data.FileError{
			Path: name, Where: "offset 0", Found: fmt.Sprintf("%q", prefix[:6]),
			Want: fmt.Sprintf("%q, the start of an npy array", magic), Err: err,
		}
	}
	version := prefix[6]
	length, offset := int(binary.LittleEndian.Uint16(prefix[8:])), int64(10)
	switch version {
	case 1:
	case 2, 3:
		if _, err := io.ReadFull(r, prefix[10:12]); err != nil {
			return nil, &data.FileError{Path: name, Where: "offset 10", Found: "the end of the file", Want: "the header length", Err: err}
		}
		length, offset = int(binary.LittleEndian.Uint32(prefix[8:])), 12
	default:
		return nil, &data.FileError{Path: name, Where: "offset 6", Found: fmt.Sprintf("format version %d", version), Want: "1, 2 or 3"}
	}
	where := fmt.Sprintf("offset %d", offset)
	if length > maxHeader {
		return nil, &data.FileError{
			Path: name, Where: where, Found: fmt.Sprintf("a header of %d bytes", length),
			Want: fmt.Sprintf("at most %d bytes", maxHeader),
		}
	}
	text := make([]byte, length)
	if n, err := io.ReadFull(r, text); err != nil {
		return nil, &data.FileError{
			Path: name, Where: where, Found: fmt.Sprintf("%d bytes of header", n), Want: fmt.Sprint(length), Err: err,
		}
	}
	fields, err := parseDict(string(text))
	if err != nil {
		return nil, &data.FileError{Path: name, Where: where, Found: "an unreadable header", Want: "descr, fortran_order and shape", Err: err}
	}
	element, bad := numpy.Parse(fields.descr)
	if bad != nil {
		bad.Path, bad.Where = name, "dtype"
		return nil, bad
	}
	return &header{element, fields.shape, fields.fortran, offset + int64(length)}, nil
}
