package cpu_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"pgregory.net/rapid"

	"cggm/backend/cpu/internal/twin"
)

// reduction folds axes.
type reduction struct {
	name  string
	of    func(f compute.Function) reducer
	twin  func(a, b float64) float64
	start func(d dtypes.DType) float64
	kinds kinds
}

func always(v float64) func(dtypes.DType) float64 { return func(dtypes.DType) float64 { return v } }

// lowest and highest begin maxima and minima of arrays without elements.
func lowest(d dtypes.DType) float64 {
	switch {
	case d.IsFloat():
		return -inf
	case d.IsUnsigned():
		return 0
	}
	return -math.Exp2(float64(d.Bits() - 1))
}

func highest(d dtypes.DType) float64 {
	switch {
	case d.IsFloat():
		return inf
	case d.IsUnsigned():
		return math.Exp2(float64(d.Bits())) - 1
	}
	return math.Exp2(float64(d.Bits()-1)) - 1
}

type reducer = func(x compute.Value, axes ...int) (compute.Value, error)

func bitwise(f func(a, b int64) int64) func(a, b float64) float64 {
	return func(a, b float64) float64 { return float64(f(int64(a), int64(b))) }
}

var reductions = []reduction{
	{"sum", func(f compute.Function) reducer { return f.ReduceSum }, twin.Sum, always(0), numeric},
	{"product", func(f compute.Function) reducer { return f.ReduceProduct }, twin.Product, always(1), numeric},
	{"max", func(f compute.Function) reducer { return f.ReduceMax }, largest, lowest, numeric},
	{"min", func(f compute.Function) reducer { return f.ReduceMin }, least, highest, numeric},
	{"and", func(f compute.Function) reducer { return f.ReduceLogicalAnd }, math.Min, always(1), truths},
	{"or", func(f compute.Function) reducer { return f.ReduceLogicalOr }, math.Max, always(0), truths},
	{"xor", func(f compute.Function) reducer { return f.ReduceLogicalXor }, func(a, b float64) float64 { return twin.Truth(a != b) }, always(0), truths},
	{"bits and", func(f compute.Function) reducer { return f.ReduceBitwiseAnd }, bitwise(func(a, b int64) int64 { return a & b }), always(15), whole},
	{"bits or", func(f compute.Function) reducer { return f.ReduceBitwiseOr }, bitwise(func(a, b int64) int64 { return a | b }), always(0), whole},
	{"bits xor", func(f compute.Function) reducer { return f.ReduceBitwiseXor }, bitwise(func(a, b int64) int64 { return a ^ b }), always(0), whole},
}

// small returns numbers whose sums and products every dtype holds.
func small(d dtypes.DType, r string, dims []int) typed {
	n := 0
	return as(d, twin.Of(dims, func([]int) float64 {
		n++
		switch {
		case d == dtypes.Bool:
			return float64(n * 7 % 3 % 2)
		case r == "product":
			return 1 + twin.Truth(n%29 == 3)
		case r == "sum" && d != dtypes.Int8:
			return float64(n % 2)
		case r == "sum":
			return twin.Truth(n%7 == 1)
		}
		return float64(n * 5 % 13)
	}))
}

// Every reduction, over any axes, in every type, also of arrays without
// elements.
func TestReduce(t *testing.T) {
	b := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom(reductions).Draw(t, "reduction")
		d := rapid.SampledFrom(r.kinds.list()).Draw(t, "dtype")
		dims := drawDims(t, 1, 4)
		x := small(d, r.name, dims)
		axes := rapid.Permutation(rising(len(dims))).Draw(t, "axes")[:rapid.IntRange(0, len(dims)).Draw(t, "count")]
		if r.name == "bits and" && twin.Size(dims) == 0 {
			return // its neutral element is not a number of the twin
		}
		op := one(func(f compute.Function, in ...compute.Value) (compute.Value, error) { return r.of(f)(in[0], axes...) })
		expect(t, b, op, []typed{{d, twin.Reduce(x.Array, r.start(d), r.twin, axes...)}}, 0, x)
	})
}

