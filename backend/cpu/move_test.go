package cpu_test

import (
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"pgregory.net/rapid"

	"cggm/backend/cpu/internal/twin"
)

// movable are the dtypes whose elements are moved as they are.
var movable = []dtypes.DType{
	dtypes.Float32, dtypes.Float64, dtypes.Float16, dtypes.BFloat16, dtypes.Int8, dtypes.Int16, dtypes.Int32, dtypes.Int64,
	dtypes.Uint8, dtypes.Uint16, dtypes.Uint32, dtypes.Uint64, dtypes.Bool,
}

// drawDims draws dimensions of which some may be 0 and 1.
func drawDims(t *rapid.T, least, most int) []int {
	return rapid.SliceOfN(rapid.OneOf(rapid.IntRange(1, 6), rapid.IntRange(0, 2)), least, most).Draw(t, "dims")
}

// Whatever moves elements moves them to the right place, for any type and also
// without elements.
func TestMoving(t *testing.T) {
	b := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		dtype := rapid.SampledFrom(movable).Draw(t, "dtype")
		dims := drawDims(t, 0, 4)
		x := as(dtype, counting(dims...))
		rank := len(dims)
		check := func(want twin.Array, build func(f compute.Function, x compute.Value) (compute.Value, error)) {
			op := one(func(f compute.Function, in ...compute.Value) (compute.Value, error) { return build(f, in[0]) })
			expect(t, b, op, []typed{{dtype, want}}, 0, x)
		}

		perm := rapid.Permutation(rising(rank)).Draw(t, "permutation")
		check(twin.Transpose(x.Array, perm...), func(f compute.Function, x compute.Value) (compute.Value, error) { return f.Transpose(x, perm...) })

		flat := []int{twin.Size(dims)}
		check(twin.Reshape(x.Array, flat...), func(f compute.Function, x compute.Value) (compute.Value, error) { return f.Reshape(x, flat...) })

		wide, axes := []int{}, []int{}
		for _, d := range dims {
			for rapid.IntRange(0, 2).Draw(t, "new axis") == 0 {
				wide = append(wide, rapid.IntRange(1, 3).Draw(t, "new"))
			}
			if d == 1 {
				d = rapid.IntRange(1, 3).Draw(t, "widened")
			}
			wide, axes = append(wide, d), append(axes, len(wide))
		}
		check(twin.Broadcast(x.Array, wide, axes), func(f compute.Function, x compute.Value) (compute.Value, error) {
			return f.BroadcastInDim(x, shapes.Make(dtype, wide...), axes)
		})
		if rank == 0 {
			return
		}

		var starts, limits, steps []int
		for _, d := range dims {
			from := rapid.IntRange(0, d).Draw(t, "start")
			starts, limits = append(starts, from), append(limits, rapid.IntRange(from, d).Draw(t, "limit"))
			steps = append(steps, rapid.IntRange(1, 3).Draw(t, "step"))
		}
		check(twin.Slice(x.Array, starts, limits, steps), func(f compute.Function, x compute.Value) (compute.Value, error) {
			return f.Slice(x, starts, limits, steps)
		})

		turned := perm[:rapid.IntRange(0, rank).Draw(t, "turned")]
		check(twin.Reverse(x.Array, turned...), func(f compute.Function, x compute.Value) (compute.Value, error) { return f.Reverse(x, turned...) })
	})
}

// Padding goes before, after and between; negative padding takes away.
func TestPad(t *testing.T) {
	b := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		dtype := rapid.SampledFrom(movable).Draw(t, "dtype")
		dims := drawDims(t, 1, 3)
		x, value := as(dtype, counting(dims...)), as(dtype, twin.Scalar(1))
		var pads []twin.Padding
		var axes []compute.PadAxis
		for _, d := range dims {
			p := twin.Padding{Low: rapid.IntRange(0, 2).Draw(t, "low"), High: rapid.IntRange(0, 2).Draw(t, "high"), Interior: rapid.IntRange(0, 2).Draw(t, "interior")}
			if d > 2 && rapid.Bool().Draw(t, "less") {
				p.Low, p.High = -rapid.IntRange(0, 1).Draw(t, "taken before"), -rapid.IntRange(0, 1).Draw(t, "taken after")
			}
			pads, axes = append(pads, p), append(axes, compute.PadAxis{Start: p.Low, End: p.High, Interior: p.Interior})
		}
		op := one(func(f compute.Function, in ...compute.Value) (compute.Value, error) {
			return f.Pad(in[0], in[1], axes...)
		})
		expect(t, b, op, []typed{{dtype, twin.Pad(x.Array, value.Data[0], pads...)}}, 0, x, value)
	})
}

// Concatenation takes any number of arrays, empty ones among them.
func TestConcatenate(t *testing.T) {
	b := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		dtype := rapid.SampledFrom(movable).Draw(t, "dtype")
		dims := drawDims(t, 1, 3)
		axis := rapid.IntRange(0, len(dims)-1).Draw(t, "axis")
		var in []typed
		var arrays []twin.Array
		for range rapid.IntRange(1, 4).Draw(t, "arrays") {
			own := slices.Clone(dims)
			own[axis] = rapid.IntRange(0, 4).Draw(t, "length")
			in = append(in, as(dtype, counting(own...)))
			arrays = append(arrays, in[len(in)-1].Array)
		}
		op := one(func(f compute.Function, in ...compute.Value) (compute.Value, error) {
			return f.Concatenate(axis, in...)
		})
		expect(t, b, op, []typed{{dtype, twin.Concatenate(axis, arrays...)}}, 0, in...)
	})
}

// Iota counts along any axis, in every number type.
func TestIota(t *testing.T) {
	b := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		dtype := rapid.SampledFrom(numeric.list()).Draw(t, "dtype")
		dims := drawDims(t, 1, 3)
		axis := rapid.IntRange(0, len(dims)-1).Draw(t, "axis")
		op := one(func(f compute.Function, in ...compute.Value) (compute.Value, error) {
			return f.Iota(shapes.Make(dtype, dims...), axis)
		})
		expect(t, b, op, []typed{{dtype, twin.Iota(dims, axis)}}, 0)
	})
}

// Results may be parameters, constants, or the same value twice.
func TestResultsAsTheyAre(t *testing.T) {
	b := engine(t)
	x := single(counting(2, 3))
	op := func(f compute.Function, in ...compute.Value) ([]compute.Value, error) {
		c, err := f.Constant([]float32{1, 2}, 2)
		if err != nil {
			return nil, err
		}
		y, err := f.Neg(in[0])
		if err != nil {
			return nil, err
		}
		flat, err := f.Reshape(y, 6)
		return []compute.Value{in[0], c, y, y, flat, in[0], c}, err
	}
	minus := twin.Map(func(x ...float64) float64 { return -x[0] }, x.Array)
	c := single(twin.Vector(1, 2))
	expect(t, b, op, []typed{x, c, single(minus), single(minus), single(twin.Reshape(minus, 6)), x, c}, 0, x)
}
