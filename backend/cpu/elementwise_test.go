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

type (
	unary  = func(x compute.Value) (compute.Value, error)
	binary = func(x, y compute.Value) (compute.Value, error)
)

// unaryCase is an operation on one operand. ulps bounds its error on floats.
type unaryCase struct {
	name  string
	of    func(f compute.Function) unary
	twin  func(x float64) float64
	ulps  float64
	kinds kinds
}

// kinds are sets of dtypes.
type kinds int

const (
	floats kinds = 1 << iota
	signed
	unsigned
	truths
	numeric = floats | signed | unsigned
	whole   = signed | unsigned
)

func (k kinds) list() (out []dtypes.DType) {
	for _, d := range movable {
		if k.has(d) {
			out = append(out, d)
		}
	}
	return out
}

func (k kinds) has(d dtypes.DType) bool {
	switch {
	case d == dtypes.Bool:
		return k&truths != 0
	case d.IsFloat():
		return k&floats != 0
	case d.IsUnsigned():
		return k&unsigned != 0
	}
	return k&signed != 0
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

// Unlike math.Max and math.Min, these give NaN also beside infinities.
func largest(x, y float64) float64 { return max(x, y) }

func least(x, y float64) float64 { return min(x, y) }

var unaries = []unaryCase{
	{"abs", func(f compute.Function) unary { return f.Abs }, math.Abs, 0, numeric},
	{"neg", func(f compute.Function) unary { return f.Neg }, func(x float64) float64 { return -x }, 0, floats | signed},
	{"sign", func(f compute.Function) unary { return f.Sign }, sign, 0, numeric},
	{"floor", func(f compute.Function) unary { return f.Floor }, math.Floor, 0, floats},
	{"ceil", func(f compute.Function) unary { return f.Ceil }, math.Ceil, 0, floats},
	{"round", func(f compute.Function) unary { return f.Round }, math.RoundToEven, 0, floats},
	{"sqrt", func(f compute.Function) unary { return f.Sqrt }, math.Sqrt, 1, floats},
	{"rsqrt", func(f compute.Function) unary { return f.Rsqrt }, func(x float64) float64 { return 1 / math.Sqrt(x) }, 2, floats},
	{"exp", func(f compute.Function) unary { return f.Exp }, math.Exp, 1, floats},
	{"expm1", func(f compute.Function) unary { return f.Expm1 }, math.Expm1, 2, floats},
	{"log", func(f compute.Function) unary { return f.Log }, math.Log, 1, floats},
	{"log1p", func(f compute.Function) unary { return f.Log1p }, math.Log1p, 2, floats},
	{"sin", func(f compute.Function) unary { return f.Sin }, math.Sin, 1, floats},
	{"cos", func(f compute.Function) unary { return f.Cos }, math.Cos, 1, floats},
	{"tanh", func(f compute.Function) unary { return f.Tanh }, math.Tanh, 2, floats},
	{"erf", func(f compute.Function) unary { return f.Erf }, math.Erf, 2, floats},
	{"logistic", func(f compute.Function) unary { return f.Logistic }, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, 3, floats},
	{"identity", func(f compute.Function) unary { return f.Identity }, func(x float64) float64 { return x }, 0, numeric | truths},
	{"logical not", func(f compute.Function) unary { return f.LogicalNot }, func(x float64) float64 { return 1 - x }, 0, truths},
	{"is nan", func(f compute.Function) unary { return f.IsNaN }, func(x float64) float64 { return twin.Truth(math.IsNaN(x)) }, 0, floats},
	{
		"is finite", func(f compute.Function) unary { return f.IsFinite },
		func(x float64) float64 { return twin.Truth(!math.IsNaN(x) && !math.IsInf(x, 0)) }, 0, floats,
	},
}

func (c unaryCase) result(d dtypes.DType) dtypes.DType {
	if c.name == "is nan" || c.name == "is finite" {
		return dtypes.Bool
	}
	return d
}

// inf and nan are written often below.
var inf, nan = math.Inf(1), math.NaN()

// telling are numbers at which operations go wrong.
var telling = []float64{
	0, math.Copysign(0, -1), 1, -1, .5, -.5, 1.5, 2.5, -2.5, 3, 7, -7, 1e-3, -1e-3, 1e-30, -1e-30, 20, -20, 88, -88, 89, -104,
	1e4, -1e4, 1e30, -1e30, 0x1p-126, -0x1p-149, math.MaxFloat32, -math.MaxFloat32, 1 << 23, 1<<24 + 1, inf, -inf, nan,
}

// wholeNumbers are those that every whole type is asked about.
func wholeNumbers(d dtypes.DType) []float64 {
	if d == dtypes.Bool {
		return []float64{0, 1}
	}
	out := []float64{0, 1, 2, 3, 5, 7, 11, 100}
	if !d.IsUnsigned() {
		out = append(out, -1, -2, -7, -100)
	}
	return out
}

func numbersFor(d dtypes.DType) []float64 {
	if d.IsFloat() {
		return telling
	}
	return wholeNumbers(d)
}

// Every unary operation, on every dtype, at the telling numbers.
func TestUnary(t *testing.T) {
	b := engine(t)
	for _, c := range unaries {
		for _, d := range c.kinds.list() {
			t.Run(fmt.Sprintf("%s/%s", c.name, d), func(t *testing.T) {
				x := as(d, twin.Vector(numbersFor(d)...))
				op := one(func(f compute.Function, in ...compute.Value) (compute.Value, error) { return c.of(f)(in[0]) })
				expect(t, b, op, []typed{{c.result(d), twin.Map(func(x ...float64) float64 { return c.twin(x[0]) }, x.Array)}}, c.ulps, x)
			})
		}
	}
}

// binaryCase is an operation on two operands that broadcast.
type binaryCase struct {
	name    string
	of      func(f compute.Function) binary
	twin    func(x, y float64) float64
	ulps    float64
	kinds   kinds
	decides bool // gives truth values
}

var binaries = []binaryCase{
	{"add", func(f compute.Function) binary { return f.Add }, twin.Sum, 0, numeric, false},
	{"sub", func(f compute.Function) binary { return f.Sub }, func(x, y float64) float64 { return x - y }, 0, floats | signed, false},
	{"mul", func(f compute.Function) binary { return f.Mul }, twin.Product, 0, numeric, false},
	{"div", func(f compute.Function) binary { return f.Div }, func(x, y float64) float64 { return x / y }, 1, floats, false},
	{"max", func(f compute.Function) binary { return f.Max }, largest, 0, numeric, false},
	{"min", func(f compute.Function) binary { return f.Min }, least, 0, numeric, false},
	{"pow", func(f compute.Function) binary { return f.Pow }, math.Pow, 1, floats, false},
	{"rem", func(f compute.Function) binary { return f.Rem }, math.Mod, 0, floats, false},
	{"equal", func(f compute.Function) binary { return f.Equal }, func(x, y float64) float64 { return twin.Truth(x == y) }, 0, numeric | truths, true},
	{"not equal", func(f compute.Function) binary { return f.NotEqual }, func(x, y float64) float64 { return twin.Truth(x != y) }, 0, numeric | truths, true},
	{"less", func(f compute.Function) binary { return f.LessThan }, func(x, y float64) float64 { return twin.Truth(x < y) }, 0, numeric, true},
	{"less or equal", func(f compute.Function) binary { return f.LessOrEqual }, func(x, y float64) float64 { return twin.Truth(x <= y) }, 0, numeric, true},
	{"greater", func(f compute.Function) binary { return f.GreaterThan }, func(x, y float64) float64 { return twin.Truth(x > y) }, 0, numeric, true},
	{"greater or equal", func(f compute.Function) binary { return f.GreaterOrEqual }, func(x, y float64) float64 { return twin.Truth(x >= y) }, 0, numeric, true},
	{"and", func(f compute.Function) binary { return f.LogicalAnd }, math.Min, 0, truths, true},
	{"or", func(f compute.Function) binary { return f.LogicalOr }, math.Max, 0, truths, true},
	{"xor", func(f compute.Function) binary { return f.LogicalXor }, func(x, y float64) float64 { return twin.Truth(x != y) }, 0, truths, true},
	{"bits and", func(f compute.Function) binary { return f.BitwiseAnd }, func(x, y float64) float64 { return float64(int64(x) & int64(y)) }, 0, whole, false},
	{"bits or", func(f compute.Function) binary { return f.BitwiseOr }, func(x, y float64) float64 { return float64(int64(x) | int64(y)) }, 0, whole, false},
	{"bits xor", func(f compute.Function) binary { return f.BitwiseXor }, func(x, y float64) float64 { return float64(int64(x) ^ int64(y)) }, 0, whole, false},
}

func (c binaryCase) operation() operation {
	return one(func(f compute.Function, in ...compute.Value) (compute.Value, error) { return c.of(f)(in[0], in[1]) })
}

func (c binaryCase) want(x, y typed) typed {
	d := x.dtype
	if c.decides {
		d = dtypes.Bool
	}
	return typed{d, twin.Map(func(v ...float64) float64 { return c.twin(v[0], v[1]) }, x.Array, y.Array)}
}

// Every binary operation, on every dtype, at all pairs of the telling numbers.
func TestBinary(t *testing.T) {
	b := engine(t)
	for _, c := range binaries {
		for _, d := range c.kinds.list() {
			t.Run(fmt.Sprintf("%s/%s", c.name, d), func(t *testing.T) {
				v := numbersFor(d)
				if !d.IsFloat() && c.name == "mul" || c.name == "add" && !d.IsFloat() || c.name == "sub" && !d.IsFloat() {
					v = []float64{0, 1, 2, 3, 7, 11} // products and sums that int8 holds
				}
				dims := []int{len(v), len(v)}
				x := as(d, twin.Of(dims, func(at []int) float64 { return v[at[0]] }))
				y := as(d, twin.Of(dims, func(at []int) float64 { return v[at[1]] }))
				expect(t, b, c.operation(), []typed{c.want(x, y)}, c.ulps, x, y)
			})
		}
	}
}

// Operands broadcast: axes of size 1 on either side, scalars, and arrays
// without elements.
func TestBroadcasting(t *testing.T) {
	b := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(binaries).Draw(t, "operation")
		d := rapid.SampledFrom(c.kinds.list()).Draw(t, "dtype")
		dims := rapid.SliceOfN(rapid.IntRange(0, 5), 0, 4).Draw(t, "dims")
		operand := func(name string) typed {
			own := append([]int{}, dims...)
			for i := range own {
				// GoMLX's shapes do not know that 1 beside 0 becomes 0.
				if own[i] > 0 && rapid.IntRange(0, 2).Draw(t, name+" is repeated") == 0 {
					own[i] = 1
				}
			}
			if rapid.IntRange(0, 4).Draw(t, name+" is a scalar") == 0 {
				own = nil
			}
			return as(d, twin.Map(func(x ...float64) float64 { return math.Mod(x[0], 5) + twin.Truth(d != dtypes.Bool) }, counting(own...)))
		}
		x, y := operand("x"), operand("y")
		if x.Dims != nil || y.Dims != nil {
			expect(t, b, c.operation(), []typed{c.want(x, y)}, c.ulps, x, y)
		}
	})
}

