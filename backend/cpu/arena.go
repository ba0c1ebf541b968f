package cpu

import (
	"reflect"

	"github.com/gomlx/compute/dtypes"
)

// slotAlign is the number of bytes that slots are a multiple of: a cache line,
// so that no two slots share one.
const slotAlign = 64

// allocate returns the memory of slots. Slots of the same type lie next to
// each other in one piece, which large pages serve well: a program touches all
// of them every time it runs.
func allocate(slots []poolKeyed) ([]any, error) {
	out := make([]any, len(slots))
	length := make(map[dtypes.DType]int)
	bytes := int64(0)
	for _, k := range slots {
		length[k.dtype] += padded(k)
		bytes += int64(padded(k)) * int64(k.dtype.GoType().Size())
	}
	if err := room(bytes); err != nil {
		return nil, err
	}
	pieces := make(map[dtypes.DType]reflect.Value)
	for i, k := range slots {
		piece, ok := pieces[k.dtype]
		if !ok {
			t, err := goType(k.dtype)
			if err != nil {
				return nil, err
			}
			piece = reflect.MakeSlice(reflect.SliceOf(t), length[k.dtype], length[k.dtype])
		}
		out[i] = piece.Slice3(0, k.len, k.len).Interface()
		pieces[k.dtype] = piece.Slice(padded(k), piece.Len())
	}
	return out, nil
}

func padded(k poolKeyed) int {
	unit := max(slotAlign/int(k.dtype.GoType().Size()), 1)
	return (k.len + unit - 1) / unit * unit
}
