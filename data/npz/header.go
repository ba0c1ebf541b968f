package npz

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"cggm/data"
	"cggm/data/internal/raw"
)

const (
	magic = "\x93NUMPY"
	// maxHeader bounds the header text. numpy writes some 100 bytes; only
	// records with very many fields, which are refused anyway, need more.
	maxHeader = 1 << 16
)

// header is what precedes the elements of an array.
type header struct {
	shape   []int
	fortran bool
	order   binary.ByteOrder
	// kind is the kind of number, 0 for strings.
	kind raw.Kind
	// unicode: elements are UTF-32, not bytes. Meaningful for strings only.
	unicode bool
	// size is the number of bytes of one element.
	size int
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
	h := &header{shape: fields.shape, fortran: fields.fortran, offset: offset + int64(length)}
	if err := h.setType(fields.descr); err != nil {
		err.Path, err.Where = name, "dtype"
		return nil, err
	}
	return h, nil
}

// setType fills in how an element of the given numpy type is stored.
func (h *header) setType(descr string) *data.FileError {
	found := fmt.Sprintf("dtype %q", descr)
	const numbers = "bool, int8 to uint64, float16 to float64, or strings"
	if len(descr) < 2 {
		return &data.FileError{Found: found, Want: numbers}
	}
	h.order = binary.LittleEndian
	if descr[0] == '>' {
		h.order = binary.BigEndian
	} else if !strings.ContainsRune("<|=", rune(descr[0])) {
		return &data.FileError{Found: found, Want: "a byte order of '<', '>', '|' or '='"}
	}
	if code := descr[1]; code == 'S' || code == 'U' || code == 'a' {
		n, err := number(descr[2:])
		if err != nil {
			return &data.FileError{Found: found, Want: "a string length", Err: err}
		}
		h.size, h.unicode = n, code == 'U'
		if h.unicode {
			h.size = 4 * n
		}
		return nil
	}
	kind, ok := kinds[descr[1:]]
	if ok {
		h.kind, h.size = kind, kind.Size()
		return nil
	}
	want := numbers
	switch descr[1] {
	case 'O':
		want = numbers + "; object arrays hold pickles: save each field as an array of its own, " +
			"ragged rows padded to one length, or read a pickle file"
	case 'c':
		want = numbers + "; save the real and the imaginary part as two arrays"
	case 'M', 'm':
		want = numbers + "; convert times with astype('int64')"
	case 'V', '[':
		want = numbers + "; save each field of a record as an array of its own"
	case 'f':
		want = numbers + "; convert with astype('float64')"
	}
	return &data.FileError{Found: found, Want: want}
}

var kinds = map[string]raw.Kind{
	"b1": raw.Bool, "?": raw.Bool,
	"i1": raw.Int8, "i2": raw.Int16, "i4": raw.Int32, "i8": raw.Int64,
	"u1": raw.Uint8, "u2": raw.Uint16, "u4": raw.Uint32, "u8": raw.Uint64,
	"f2": raw.Float16, "f4": raw.Float32, "f8": raw.Float64,
}
