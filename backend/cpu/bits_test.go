package cpu_test

import (
	"fmt"
	"math"
	"math/bits"
	"reflect"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"cggm/backend/cpu/internal/twin"
)

// Whole numbers divide towards zero, wrap around and shift as Go's do.
func TestWholeNumbers(t *testing.T) {
	b := engine(t)
	shift := func(y []float64) []float64 {
		out := make([]float64, len(y))
		for i := range y {
			out[i] = float64(i % 8)
		}
		return out
	}
	for _, d := range whole.list() {
		width := float64(d.Bits())
		wrap := func(x float64) float64 {
			if width == 64 {
				return x // the numbers here are far from the ends
			}
			m := math.Exp2(width)
			x = math.Mod(math.Mod(x, m)+m, m)
			if !d.IsUnsigned() && x >= m/2 {
				x -= m
			}
			return x
		}
		unsigned := func(x float64) float64 {
			if x < 0 {
				x += math.Exp2(width)
			}
			return x
		}
		for _, c := range []struct {
			name   string
			of     func(f compute.Function) binary
			twin   func(x, y float64) float64
			second func(y []float64) []float64
			small  bool // numbers of 64 bits are beyond the twin
		}{
			{"div", func(f compute.Function) binary { return f.Div }, func(x, y float64) float64 { return math.Trunc(x / y) }, nil, false},
			{"rem", func(f compute.Function) binary { return f.Rem }, math.Mod, nil, false},
			{"mul", func(f compute.Function) binary { return f.Mul }, func(x, y float64) float64 { return wrap(x * y) }, nil, d == dtypes.Uint64},
			{"add", func(f compute.Function) binary { return f.Add }, func(x, y float64) float64 { return wrap(x + y) }, nil, d == dtypes.Uint64},
			{"sub", func(f compute.Function) binary { return f.Sub }, func(x, y float64) float64 { return wrap(x - y) }, nil, d == dtypes.Uint64},
			{"shift left", func(f compute.Function) binary { return f.ShiftLeft }, func(x, y float64) float64 { return wrap(x * math.Exp2(y)) }, shift, d == dtypes.Uint64},
			{
				"shift right", func(f compute.Function) binary { return f.ShiftRightArithmetic },
				func(x, y float64) float64 { return math.Floor(x / math.Exp2(y)) }, shift, false,
			},
			{
				"logical shift right", func(f compute.Function) binary { return f.ShiftRightLogical },
				func(x, y float64) float64 { return wrap(math.Floor(unsigned(x) / math.Exp2(y))) }, shift, d.Bits() == 64,
			},
		} {
			if c.small {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s", c.name, d), func(t *testing.T) {
				v := wholeNumbers(d)
				w := slices.Clone(v)
				slices.Reverse(w)
				w[slices.Index(w, 0)] = 3
				if c.second != nil {
					w = c.second(w)
				}
				x, y := as(d, twin.Vector(v...)), as(d, twin.Vector(w...))
				op := one(func(f compute.Function, in ...compute.Value) (compute.Value, error) { return c.of(f)(in[0], in[1]) })
				expect(t, b, op, []typed{{d, twin.Map(func(v ...float64) float64 { return c.twin(v[0], v[1]) }, x.Array, y.Array)}}, 0, x, y)
			})
		}
		if d.Bits() == 64 {
			continue
		}
		pattern := func(x float64) uint64 { return uint64(int64(x)) & (1<<d.Bits() - 1) }
		for _, c := range []struct {
			name string
			of   func(f compute.Function) unary
			twin func(x float64) float64
		}{
			{"not", func(f compute.Function) unary { return f.BitwiseNot }, func(x float64) float64 { return wrap(-x - 1) }},
			{"bit count", func(f compute.Function) unary { return f.BitCount }, func(x float64) float64 { return float64(bits.OnesCount64(pattern(x))) }},
			{"clz", func(f compute.Function) unary { return f.Clz }, func(x float64) float64 { return float64(d.Bits() - bits.Len64(pattern(x))) }},
		} {
			t.Run(fmt.Sprintf("%s/%s", c.name, d), func(t *testing.T) {
				x := as(d, twin.Vector(wholeNumbers(d)...))
				op := one(func(f compute.Function, in ...compute.Value) (compute.Value, error) { return c.of(f)(in[0]) })
				expect(t, b, op, []typed{{d, twin.Map(func(x ...float64) float64 { return c.twin(x[0]) }, x.Array)}}, 0, x)
			})
		}
	}
}

func convert(d dtypes.DType) operation {
	return one(func(f compute.Function, in ...compute.Value) (compute.Value, error) { return f.ConvertDType(in[0], d) })
}

