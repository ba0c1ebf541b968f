package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"

	"cggm/data"
)

// An entry is the magic, the rank, the axes, the values, and the hash of the
// key and all of these; numbers are little-endian.
const magic = "cggmfea1"

// maxRank bounds the axes of an entry.
const maxRank = 8

func encode(k Key, a data.Array) ([]byte, error) {
	values, ok := a.Values.([]float32)
	if err := a.Check(); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	if !ok || len(a.Shape) > maxRank {
		return nil, fmt.Errorf("cache: array of %s with %d axes: want float32 and at most %d", a.Type(), len(a.Shape), maxRank)
	}
	text := make([]byte, 0, len(magic)+8+8*len(a.Shape)+4*len(values)+sha256.Size)
	text = append(text, magic...)
	text = binary.LittleEndian.AppendUint64(text, uint64(len(a.Shape)))
	for _, d := range a.Shape {
		text = binary.LittleEndian.AppendUint64(text, uint64(d))
	}
	for _, v := range values {
		text = binary.LittleEndian.AppendUint32(text, math.Float32bits(v))
	}
	sum := checksum(k, text)
	return append(text, sum[:]...), nil
}

func checksum(k Key, text []byte) Key { return NewKey(k[:], text) }

// decode returns what encode wrote, false if the text is anything else.
func decode(k Key, text []byte) (data.Array, bool) {
	if len(text) < len(magic)+8+sha256.Size || string(text[:len(magic)]) != magic {
		return data.Array{}, false
	}
	body := text[:len(text)-sha256.Size]
	if sum := checksum(k, body); !bytes.Equal(sum[:], text[len(body):]) {
		return data.Array{}, false
	}
	body = body[len(magic):]
	rank := binary.LittleEndian.Uint64(body)
	body = body[8:]
	if rank > maxRank || uint64(len(body)) < 8*rank {
		return data.Array{}, false
	}
	shape := make([]int, rank)
	for i := range shape {
		shape[i] = int(binary.LittleEndian.Uint64(body[8*i:]))
	}
	body = body[8*rank:]
	n, err := data.Elements(shape)
	if err != nil || len(body)%4 != 0 || n != len(body)/4 {
		return data.Array{}, false
	}
	values := make([]float32, n)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(body[4*i:]))
	}
	return data.Array{Shape: shape, Values: values}, true
}
