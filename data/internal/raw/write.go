package raw

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// KindOf returns the kind of the elements of an array's values. Strings and
// unknown types are an error.
func KindOf(values any) (Kind, error) {
	switch values.(type) {
	case []bool:
		return Bool, nil
	case []int8:
		return Int8, nil
	case []int16:
		return Int16, nil
	case []int32:
		return Int32, nil
	case []int64:
		return Int64, nil
	case []uint8:
		return Uint8, nil
	case []uint16:
		return Uint16, nil
	case []uint32:
		return Uint32, nil
	case []uint64:
		return Uint64, nil
	case []float32:
		return Float32, nil
	case []float64:
		return Float64, nil
	}
	return 0, fmt.Errorf("data: cannot write %T as numbers", values)
}

// Write writes numbers in little-endian order.
func Write(w io.Writer, values any) error {
	le := binary.LittleEndian
	switch v := values.(type) {
	case []bool:
		return write(w, v, func(b []byte, x bool) []byte {
			if x {
				return append(b, 1)
			}
			return append(b, 0)
		})
	case []int8:
		return write(w, v, func(b []byte, x int8) []byte { return append(b, byte(x)) })
	case []int16:
		return write(w, v, func(b []byte, x int16) []byte { return le.AppendUint16(b, uint16(x)) })
	case []int32:
		return write(w, v, func(b []byte, x int32) []byte { return le.AppendUint32(b, uint32(x)) })
	case []int64:
		return write(w, v, func(b []byte, x int64) []byte { return le.AppendUint64(b, uint64(x)) })
	case []uint8:
		_, err := w.Write(v)
		return err
	case []uint16:
		return write(w, v, le.AppendUint16)
	case []uint32:
		return write(w, v, le.AppendUint32)
	case []uint64:
		return write(w, v, le.AppendUint64)
	case []float32:
		return write(w, v, func(b []byte, x float32) []byte { return le.AppendUint32(b, math.Float32bits(x)) })
	case []float64:
		return write(w, v, func(b []byte, x float64) []byte { return le.AppendUint64(b, math.Float64bits(x)) })
	}
	return fmt.Errorf("data: cannot write %T as numbers", values)
}

func write[T any](w io.Writer, v []T, appendTo func([]byte, T) []byte) error {
	buf := make([]byte, 0, chunk+8)
	for i, x := range v {
		buf = appendTo(buf, x)
		if len(buf) >= chunk || i == len(v)-1 {
			if _, err := w.Write(buf); err != nil {
				return err
			}
			buf = buf[:0]
		}
	}
	return nil
}
