package cpu_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"pgregory.net/rapid"

	"cggm/backend/cpu"
	"cggm/backend/cpu/internal/twin"
)

// contraction names the axes of a product.
type contraction struct {
	xContract, xBatch, yContract, yBatch []int
}

func (c contraction) of(x, y twin.Array) twin.Array {
	return twin.Dot(x, c.xContract, c.xBatch, y, c.yContract, c.yBatch)
}

func (c contraction) build(f compute.Function, x, y compute.Value) (compute.Value, error) {
	return f.DotGeneral(x, c.xContract, c.xBatch, y, c.yContract, c.yBatch, compute.DotGeneralConfig{})
}

func (c contraction) operation() operation {
	return one(func(f compute.Function, in ...compute.Value) (compute.Value, error) { return c.build(f, in[0], in[1]) })
}

// bound is how far sums of products may be from their twin: the rounding of
// every product and of every addition, in runs of 512 terms for float32.
func bound(d dtypes.DType, length int, magnitude twin.Array) twin.Array {
	steps := float64(length + 2)
	if d == dtypes.Float32 && length > 512 {
		steps = float64(512 + (length+511)/512 + 2)
	}
	return twin.Map(func(x ...float64) float64 { return steps * epsilon(d) / 2 * x[0] }, magnitude)
}

func magnitudes(x twin.Array) twin.Array {
	return twin.Map(func(x ...float64) float64 { return math.Abs(x[0]) }, x)
}

// near compares a result with its twin's, alone, among loops and in small
// blocks. Numbers that are not finite must be the same.
func near(t failing, b compute.Backend, op operation, want typed, bound twin.Array, inputs ...typed) {
	t.Helper()
	check := func(how string, got []typed) {
		t.Helper()
		g := got[0]
		if len(got) != 1 || g.dtype != want.dtype || !slices.Equal(g.Dims, want.Dims) {
			t.Fatalf("%s: %d results, the first (%s)%v, want one (%s)%v", how, len(got), g.dtype, g.Dims, want.dtype, want.Dims)
		}
		for i, w := range want.Data {
			if twin.Same(g.Data[i], w) || !math.IsInf(w, 0) && math.Abs(g.Data[i]-w) <= bound.Data[i] {
				continue
			}
			t.Fatalf("%s: element %d of (%s)%v: %g, want %g within %g", how, i, want.dtype, want.Dims, g.Data[i], w, bound.Data[i])
		}
	}
	check("alone", evaluate(t, b, op, inputs...))
	dressed := append([]typed{single(twin.Scalar(1))}, inputs...)
	check("fused", evaluate(t, b, fused(op), dressed...))
	restore := cpu.SmallBlocks()
	defer restore()
	check("in small blocks", evaluate(t, b, fused(op), dressed...))
}

// waves are numbers of both signs without a pattern along any axis.
func waves(dims ...int) twin.Array {
	n := 0.
	return twin.Of(dims, func([]int) float64 { n++; return math.Sin(n*n*.37 + n) })
}

// wholes are small numbers whose products and sums float32 holds exactly.
func wholes(d dtypes.DType, dims ...int) typed {
	n := 0
	return as(d, twin.Of(dims, func([]int) float64 {
		n++
		v := float64(n * n * 7 % 11)
		if !d.IsUnsigned() {
			v -= 5
		}
		return v
	}))
}

// drawProduct draws the axes of a product in any order.
func drawProduct(t *rapid.T) (c contraction, x, y []int) {
	draw := func(name string, most int) []int {
		return rapid.SliceOfN(rapid.OneOf(rapid.IntRange(1, 4), rapid.SampledFrom([]int{0, 1, 8, 9})), 0, most).Draw(t, name)
	}
	batch, inner := draw("batch", 2), draw("inner", 2)
	place := func(name string, free []int) (dims, contracted, batched []int) {
		own := slices.Concat(batch, inner, free)
		order := rapid.Permutation(rising(len(own))).Draw(t, name+" order")
		dims = make([]int, len(own))
		for i, at := range order {
			dims[at] = own[i]
		}
		return dims, order[len(batch) : len(batch)+len(inner)], order[:len(batch)]
	}
	x, c.xContract, c.xBatch = place("left", draw("left", 2))
	y, c.yContract, c.yBatch = place("right", draw("right", 2))
	return c, x, y
}

