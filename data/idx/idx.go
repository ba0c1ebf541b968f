// Package idx reads IDX files, the format of MNIST: a magic number that gives
// type and rank, the sizes of the axes, the elements, all big endian. Files
// compressed with gzip are read as well.
package idx

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"

	"cggm/data"
)

// MaxBytes bounds the uncompressed size of a file.
const MaxBytes = 1 << 30

// Read reads the file at path.
func Read(path string) (data.Array, error) {
	f, err := os.Open(path)
	if err != nil {
		return data.Array{}, fmt.Errorf("idx: %w", err)
	}
	defer func() { _ = f.Close() }()
	return Decode(f, path)
}

// Decode reads a file; name stands for it in errors.
func Decode(r io.Reader, name string) (data.Array, error) {
	in := bufio.NewReader(r)
	var plain io.Reader = in
	if head, err := in.Peek(2); err == nil && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(in)
		if err != nil {
			return data.Array{}, bad(name, "offset 0", "a damaged gzip header", "gzip or IDX", err)
		}
		plain = z
	}
	var body bytes.Buffer
	n, err := io.Copy(&body, io.LimitReader(plain, MaxBytes+1))
	if err != nil {
		return data.Array{}, bad(name, fmt.Sprintf("offset %d", n), "a damaged or cut file", "a complete one", err)
	}
	if n > MaxBytes {
		return data.Array{}, bad(name, "", "more than 1 GiB of data", "less", nil)
	}
	return parse(body.Bytes(), name)
}

func parse(b []byte, name string) (data.Array, error) {
	if len(b) < 4 || b[0] != 0 || b[1] != 0 {
		return data.Array{}, bad(name, "offset 0", fmt.Sprintf("the bytes % x", b[:min(len(b), 4)]), "0, 0, a type and a rank", nil)
	}
	kind, rank := b[2], int(b[3])
	width, ok := map[byte]int{0x08: 1, 0x09: 1, 0x0b: 2, 0x0c: 4, 0x0d: 4, 0x0e: 8}[kind]
	if !ok {
		return data.Array{}, bad(name, "offset 2", fmt.Sprintf("type %#02x", kind), "0x08, 0x09, 0x0b, 0x0c, 0x0d or 0x0e", nil)
	}
	if len(b) < 4+4*rank {
		return data.Array{}, bad(name, "offset 4", fmt.Sprintf("%d bytes", len(b)-4), fmt.Sprintf("the sizes of %d axes", rank), nil)
	}
	shape := make([]int, rank)
	for i := range shape {
		shape[i] = int(binary.BigEndian.Uint32(b[4+4*i:]))
	}
	values := b[4+4*rank:]
	n, err := data.Elements(shape)
	if err != nil || n > len(values)/width || n*width != len(values) {
		return data.Array{}, bad(name, "offset 4", fmt.Sprintf("shape %v and %d bytes of elements", shape, len(values)),
			fmt.Sprintf("elements of %d bytes for every position", width), err)
	}
	return data.Array{Shape: shape, Values: elements(kind, values, n)}, nil
}

func elements(kind byte, b []byte, n int) any {
	switch kind {
	case 0x08:
		return append([]uint8{}, b...)
	case 0x09:
		return each(n, func(i int) int8 { return int8(b[i]) })
	case 0x0b:
		return each(n, func(i int) int16 { return int16(binary.BigEndian.Uint16(b[2*i:])) })
	case 0x0c:
		return each(n, func(i int) int32 { return int32(binary.BigEndian.Uint32(b[4*i:])) })
	case 0x0d:
		return each(n, func(i int) float32 { return math.Float32frombits(binary.BigEndian.Uint32(b[4*i:])) })
	default:
		return each(n, func(i int) float64 { return math.Float64frombits(binary.BigEndian.Uint64(b[8*i:])) })
	}
}

func each[T any](n int, at func(i int) T) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = at(i)
	}
	return out
}

func bad(name, where, found, want string, cause error) error {
	return &data.FileError{Path: name, Where: where, Found: found, Want: want, Err: cause}
}