// Where and clamp take scalars beside arrays.
func TestSelection(t *testing.T) {
	b := engine(t)
	where := one(func(f compute.Function, in ...compute.Value) (compute.Value, error) {
		return f.Where(in[0], in[1], in[2])
	})
	clamp := one(func(f compute.Function, in ...compute.Value) (compute.Value, error) {
		return f.Clamp(in[0], in[1], in[2])
	})
	choose := func(x ...float64) float64 {
		if x[0] != 0 {
			return x[1]
		}
		return x[2]
	}
	bound := func(x ...float64) float64 { return min(max(x[1], x[0]), x[2]) }
	for _, d := range movable {
		t.Run(d.String(), func(t *testing.T) {
			v := numbersFor(d)
			x, y := as(d, twin.Vector(v...)), as(d, twin.Reverse(twin.Vector(v...), 0))
			low, high := as(d, twin.Scalar(1)), as(d, twin.Scalar(3))
			condition := as(dtypes.Bool, twin.Of(x.Dims, func(at []int) float64 { return float64(at[0] % 2) }))
			for _, c := range [][3]typed{
				{condition, x, y},
				{condition, x, low},
				{condition, low, y},
				{condition, low, high},
				{as(dtypes.Bool, twin.Scalar(1)), x, y},
				{as(dtypes.Bool, twin.Scalar(0)), x, y},
			} {
				expect(t, b, where, []typed{{d, twin.Map(choose, c[0].Array, c[1].Array, c[2].Array)}}, 0, c[:]...)
			}
			if d == dtypes.Bool {
				return
			}
			expect(t, b, clamp, []typed{{d, twin.Map(bound, low.Array, x.Array, high.Array)}}, 0, low, x, high)
			lows := as(d, twin.Map(func(...float64) float64 { return 1 }, x.Array))
			highs := as(d, twin.Map(func(...float64) float64 { return 3 }, x.Array))
			expect(t, b, clamp, []typed{{d, twin.Map(bound, lows.Array, x.Array, highs.Array)}}, 0, lows, x, highs)
		})
	}
}
