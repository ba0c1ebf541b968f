package pack

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// ErrFormat says that bytes are not a packed file.
var ErrFormat = errors.New("pack: not a packed file")

// Decode returns the matrices of a packed file. The error wraps ErrFormat when the bytes are damaged.
func Decode(packed []byte) ([]Matrix, error) {
	headers, rest, err := decodeHeaders(packed)
	if err != nil {
		return nil, err
	}
	matrices := make([]Matrix, len(headers))
	for i, h := range headers {
		if h.length > len(rest) {
			return nil, fmt.Errorf("%w: %s: body of %d bytes, %d are left", ErrFormat, h.matrix.Name, h.length, len(rest))
		}
		if matrices[i], err = h.decode(rest[:h.length]); err != nil {
			return nil, err
		}
		rest = rest[h.length:]
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("%w: %d bytes after the last matrix", ErrFormat, len(rest))
	}
	return matrices, nil
}

// header is the description of one packed matrix.
type header struct {
	matrix Matrix // without values
	width  int
	length int // bytes of the body
}

func decodeHeaders(packed []byte) (headers []header, rest []byte, err error) {
	rest, ok := bytes.CutPrefix(packed, []byte(magic))
	if !ok || len(rest) < 4 {
		return nil, nil, fmt.Errorf("%w: it does not begin with %q and a count", ErrFormat, magic)
	}
	count := int64(binary.LittleEndian.Uint32(rest))
	rest = rest[4:]
	for i := range count {
		if len(rest) == 0 || len(rest) < 1+int(rest[0])+13 {
			return nil, nil, fmt.Errorf("%w: it ends within the header of matrix %d of %d", ErrFormat, i, count)
		}
		name, fields := rest[1:1+int(rest[0])], rest[1+int(rest[0]):]
		rows, cols := binary.LittleEndian.Uint32(fields[1:]), binary.LittleEndian.Uint32(fields[5:])
		length, width := binary.LittleEndian.Uint32(fields[9:]), fields[0]
		rest = fields[13:]
		if len(name) == 0 {
			return nil, nil, fmt.Errorf("%w: matrix %d has no name", ErrFormat, i)
		}
		if width != 1 && width != 2 && width != 4 {
			return nil, nil, fmt.Errorf("%w: %s: width %d, valid are 1, 2 and 4", ErrFormat, name, width)
		}
		if size := uint64(rows) * uint64(cols); size == 0 || size > math.MaxInt32 || size > uint64(length)*maxInflate {
			return nil, nil, fmt.Errorf("%w: %s: shape %dx%d in %d bytes", ErrFormat, name, rows, cols, length)
		}
		headers = append(headers, header{
			matrix: Matrix{Name: string(name), Rows: int(rows), Cols: int(cols)},
			width:  int(width), length: int(length),
		})
	}
	return headers, rest, nil
}

// decode returns the matrix with the values of its body.
func (h header) decode(body []byte) (Matrix, error) {
	m := h.matrix
	size := m.Rows * m.Cols * h.width
	raw, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(body)), int64(size)+1))
	if err != nil {
		return m, fmt.Errorf("%w: %s: inflate the body: %w", ErrFormat, m.Name, err)
	}
	if len(raw) != size {
		return m, fmt.Errorf("%w: %s: body inflates to %d bytes, want %d", ErrFormat, m.Name, len(raw), size)
	}
	m.Values = make([]float32, m.Rows*m.Cols)
	for col := range m.Cols {
		plane := raw[col*h.width*m.Rows:]
		for row := range m.Rows {
			bits := uint32(plane[row])
			for b := 1; b < h.width; b++ {
				bits |= uint32(plane[b*m.Rows+row]) << (8 * b)
			}
			v := float32(bits)
			if h.width == 4 {
				v = math.Float32frombits(bits)
			}
			m.Values[row*m.Cols+col] = v
		}
	}
	return m, nil
}