// Sums of many numbers err by no more than a tree of their runs; NaN and
// infinities come through wherever they are.
func TestReduceFloats(t *testing.T) {
	b := engine(t)
	for _, dims := range [][]int{{70_000}, {3, 20_000}, {20_000, 3}, {17, 33, 65}, {1, 5000, 1}, {129, 1}, {64, 8, 257}} {
		x := single(twin.Of(dims, func(at []int) float64 {
			s := 0
			for _, k := range at {
				s = s*31 + k
			}
			return math.Sin(float64(s)) + .1
		}))
		total := 0.
		for _, v := range x.Data {
			total += math.Abs(v)
		}
		for axis := -1; axis < len(dims); axis++ {
			axes := []int{axis}
			if axis < 0 {
				axes = nil
			}
			t.Run(fmt.Sprintf("sum of %v over %v", dims, axes), func(t *testing.T) {
				op := one(func(f compute.Function, in ...compute.Value) (compute.Value, error) {
					return f.ReduceSum(in[0], axes...)
				})
				want := twin.Reduce(x.Array, 0, twin.Sum, axes...)
				got := evaluate(t, b, op, x)[0]
				bound := 8 * epsilon(dtypes.Float32) * total
				for i, w := range want.Data {
					if !(math.Abs(got.Data[i]-w) <= bound) {
						t.Fatalf("element %d: %g, want %g", i, got.Data[i], w)
					}
				}
			})
		}
	}
	for _, d := range floats.list() {
		for _, special := range []float64{nan, inf, -inf} {
			for _, r := range reductions[:4] {
				t.Run(fmt.Sprintf("%s of %s with %g", r.name, d, special), func(t *testing.T) {
					for place := range 37 {
						x := as(d, twin.Of([]int{37, 3}, func(at []int) float64 {
							if at[0] == place && at[1] == 1 {
								return special
							}
							return 1 + twin.Truth(r.name != "product" && at[0]%2 > 0)
						}))
						op := one(func(f compute.Function, in ...compute.Value) (compute.Value, error) { return r.of(f)(in[0], 0) })
						match(t, "columns", evaluate(t, b, op, x), []typed{{d, twin.Reduce(x.Array, r.start(d), r.twin, 0)}}, 0)
						y := as(d, twin.Transpose(x.Array, 1, 0))
						op = one(func(f compute.Function, in ...compute.Value) (compute.Value, error) { return r.of(f)(in[0], 1) })
						match(t, "rows", evaluate(t, b, op, y), []typed{{d, twin.Reduce(x.Array, r.start(d), r.twin, 0)}}, 0)
					}
				})
			}
		}
	}
}

// The first NaN is the extremum; of equal numbers the first.
func TestArgMinMax(t *testing.T) {
	b := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom(numeric.list()).Draw(t, "dtype")
		to := rapid.SampledFrom([]dtypes.DType{dtypes.Int32, dtypes.Int64, dtypes.Uint8, dtypes.Int16, dtypes.Uint32}).Draw(t, "index dtype")
		dims := rapid.SliceOfN(rapid.IntRange(1, 6), 1, 3).Draw(t, "dims")
		axis := rapid.IntRange(0, len(dims)-1).Draw(t, "axis")
		least := rapid.Bool().Draw(t, "least")
		values := []float64{1, 2, 3, 4}
		if d.IsFloat() {
			values = []float64{-2, -1, 0, 1, 2, 3, inf, -inf, nan}
		}
		x := as(d, twin.Of(dims, func([]int) float64 { return rapid.SampledFrom(values).Draw(t, "x") }))
		op := one(func(f compute.Function, in ...compute.Value) (compute.Value, error) {
			return f.ArgMinMax(in[0], axis, to, least)
		})
		expect(t, b, op, []typed{{to, twin.ArgBest(x.Array, axis, least)}}, 0, x)
	})
}