// Every dtype converts to every other: towards zero into whole numbers, to the
// nearest into floats, and everything but zero is true.
func TestConvert(t *testing.T) {
	b := engine(t)
	for _, from := range movable {
		for _, to := range movable {
			t.Run(fmt.Sprintf("%s to %s", from, to), func(t *testing.T) {
				var v []float64
				switch {
				case from.IsFloat() && to.IsFloat():
					v = telling
				case from.IsFloat() && to == dtypes.Bool:
					v = []float64{0, math.Copysign(0, -1), .5, -1, 3, inf, nan}
				case from.IsFloat():
					v = []float64{0, .4, .5, .9, 1, 1.5, 2.999, 100.5}
					if !to.IsUnsigned() {
						v = append(v, -.5, -.99, -1, -1.5, -100.9)
					}
				default:
					for _, x := range wholeNumbers(from) {
						if x >= 0 || !to.IsUnsigned() {
							v = append(v, x)
						}
					}
				}
				x := as(from, twin.Vector(v...))
				want := twin.Map(func(x ...float64) float64 {
					if to == dtypes.Bool {
						return twin.Truth(x[0] != 0)
					}
					return x[0]
				}, x.Array)
				expect(t, b, convert(to), []typed{as(to, want)}, 0, x)
			})
		}
	}
}

// Numbers at the ends of whole types keep their value where a float has it.
func TestConvertEnds(t *testing.T) {
	b := engine(t)
	for _, c := range []struct {
		from any
		to   dtypes.DType
		want any
	}{
		{[]int32{math.MinInt32, math.MaxInt32, 1<<24 + 1}, dtypes.Float32, []float32{-1 << 31, 1 << 31, 1 << 24}},
		{[]uint32{math.MaxUint32, 1 << 31, 1<<31 - 1, 1<<24 + 3}, dtypes.Float32, []float32{1 << 32, 1 << 31, 1 << 31, 1<<24 + 4}},
		{[]int64{math.MinInt64, math.MaxInt64, 1<<53 + 1}, dtypes.Float64, []float64{-1 << 63, 1 << 63, 1 << 53}},
		{[]uint64{math.MaxUint64, 1 << 63}, dtypes.Float32, []float32{1 << 64, 1 << 63}},
		{[]int64{1<<40 + 5, -1}, dtypes.Int32, []int32{5, -1}},
		{[]uint8{255, 128}, dtypes.Int8, []int8{-1, -128}},
	} {
		d := dtypes.FromGoType(reflect.TypeOf(c.from).Elem())
		t.Run(fmt.Sprintf("%s to %s", d, c.to), func(t *testing.T) {
			got, _, err := raw(b, convert(c.to), []any{c.from}, []shapes.Shape{shapes.Make(d, reflect.ValueOf(c.from).Len())})
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got[0], c.want) {
				t.Errorf("%v, want %v", got[0], c.want)
			}
		})
	}
}

// Bitcasts keep the bytes, little end first.
func TestBitcast(t *testing.T) {
	b := engine(t)
	for _, c := range []struct {
		from any
		in   shapes.Shape
		to   dtypes.DType
		want any
		dims []int
	}{
		{[]float32{1, -0.5, 0}, shapes.Make(dtypes.Float32, 3), dtypes.Uint32, []uint32{0x3f800000, 0xbf000000, 0}, []int{3}},
		{[]uint32{0x3f800000, 0x7fc00001}, shapes.Make(dtypes.Uint32, 2), dtypes.Int32, []int32{0x3f800000, 0x7fc00001}, []int{2}},
		{[]uint32{0xdeadbeef}, shapes.Make(dtypes.Uint32, 1), dtypes.Uint16, []uint16{0xbeef, 0xdead}, []int{1, 2}},
		{[]uint16{0xbeef, 0xdead}, shapes.Make(dtypes.Uint16, 1, 2), dtypes.Uint32, []uint32{0xdeadbeef}, []int{1}},
		{[]float64{1}, shapes.Make(dtypes.Float64), dtypes.Uint64, []uint64{0x3ff0000000000000}, nil},
		{[]uint8{1, 2, 3, 4}, shapes.Make(dtypes.Uint8, 4), dtypes.Uint32, []uint32{0x04030201}, nil},
	} {
		op := one(func(f compute.Function, in ...compute.Value) (compute.Value, error) { return f.Bitcast(in[0], c.to) })
		got, dims, err := raw(b, op, []any{c.from}, []shapes.Shape{c.in})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got[0], c.want) || !slices.Equal(dims[0].Dimensions, c.dims) {
			t.Errorf("%s to %s: %v of %v, want %v of %v", c.in, c.to, got[0], dims[0].Dimensions, c.want, c.dims)
		}
	}
}
