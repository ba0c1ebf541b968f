package cpu_test

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"pgregory.net/rapid"

	"cggm/backend/cpu/internal/twin"
)

// startTypes are dtypes of starts, with numbers far outside of any array.
var startTypes = map[dtypes.DType][]float64{
	dtypes.Int64: {-1 << 62, 1 << 62}, dtypes.Int32: {math.MinInt32, math.MaxInt32}, dtypes.Int8: {-128, 127},
	dtypes.Uint8: {255}, dtypes.Uint32: {math.MaxUint32}, dtypes.Uint64: {1 << 63},
}

// Windows whose starts the graph computes are moved inside, whatever the type
// of the starts, also in loops.
func TestDynamicSlice(t *testing.T) {
	b := engine(t)
	types := []dtypes.DType{dtypes.Int64, dtypes.Int32, dtypes.Int8, dtypes.Uint8, dtypes.Uint32, dtypes.Uint64}
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom(movable).Draw(t, "dtype")
		dims := drawDims(t, 0, 3)
		x := as(d, counting(dims...))
		var sizes, starts []int
		inputs := []typed{x}
		for _, n := range dims {
			sizes = append(sizes, rapid.IntRange(0, n).Draw(t, "size"))
			kind := rapid.SampledFrom(types).Draw(t, "start dtype")
			at := float64(rapid.IntRange(0, n).Draw(t, "start"))
			switch {
			case rapid.IntRange(0, 4).Draw(t, "far") == 0:
				at = rapid.SampledFrom(startTypes[kind]).Draw(t, "far start")
			case !kind.IsUnsigned() && rapid.IntRange(0, 4).Draw(t, "before") == 0:
				at = -1
			}
			starts = append(starts, int(min(at, 1<<62)))
			inputs = append(inputs, as(kind, twin.Scalar(at)))
		}
		inside := rapid.Bool().Draw(t, "in a loop")
		within := func(f compute.Function, x compute.Value, build func(f compute.Function, x compute.Value) compute.Value) []compute.Value {
			if !inside {
				return []compute.Value{build(f, x)}
			}
			out := closure(f, nil, func(c compute.Function, _ ...compute.Value) []compute.Value { return []compute.Value{build(c, x)} })
			return must(f.If(number(f, true), out, out))
		}
		slice := writing(func(f compute.Function, in ...compute.Value) []compute.Value {
			return within(f, in[0], func(f compute.Function, x compute.Value) compute.Value {
				return must(f.DynamicSlice(x, in[1:], sizes))
			})
		})
		expect(t, b, slice, []typed{{d, twin.DynamicSlice(x.Array, starts, sizes)}}, 0, inputs...)

		update := as(d, twin.Map(func(x ...float64) float64 { return x[0] + 1 }, counting(sizes...)))
		set := writing(func(f compute.Function, in ...compute.Value) []compute.Value {
			last := len(in) - 1
			return within(f, in[0], func(f compute.Function, x compute.Value) compute.Value {
				return must(f.DynamicUpdateSlice(x, in[last], in[1:last]))
			})
		})
		expect(t, b, set, []typed{{d, twin.DynamicUpdate(x.Array, update.Array, starts)}}, 0, append(inputs, update)...)
	})
}

// A loop that writes a row each round, with NaN in the rows around.
func TestDynamicUpdateInLoop(t *testing.T) {
	b := engine(t)
	x := single(twin.Of([]int{5, 3}, func([]int) float64 { return nan }))
	op := writing(func(f compute.Function, in ...compute.Value) []compute.Value {
		return counted(f, 4, in, func(c compute.Function, v ...compute.Value) []compute.Value {
			value := must(c.ConvertDType(v[0], dtypes.Float32))
			row := must(c.Reshape(must(c.Concatenate(0, must(c.Reshape(value, 1)), must(c.Reshape(value, 1)), must(c.Constant([]float32{7}, 1)))), 1, 3))
			return []compute.Value{must(c.DynamicUpdateSlice(v[1], row, []compute.Value{v[0], number(c, int32(0))}))}
		})
	})
	want := twin.Of([]int{5, 3}, func(at []int) float64 {
		switch {
		case at[0] > 3:
			return nan
		case at[1] == 2:
			return 7
		}
		return float64(at[0])
	})
	expect(t, b, op, []typed{single(want)}, 0, x)
}