// productTypes are the dtypes of products.
var productTypes = append([]dtypes.DType{dtypes.Float32, dtypes.Float32, dtypes.Float32}, numeric.list()...)

// Products of any rank, with any axes in any order, also of nothing: sums over
// no terms are zero.
func TestDotGeneral(t *testing.T) {
	b := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom(productTypes).Draw(t, "dtype")
		c, left, right := drawProduct(t)
		x, y := wholes(d, left...), wholes(d, right...)
		expect(t, b, c.operation(), []typed{as(d, c.of(x.Array, y.Array))}, 0, x, y)
	})
}

// The kernel of float32 products reads small factors in place and packs large
// ones, by their number of rows (about 2x12), columns (160) and terms (64, 512),
// and cuts more than 2^20 multiplications into tasks.
func TestMatrixProduct(t *testing.T) {
	b := engine(t)
	for _, s := range []struct{ m, k, n int }{
		{1, 1, 1},
		{1, 7, 1},
		{1, 513, 1},
		{1, 5, 300},
		{300, 5, 1},
		{300, 1, 300},
		{2, 1500, 3},
		{1000, 2, 3},
		{3, 2, 1000},
		{5, 8, 5},
		{17, 40, 17},
		{64, 8, 64},
		{33, 40, 65},
		{12, 64, 160},
		{13, 65, 161},
		{24, 64, 161},
		{25, 65, 161},
		{48, 65, 161},
		{49, 66, 175},
		{31, 511, 33},
		{31, 512, 33},
		{31, 513, 33},
		{30, 1030, 20},
		{150, 70, 170},
		{145, 100, 161},
		{64, 128, 128},
		{65, 128, 129},
		{128, 256, 64},
		{289, 65, 161},
		{16, 256, 128},
		{16, 257, 128},
	} {
		for layout := range 4 {
			x, y := []int{s.m, s.k}, []int{s.k, s.n}
			c := contraction{xContract: []int{1}, yContract: []int{0}}
			if layout&1 > 0 {
				x, c.xContract = []int{s.k, s.m}, []int{0}
			}
			if layout&2 > 0 {
				y, c.yContract = []int{s.n, s.k}, []int{1}
			}
			if layout > 0 && s.m*s.k*s.n > 500_000 && layout != 1+s.m%3 {
				continue
			}
			t.Run(fmt.Sprintf("%v by %v over %v and %v", x, y, c.xContract, c.yContract), func(t *testing.T) {
				left, right := single(waves(x...)), single(waves(y...))
				limit := bound(dtypes.Float32, s.k, c.of(magnitudes(left.Array), magnitudes(right.Array)))
				near(t, b, c.operation(), typed{dtypes.Float32, c.of(left.Array, right.Array)}, limit, left, right)
			})
		}
	}
}

// The other floats: float64 rounds every sum, float16 and bfloat16 the result.
func TestProductOfFloats(t *testing.T) {
	b := engine(t)
	for _, d := range floats.list() {
		for _, s := range []struct{ m, k, n int }{{1, 9, 1}, {3, 40, 5}, {17, 8, 33}, {2, 700, 3}, {40, 70, 41}} {
			t.Run(fmt.Sprintf("%s/%v", d, s), func(t *testing.T) {
				c := contraction{xContract: []int{1}, yContract: []int{1}}
				x, y := as(d, waves(s.m, s.k)), as(d, waves(s.n, s.k))
				want, size := c.of(x.Array, y.Array), c.of(magnitudes(x.Array), magnitudes(y.Array))
				limit := bound(d, s.k, size)
				if d.Bits() == 16 {
					sums := bound(dtypes.Float32, s.k, size)
					limit = twin.Map(func(v ...float64) float64 { return v[0] + epsilon(d)*math.Abs(v[1]) }, sums, want)
				}
				near(t, b, c.operation(), typed{d, want}, limit, x, y)
			})
		}
	}
}

