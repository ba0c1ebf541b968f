package cpu_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"
	"github.com/gomlx/compute/shapes"

	"cggm/backend/cpu"
	"cggm/backend/cpu/internal/twin"
)

// typed is an array whose numbers a dtype can hold.
type typed struct {
	dtype dtypes.DType
	twin.Array
}

func as(dtype dtypes.DType, a twin.Array) typed { return typed{dtype, round(dtype, a)} }

func single(a twin.Array) typed { return as(dtypes.Float32, a) }

// flat returns the numbers as a slice of the dtype's Go type.
func flat(dtype dtypes.DType, data []float64) any {
	v := reflect.MakeSlice(reflect.SliceOf(dtype.GoType()), len(data), len(data))
	for i, x := range data {
		switch e := v.Index(i); dtype {
		case dtypes.Bool:
			e.SetBool(x != 0)
		case dtypes.Float16:
			e.Set(reflect.ValueOf(float16.FromFloat64(x)))
		case dtypes.BFloat16:
			e.Set(reflect.ValueOf(bfloat16.FromFloat32(float32(x))))
		default:
			switch {
			case dtype.IsFloat():
				e.SetFloat(x)
			case x >= 0x1p63 && dtype == dtypes.Int64:
				e.SetInt(math.MaxInt64) // the nearest number of float64 is the next one
			case x >= 0x1p64 && dtype == dtypes.Uint64:
				e.SetUint(math.MaxUint64)
			case dtype.IsUnsigned():
				e.SetUint(uint64(x))
			default:
				e.SetInt(int64(x))
			}
		}
	}
	return v.Interface()
}

// numbers is the inverse of flat.
func numbers(data any) []float64 {
	v := reflect.ValueOf(data)
	out := make([]float64, v.Len())
	for i := range out {
		switch x := v.Index(i).Interface().(type) {
		case bool:
			out[i] = twin.Truth(x)
		case float16.Float16:
			out[i] = x.Float64()
		case bfloat16.BFloat16:
			out[i] = x.Float64()
		default:
			switch e := v.Index(i); {
			case e.CanFloat():
				out[i] = e.Float()
			case e.CanUint():
				out[i] = float64(e.Uint())
			default:
				out[i] = float64(e.Int())
			}
		}
	}
	return out
}

// round gives every number the nearest one that the dtype has.
func round(dtype dtypes.DType, a twin.Array) twin.Array {
	return twin.Array{Dims: slices.Clone(a.Dims), Data: numbers(flat(dtype, a.Data))}
}

// epsilon is the spacing of the numbers of a dtype above 1.
func epsilon(dtype dtypes.DType) float64 {
	switch dtype {
	case dtypes.Float64:
		return 0x1p-52
	case dtypes.Float32:
		return 0x1p-23
	case dtypes.Float16:
		return 0x1p-10
	case dtypes.BFloat16:
		return 0x1p-7
	}
	return 0
}

// operation builds what is under test.
type operation func(f compute.Function, in ...compute.Value) ([]compute.Value, error)

// one is an operation with one result.
func one(build func(f compute.Function, in ...compute.Value) (compute.Value, error)) operation {
	return func(f compute.Function, in ...compute.Value) ([]compute.Value, error) {
		y, err := build(f, in...)
		return []compute.Value{y}, err
	}
}

// failing is what tests and rapid's tests share.
type failing interface {
	Helper()
	Fatalf(format string, args ...any)
}

// raw runs an operation on flat slices and returns the results' buffers.
func raw(b compute.Backend, op operation, inputs []any, in []shapes.Shape) ([]any, []shapes.Shape, error) {
	builder := b.Builder("twin")
	f := builder.Main()
	var params []compute.Value
	for i, s := range in {
		p, err := f.Parameter(fmt.Sprintf("p%d", i), s, nil)
		if err != nil {
			return nil, nil, err
		}
		params = append(params, p)
	}
	outs, err := op(f, params...)
	if err != nil {
		return nil, nil, err
	}
	if err := f.Return(outs, nil); err != nil {
		return nil, nil, err
	}
	exe, err := builder.Compile()
	if err != nil {
		return nil, nil, err
	}
	defer exe.Finalize()
	var buffers []compute.Buffer
	for i, x := range inputs {
		buffer, err := b.BufferFromFlatData(0, x, in[i])
		if err != nil {
			return nil, nil, err
		}
		buffers = append(buffers, buffer)
	}
	results, err := exe.Execute(buffers, make([]bool, len(buffers)), 0)
	if err != nil {
		return nil, nil, err
	}
	var out []any
	var dims []shapes.Shape
	for _, r := range results {
		data, err := r.Data()
		if err != nil {
			return nil, nil, err
		}
		s, err := r.Shape()
		if err != nil {
			return nil, nil, err
		}
		out, dims = append(out, data), append(dims, s)
	}
	for i, x := range buffers {
		data, err := x.Data()
		if err != nil {
			return nil, nil, err
		}
		if !bitsEqual(data, inputs[i]) {
			return nil, nil, fmt.Errorf("input %d was overwritten", i)
		}
	}
	return out, dims, nil
}

