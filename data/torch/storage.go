package torch

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cggm/data/internal/raw"
	"cggm/data/pickle"
)

// element is the type of stored numbers: a class of storages or a torch.dtype.
type element struct {
	name string
	kind raw.Kind // 0: bytes of any type
}

// storage is the memory that tensors look at.
type storage struct {
	key  string
	kind raw.Kind
	// untyped storages count bytes and leave the type to the tensor.
	untyped bool
}

// elements are the types that can be read, by the name of the storage and of
// the dtype.
var elements = map[string]element{
	"torch.BoolStorage": {"bool", raw.Bool}, "torch.bool": {"bool", raw.Bool},
	"torch.CharStorage": {"int8", raw.Int8}, "torch.int8": {"int8", raw.Int8},
	"torch.ShortStorage": {"int16", raw.Int16}, "torch.int16": {"int16", raw.Int16},
	"torch.IntStorage": {"int32", raw.Int32}, "torch.int32": {"int32", raw.Int32},
	"torch.LongStorage": {"int64", raw.Int64}, "torch.int64": {"int64", raw.Int64},
	"torch.ByteStorage": {"uint8", raw.Uint8}, "torch.uint8": {"uint8", raw.Uint8},
	"torch.uint16": {"uint16", raw.Uint16}, "torch.uint32": {"uint32", raw.Uint32}, "torch.uint64": {"uint64", raw.Uint64},
	"torch.HalfStorage": {"float16", raw.Float16}, "torch.float16": {"float16", raw.Float16},
	"torch.BFloat16Storage": {"bfloat16", raw.BFloat16}, "torch.bfloat16": {"bfloat16", raw.BFloat16},
	"torch.FloatStorage": {"float32", raw.Float32}, "torch.float32": {"float32", raw.Float32},
	"torch.DoubleStorage": {"float64", raw.Float64}, "torch.float64": {"float64", raw.Float64},
	"torch.UntypedStorage": {"untyped", 0}, "torch.storage.UntypedStorage": {"untyped", 0},
}

// elementOf returns the type that a class stands for: such a class makes its
// type of no arguments.
func elementOf(v any) (element, error) {
	if class, ok := v.(pickle.Class); ok {
		if made, err := class(nil); err == nil {
			if e, ok := made.(element); ok {
				return e, nil
			}
		}
	}
	return element{}, bad("no element type", "one of "+strings.Join(slices.Sorted(maps.Keys(elements)), ", "))
}

// refer returns the storage of a persistent id ("storage", class, key, device,
// elements), to which the older format adds a view.
func (f *File) refer(refs map[string]*storage, id any) (any, error) {
	t, ok := id.(pickle.Tuple)
	if !ok || len(t) < 5 || len(t) > 6 || t[0] != "storage" {
		return nil, bad("another reference", `("storage", class, key, device, size)`)
	}
	key, ok := t[2].(string)
	if !ok {
		return nil, bad(fmt.Sprintf("a key of type %T", t[2]), "text")
	}
	if len(t) == 6 && t[5] != nil {
		return nil, bad("a view of a storage", "a file that PyTorch 0.2 or later wrote")
	}
	e, err := elementOf(t[1])
	if err != nil {
		return nil, err
	}
	s := &storage{key: key, kind: e.kind, untyped: e.kind == 0}
	if s.untyped {
		s.kind = raw.Uint8
	}
	if known := refs[key]; known != nil {
		if *known != *s {
			return nil, bad("storage "+key+" with two types", "one")
		}
		return known, nil
	}
	refs[key] = s
	return s, nil
}
