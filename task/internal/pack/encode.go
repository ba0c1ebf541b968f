package pack

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"math"
)

// The file, little endian:
//
//	magic   "cggmpak1"
//	count   uint32, number of matrices
//	header  per matrix: name length uint8, name, width uint8 (1, 2: unsigned integers; 4: float32), rows uint32,
//	        cols uint32, length of its body uint32
//	body    per matrix: DEFLATE of the numbers of column 0, then of column 1, ...; within a column first the lowest byte
//	        of every number, then the next byte, ...
//
// Columns hold similar numbers and the high bytes of similar numbers are equal, which is what DEFLATE needs.
const (
	magic      = "cggmpak1"
	maxInflate = 1032 // DEFLATE cannot expand by more
)

// Encode packs the matrices. Decode gives the same bits back.
func Encode(matrices []Matrix) ([]byte, error) {
	var header, bodies bytes.Buffer
	header.WriteString(magic)
	header.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(matrices))))
	for _, m := range matrices {
		if err := m.check(); err != nil {
			return nil, err
		}
		body, err := deflate(planes(m))
		if err != nil {
			return nil, fmt.Errorf("pack: compress %s: %w", m.Name, err)
		}
		bodies.Write(body)
		header.WriteByte(byte(len(m.Name)))
		header.WriteString(m.Name)
		header.WriteByte(byte(m.width()))
		for _, n := range []int{m.Rows, m.Cols, len(body)} {
			header.Write(binary.LittleEndian.AppendUint32(nil, uint32(n)))
		}
	}
	return append(header.Bytes(), bodies.Bytes()...), nil
}

// planes returns the numbers of m by column and byte.
func planes(m Matrix) []byte {
	width := m.width()
	raw := make([]byte, len(m.Values)*width)
	for i, v := range m.Values {
		bits := uint32(v)
		if width == 4 {
			bits = math.Float32bits(v)
		}
		row, col := i/m.Cols, i%m.Cols
		for b := range width {
			raw[(col*width+b)*m.Rows+row] = byte(bits >> (8 * b))
		}
	}
	return raw
}

func deflate(raw []byte) ([]byte, error) {
	var body bytes.Buffer
	w, err := flate.NewWriter(&body, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(raw); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return body.Bytes(), nil
}
