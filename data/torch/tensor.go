package torch

import (
	"bufio"
	"fmt"
	"io"
	"math"

	"cggm/data"
	"cggm/data/internal/raw"
	"cggm/data/pickle"
)

// tensor is a strided look at a storage; offset and strides count elements.
type tensor struct {
	storage        *storage
	kind           raw.Kind
	offset         int
	shape, strides []int
}

// classes are the functions and types that a file may name.
var classes = makeClasses()

func makeClasses() map[string]pickle.Class {
	first := func(args []any) (any, error) {
		if len(args) == 0 {
			return nil, bad("no arguments", "a value")
		}
		return args[0], nil
	}
	out := map[string]pickle.Class{
		"torch._utils._rebuild_tensor":               func(args []any) (any, error) { return rebuild(args, 4) },
		"torch._utils._rebuild_tensor_v2":            func(args []any) (any, error) { return rebuild(args, 4) },
		"torch._utils._rebuild_tensor_v3":            func(args []any) (any, error) { return rebuild(args, 7) },
		"torch._utils._rebuild_parameter":            first,
		"torch._utils._rebuild_parameter_with_state": first,
		"torch.nn.parameter.Parameter":               first,
		"torch.Size":                                 first,
		"torch.device":                               first,
	}
	for name, e := range elements {
		out[name] = func([]any) (any, error) { return e, nil }
	}
	return out
}

// rebuild makes a tensor of (storage, offset, shape, strides, ...). With more
// than 4 arguments needed, the seventh is its dtype.
func rebuild(args []any, needed int) (any, error) {
	if len(args) < needed {
		return nil, bad(fmt.Sprintf("%d arguments of a tensor", len(args)), fmt.Sprintf("at least %d", needed))
	}
	s, ok := args[0].(*storage)
	offset, isInt := args[1].(int64)
	if !ok || !isInt || offset < 0 || offset > math.MaxInt32<<16 {
		return nil, bad(fmt.Sprintf("a tensor of %T at %v", args[0], offset), "a storage, and an offset of 0 or more")
	}
	t := &tensor{storage: s, kind: s.kind, offset: int(offset)}
	var err error
	if t.shape, err = sizes(args[2]); err != nil {
		return nil, err
	}
	if t.strides, err = sizes(args[3]); err != nil {
		return nil, err
	}
	if len(t.shape) != len(t.strides) || len(t.shape) > maxAxes {
		return nil, bad(fmt.Sprintf("%d sizes and %d strides", len(t.shape), len(t.strides)), fmt.Sprintf("one stride for each of at most %d axes", maxAxes))
	}
	if needed > 4 {
		e, err := elementOf(args[6])
		if err != nil {
			return nil, err
		}
		if t.kind = e.kind; t.kind == 0 {
			return nil, bad("a tensor without a type", "a dtype")
		}
	} else if s.untyped {
		return nil, bad("a tensor of an untyped storage", "a dtype")
	}
	return t, nil
}

// maxAxes is the highest number of axes, as in PyTorch.
const maxAxes = 64

// sizes reads a tuple of sizes or strides.
func sizes(v any) ([]int, error) {
	t, ok := v.(pickle.Tuple)
	if !ok {
		return nil, bad(fmt.Sprintf("sizes of type %T", v), "a tuple")
	}
	out := make([]int, len(t))
	for i, x := range t {
		n, ok := x.(int64)
		if !ok || n < 0 || n > math.MaxInt32<<16 {
			return nil, bad(fmt.Sprintf("the size or stride %.40v", x), "0 or more")
		}
		out[i] = int(n)
	}
	return out, nil
}

// gather reads a tensor in row-major order.
func (f *File) gather(name string, t *tensor) (data.Array, error) {
	where := "key " + name
	s, ok := f.ranges[t.storage.key]
	if !ok {
		return data.Array{}, f.bad(where, "no storage "+t.storage.key, "the values of the tensor", nil)
	}
	n, err := data.Elements(t.shape)
	if err != nil {
		return data.Array{}, f.bad(where, fmt.Sprintf("shape %v", t.shape), "sizes of axes", err)
	}
	width := int64(t.kind.Size())
	have := s.size / width
	last := int64(t.offset)
	for i, d := range t.shape {
		stride := int64(t.strides[i])
		if n == 0 || d == 1 || stride == 0 {
			continue
		}
		if steps := int64(d - 1); steps > (math.MaxInt64-last)/stride {
			last = math.MaxInt64
			break
		}
		last += int64(d-1) * stride
	}
	if n > 0 && last >= have {
		return data.Array{}, f.bad(where, fmt.Sprintf("shape %v with strides %v from element %d", t.shape, t.strides, t.offset),
			fmt.Sprintf("at most the %d elements of storage %s", have, t.storage.key), nil)
	}
	if int64(n) > f.budget/width {
		return data.Array{}, f.bad(where, fmt.Sprintf("shape %v", t.shape),
			fmt.Sprintf("at most %d bytes: a tensor that repeats its storage further needs .contiguous() before saving", f.budget), nil)
	}
	reach := int64(0)
	if n > 0 {
		reach = last - int64(t.offset) + 1
	}
	at := s.at + int64(t.offset)*width
	r := bufio.NewReader(io.NewSectionReader(f.r, at, reach*width))
	values, err := raw.Read(r, t.kind, f.order, int(reach), reach*width)
	if err != nil {
		return data.Array{}, f.bad(where, "unreadable values", fmt.Sprintf("%d bytes from offset %d", reach*width, at), err)
	}
	if n > 0 && !contiguous(t.shape, t.strides) {
		values = strided(values, t.shape, t.strides)
	}
	return data.Array{Shape: append([]int{}, t.shape...), Values: values}, nil
}

// contiguous reports whether strides are those of row-major order.
func contiguous(shape, strides []int) bool {
	step := 1
	for i := len(shape) - 1; i >= 0; i-- {
		if shape[i] != 1 && strides[i] != step {
			return false
		}
		step *= shape[i]
	}
	return true
}

// strided gathers the elements of any type.
func strided(values any, shape, strides []int) any {
	switch v := values.(type) {
	case []bool:
		return raw.Strided(v, shape, strides)
	case []int8:
		return raw.Strided(v, shape, strides)
	case []int16:
		return raw.Strided(v, shape, strides)
	case []int32:
		return raw.Strided(v, shape, strides)
	case []int64:
		return raw.Strided(v, shape, strides)
	case []uint8:
		return raw.Strided(v, shape, strides)
	case []uint16:
		return raw.Strided(v, shape, strides)
	case []uint32:
		return raw.Strided(v, shape, strides)
	case []uint64:
		return raw.Strided(v, shape, strides)
	case []float64:
		return raw.Strided(v, shape, strides)
	}
	v, _ := values.([]float32)
	return raw.Strided(v, shape, strides)
}

func bad(found, want string) error { return &data.FileError{Found: found, Want: want} }