// Products may be accumulated and given in other types than those of the
// operands; without a type the result has that of the operands.
func TestProductInOtherTypes(t *testing.T) {
	b := engine(t)
	types := []dtypes.DType{dtypes.Float32, dtypes.Float64, dtypes.Float16, dtypes.BFloat16, dtypes.Int8, dtypes.Int32}
	for _, d := range types {
		for _, sums := range types {
			for _, to := range append(types, dtypes.InvalidDType) {
				t.Run(fmt.Sprintf("%s in %s to %s", d, sums, to), func(t *testing.T) {
					c := contraction{xContract: []int{1}, yContract: []int{0}}
					x, y := wholes(d, 3, 4), wholes(d, 4, 5)
					op := one(func(f compute.Function, in ...compute.Value) (compute.Value, error) {
						return f.DotGeneral(in[0], c.xContract, nil, in[1], c.yContract, nil, compute.DotGeneralConfig{AccumulatorDType: sums, OutputDType: to})
					})
					result := to
					if to == dtypes.InvalidDType {
						result = d
					}
					expect(t, b, op, []typed{as(result, c.of(x.Array, y.Array))}, 0, x, y)
				})
			}
		}
	}
}

// A number that is not finite reaches the row or column that it stands in and
// no other, through kernels of small, packed and cut products.
func TestProductNotFinite(t *testing.T) {
	b := engine(t)
	for _, s := range []struct{ m, k, n int }{{1, 1, 1}, {5, 3, 7}, {17, 40, 9}, {50, 66, 163}} {
		for _, special := range []float64{nan, inf, -inf} {
			for _, right := range []bool{false, true} {
				t.Run(fmt.Sprintf("%v/%g/%t", s, special, right), func(t *testing.T) {
					x, y := wholes(dtypes.Float32, s.m, s.k), wholes(dtypes.Float32, s.k, s.n)
					for i, v := range y.Data {
						y.Data[i] = v + 6 // no zeros, which make NaN of infinities
					}
					for i, v := range x.Data {
						x.Data[i] = v + 6
					}
					if right {
						y.Data[len(y.Data)*2/3] = special
					} else {
						x.Data[len(x.Data)*2/3] = special
					}
					c := contraction{xContract: []int{1}, yContract: []int{0}}
					expect(t, b, c.operation(), []typed{single(c.of(x.Array, y.Array))}, 0, x, y)
				})
			}
		}
	}
	t.Run("infinity times zero, and less infinity", func(t *testing.T) {
		c := contraction{xContract: []int{1}, yContract: []int{1}}
		x, y := single(twin.Reshape(twin.Vector(inf, 1, inf, 1), 2, 2)), single(twin.Reshape(twin.Vector(0, 1, 1, inf, 1, -inf), 3, 2))
		expect(t, b, c.operation(), []typed{single(c.of(x.Array, y.Array))}, 0, x, y)
	})
}

