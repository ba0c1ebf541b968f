// Package raw turns the bytes of numbers into slices, in bounded memory.
package raw

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"cggm/data"
)

// Kind is the way a number is stored.
type Kind uint8

// The kinds of stored numbers. Float16 and BFloat16 become float32.
const (
	Bool Kind = iota + 1
	Int8
	Int16
	Int32
	Int64
	Uint8
	Uint16
	Uint32
	Uint64
	Float16
	BFloat16
	Float32
	Float64
)

// Size returns the bytes of one number.
func (k Kind) Size() int {
	switch k {
	case Bool, Int8, Uint8:
		return 1
	case Int16, Uint16, Float16, BFloat16:
		return 2
	case Int32, Uint32, Float32:
		return 4
	case Int64, Uint64, Float64:
		return 8
	}
	panic(fmt.Sprintf("raw: kind %d", k))
}

// chunk is the number of bytes read and decoded at once, a multiple of 8.
const chunk = 1 << 16

// Read reads n numbers. have is the number of bytes known to be present in r,
// 0 if nobody knows: beyond it memory grows only with the bytes that come. An
// early end is io.ErrUnexpectedEOF.
func Read(r io.Reader, k Kind, order binary.ByteOrder, n int, have int64) (any, error) {
	switch k {
	case Bool:
		return read(r, 1, n, have, func(b []byte) bool { return b[0] != 0 })
	case Int8:
		return read(r, 1, n, have, func(b []byte) int8 { return int8(b[0]) })
	case Int16:
		return read(r, 2, n, have, func(b []byte) int16 { return int16(order.Uint16(b)) })
	case Int32:
		return read(r, 4, n, have, func(b []byte) int32 { return int32(order.Uint32(b)) })
	case Int64:
		return read(r, 8, n, have, func(b []byte) int64 { return int64(order.Uint64(b)) })
	case Uint8:
		return read(r, 1, n, have, func(b []byte) uint8 { return b[0] })
	case Uint16:
		return read(r, 2, n, have, order.Uint16)
	case Uint32:
		return read(r, 4, n, have, order.Uint32)
	case Uint64:
		return read(r, 8, n, have, order.Uint64)
	case Float16:
		return read(r, 2, n, have, func(b []byte) float32 { return half(order.Uint16(b)) })
	case BFloat16:
		return read(r, 2, n, have, func(b []byte) float32 { return math.Float32frombits(uint32(order.Uint16(b)) << 16) })
	case Float32:
		return read(r, 4, n, have, func(b []byte) float32 { return math.Float32frombits(order.Uint32(b)) })
	case Float64:
		return read(r, 8, n, have, func(b []byte) float64 { return math.Float64frombits(order.Uint64(b)) })
	}
	panic(fmt.Sprintf("raw: kind %d", k))
}

func read[T any](r io.Reader, size, n int, have int64, decode func([]byte) T) ([]T, error) {
	if n > math.MaxInt/size {
		return nil, fmt.Errorf("raw: %d numbers of %d bytes", n, size)
	}
	out := make([]T, 0, max(0, min(int64(n), have/int64(size))))
	buf := make([]byte, min(n*size, chunk))
	for len(out) < n {
		b := buf[:min((n-len(out))*size, len(buf))]
		if _, err := io.ReadFull(r, b); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		for i := 0; i < len(b); i += size {
			out = append(out, decode(b[i:i+size]))
		}
	}
	return out, nil
}

// half converts an IEEE 754 binary16.
func half(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exponent := uint32(h>>10) & 0x1f
	fraction := uint32(h & 0x3ff)
	switch {
	case exponent == 0x1f:
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	case exponent != 0:
		return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
	}
	// Zero and subnormals: fraction * 2^-24 is exact in float32.
	f := float32(fraction) / (1 << 24)
	return math.Float32frombits(math.Float32bits(f) | sign)
}

// Reserve returns the product of the shape after checking that n numbers of
// the given size fit into have bytes.
func Reserve(shape []int, size int, have int64) (int, error) {
	n, err := data.Elements(shape)
	if err != nil {
		return 0, err
	}
	if n > 0 && (size <= 0 || int64(n) > have/int64(size)) {
		return 0, fmt.Errorf("data: shape %v of %d-byte elements needs more than the %d bytes present", shape, size, have)
	}
	return n, nil
}