func bitsEqual(a, b any) bool { return fmt.Sprint(a) == fmt.Sprint(b) }

// evaluate runs an operation on arrays.
func evaluate(t failing, b compute.Backend, op operation, inputs ...typed) []typed {
	t.Helper()
	var data []any
	var in []shapes.Shape
	for _, x := range inputs {
		data, in = append(data, flat(x.dtype, x.Data)), append(in, shapes.Make(x.dtype, x.Dims...))
	}
	out, dims, err := raw(b, op, data, in)
	if err != nil {
		t.Fatalf("%+v", err)
	}
	var results []typed
	for i, x := range out {
		results = append(results, typed{dims[i].DType, twin.Array{Dims: dims[i].Dimensions, Data: numbers(x)}})
	}
	return results
}

// fused puts float32 operands and results of an operation between loops, so
// that the compiler has something to fuse it with. Numbers stay what they are.
func fused(op operation) operation {
	const own = 1 // the first input is a float32 scalar one
	return func(f compute.Function, in ...compute.Value) ([]compute.Value, error) {
		times := func(x compute.Value) (compute.Value, error) {
			s, err := f.Shape(x)
			if err != nil || s.DType != dtypes.Float32 {
				return x, err
			}
			return f.Mul(x, in[0])
		}
		inner := slices.Clone(in[own:])
		for i := range inner {
			var err error
			if inner[i], err = times(inner[i]); err != nil {
				return nil, err
			}
		}
		outs, err := op(f, inner...)
		if err != nil {
			return nil, err
		}
		for i := range outs {
			if outs[i], err = times(outs[i]); err != nil {
				return nil, err
			}
		}
		return outs, nil
	}
}

// expect compares an operation with its twin's results, alone and among loops.
// tolerance is in units of the result's spacing at |want|, or at the largest
// number of the array when sums give want.
func expect(t failing, b compute.Backend, op operation, want []typed, tolerance float64, inputs ...typed) {
	t.Helper()
	match(t, "alone", evaluate(t, b, op, inputs...), want, tolerance)
	dressed := append([]typed{single(twin.Scalar(1))}, inputs...)
	match(t, "fused", evaluate(t, b, fused(op), dressed...), want, tolerance)
	restore := cpu.SmallBlocks()
	defer restore()
	match(t, "in small blocks", evaluate(t, b, fused(op), dressed...), want, tolerance)
}

func match(t failing, how string, got, want []typed, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d results, want %d", how, len(got), len(want))
	}
	for r, w := range want {
		g := got[r]
		if g.dtype != w.dtype || !slices.Equal(g.Dims, w.Dims) {
			t.Fatalf("%s: result %d is (%s)%v, want (%s)%v", how, r, g.dtype, g.Dims, w.dtype, w.Dims)
		}
		rounded, eps := round(w.dtype, w.Array), epsilon(w.dtype)
		for i, x := range w.Data {
			if twin.Same(g.Data[i], rounded.Data[i]) || math.Abs(g.Data[i]-x) <= tolerance*eps*math.Abs(x)+tolerance*tiny(w.dtype) {
				continue
			}
			t.Fatalf("%s: result %d, element %d of (%s)%v: %g, want %g", how, r, i, w.dtype, w.Dims, g.Data[i], x)
		}
	}
}

// tiny is the least positive number of a dtype.
func tiny(dtype dtypes.DType) float64 {
	switch dtype {
	case dtypes.Float64:
		return math.SmallestNonzeroFloat64
	case dtypes.Float32:
		return 0x1p-126
	case dtypes.Float16:
		return 0x1p-24
	case dtypes.BFloat16:
		return 0x1p-126
	}
	return 0
}