// Products of heads, as attention makes them: queries and keys [batch, length,
// heads, width] to weights [batch, heads, length, length], and weights and
// values back.
func TestProductOfHeads(t *testing.T) {
	b := engine(t)
	for _, width := range []int{1, 8, 40, 64} {
		for _, length := range []int{1, 7, 33} {
			t.Run(fmt.Sprintf("width %d, length %d", width, length), func(t *testing.T) {
				scores := contraction{[]int{3}, []int{0, 2}, []int{3}, []int{0, 2}}
				q, k := single(waves(3, length, 2, width)), single(waves(3, length+1, 2, width))
				limit := bound(dtypes.Float32, width, scores.of(magnitudes(q.Array), magnitudes(k.Array)))
				near(t, b, scores.operation(), typed{dtypes.Float32, scores.of(q.Array, k.Array)}, limit, q, k)

				mixed := contraction{[]int{3}, []int{0, 1}, []int{1}, []int{0, 2}}
				w, v := single(waves(3, 2, length, length+1)), k
				limit = bound(dtypes.Float32, length+1, mixed.of(magnitudes(w.Array), magnitudes(v.Array)))
				near(t, b, mixed.operation(), typed{dtypes.Float32, mixed.of(w.Array, v.Array)}, limit, w, v)
			})
		}
	}
}

// Transposes, reshapes and broadcasts around products are carried out by the
// products or folded away; elementwise operations and reductions of the result
// become one with it.
func TestProductAmongMoves(t *testing.T) {
	b := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		c, left, right := drawProduct(t)
		var arrays [2]twin.Array
		var inputs []typed
		var moves []func(f compute.Function, x compute.Value) (compute.Value, error)
		for side, dims := range [][]int{left, right} {
			perm := rapid.Permutation(rising(len(dims))).Draw(t, "permutation")
			from := make([]int, len(dims))
			for i, axis := range perm {
				from[axis] = dims[i]
			}
			var kept, axes []int
			for axis, d := range from {
				if rapid.IntRange(0, 3).Draw(t, "repeated") > 0 {
					kept, axes = append(kept, d), append(axes, axis)
				}
			}
			x := wholes(dtypes.Float32, kept...)
			inputs = append(inputs, x)
			arrays[side] = twin.Transpose(twin.Broadcast(x.Array, from, axes), perm...)
			moves = append(moves, func(f compute.Function, x compute.Value) (compute.Value, error) {
				wide, err := f.BroadcastInDim(x, shapes.Make(dtypes.Float32, from...), axes)
				if err != nil {
					return nil, err
				}
				return f.Transpose(wide, perm...)
			})
		}
		y := c.of(arrays[0], arrays[1])
		perm := rapid.Permutation(rising(len(y.Dims))).Draw(t, "result")
		turned := twin.Transpose(y, perm...)
		op := func(f compute.Function, in ...compute.Value) ([]compute.Value, error) {
			x, err := moves[0](f, in[0])
			if err != nil {
				return nil, err
			}
			w, err := moves[1](f, in[1])
			if err != nil {
				return nil, err
			}
			y, err := c.build(f, x, w)
			if err != nil {
				return nil, err
			}
			moved, err := f.Transpose(y, perm...)
			if err != nil {
				return nil, err
			}
			less, err := f.Neg(moved)
			if err != nil {
				return nil, err
			}
			sum, err := f.ReduceSum(moved)
			return []compute.Value{less, sum}, err
		}
		minus := twin.Map(func(x ...float64) float64 { return -x[0] }, turned)
		expect(t, b, op, []typed{single(minus), single(twin.Reduce(turned, 0, twin.Sum))}, 0, inputs...)
	})
}

// A product may be used as it is and transposed, twice, or with itself.
func TestProductUsedTwice(t *testing.T) {
	b := engine(t)
	c := contraction{xContract: []int{1}, yContract: []int{1}}
	x := wholes(dtypes.Float32, 6, 5)
	op := func(f compute.Function, in ...compute.Value) ([]compute.Value, error) {
		gram, err := c.build(f, in[0], in[0])
		if err != nil {
			return nil, err
		}
		turned, err := f.Transpose(gram, 1, 0)
		if err != nil {
			return nil, err
		}
		again, err := c.build(f, turned, gram)
		return []compute.Value{gram, turned, again}, err
	}
	gram := c.of(x.Array, x.Array)
	expect(t, b, op, []typed{single(gram), single(twin.Transpose(gram, 1, 0)), single(c.of(gram, gram))}, 0, x)
}
