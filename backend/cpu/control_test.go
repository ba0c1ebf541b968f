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

	"cggm/backend/cpu/internal/twin"
)

// body writes a closure: of its parameters, and of what it captures.
type body = func(f compute.Function, in ...compute.Value) []compute.Value

// buildError is a panic of must, which writing turns back into an error.
type buildError struct{ err error }

func must[T any](v T, err error) T {
	if err != nil {
		panic(buildError{err})
	}
	return v
}

// writing is an operation written with must.
func writing(build body) operation {
	return func(f compute.Function, in ...compute.Value) (out []compute.Value, err error) {
		defer func() {
			if e := recover(); e != nil {
				b, ok := e.(buildError)
				if !ok {
					panic(e)
				}
				err = b.err
			}
		}()
		return build(f, in...), nil
	}
}

// closure builds a closure of f with parameters of the given shapes.
func closure(f compute.Function, in []shapes.Shape, build body) compute.Function {
	c := must(f.Closure())
	var params []compute.Value
	for i, s := range in {
		params = append(params, must(c.Parameter(fmt.Sprintf("c%d", i), s, nil)))
	}
	if err := c.Return(build(c, params...), nil); err != nil {
		panic(buildError{err})
	}
	return c
}

func number[T any](f compute.Function, v T) compute.Value { return must(f.Constant([]T{v})) }

func shapesOf(f compute.Function, values ...compute.Value) (out []shapes.Shape) {
	for _, v := range values {
		out = append(out, must(f.Shape(v)))
	}
	return out
}

// counted repeats a body for a number of rounds. The body gets the round and
// the state, and returns the state.
func counted(f compute.Function, rounds int32, state []compute.Value, round body) []compute.Value {
	start := append([]compute.Value{number(f, int32(0))}, state...)
	in := shapesOf(f, start...)
	limit := number(f, rounds) // captured
	cond := closure(f, in, func(c compute.Function, v ...compute.Value) []compute.Value {
		return []compute.Value{must(c.LessThan(v[0], limit))}
	})
	step := closure(f, in, func(c compute.Function, v ...compute.Value) []compute.Value {
		next := must(c.Add(v[0], number(c, int32(1))))
		return append([]compute.Value{next}, round(c, v...)...)
	})
	return must(f.While(cond, step, start...))[1:]
}

// Loops run as often as their condition says, none at all included, with
// states of several arrays and types, and with values of the function around.
func TestWhile(t *testing.T) {
	b := engine(t)
	for _, rounds := range []int{0, 1, 2, 17} {
		for _, dims := range [][]int{nil, {3}, {2, 3}, {200, 300}} {
			t.Run(fmt.Sprintf("%d rounds of %v", rounds, dims), func(t *testing.T) {
				x, y, outside := wholes(dtypes.Float32, dims...), wholes(dtypes.Int64, 4), wholes(dtypes.Float32, dims...)
				op := writing(func(f compute.Function, in ...compute.Value) []compute.Value {
					twice := must(f.Add(in[2], in[2]))
					out := counted(f, int32(rounds), in[:2], func(c compute.Function, v ...compute.Value) []compute.Value {
						return []compute.Value{
							must(c.Add(v[1], twice)),
							must(c.Sub(must(c.Neg(v[2])), must(c.ConvertDType(v[0], dtypes.Int64)))),
						}
					})
					return append(out, must(f.Mul(out[0], in[2])))
				})
				a, s := x.Array, y.Array
				for i := range rounds {
					a = twin.Map(func(v ...float64) float64 { return v[0] + 2*v[1] }, a, outside.Array)
					s = twin.Map(func(v ...float64) float64 { return -v[0] - float64(i) }, s)
				}
				product := twin.Map(func(v ...float64) float64 { return v[0] * v[1] }, a, outside.Array)
				expect(t, b, op, []typed{single(a), as(dtypes.Int64, s), single(product)}, 0, x, y, outside)
			})
		}
	}
}

// A loop that stops by what it computes, as Newton's method does.
func TestWhileUntil(t *testing.T) {
	b := engine(t)
	for _, v := range []float64{.5, 2, 144, 1e6} {
		op := writing(func(f compute.Function, in ...compute.Value) []compute.Value {
			state := shapesOf(f, in[0], in[0])
			cond := closure(f, state, func(c compute.Function, v ...compute.Value) []compute.Value {
				return []compute.Value{must(c.GreaterThan(must(c.Abs(must(c.Sub(v[0], v[1])))), number(c, 1e-9)))}
			})
			step := closure(f, state, func(c compute.Function, v ...compute.Value) []compute.Value {
				better := must(c.Mul(number(c, .5), must(c.Add(v[1], must(c.Div(in[0], v[1]))))))
				return []compute.Value{v[1], better}
			})
			return must(f.While(cond, step, number(f, 0.), in[0]))[1:]
		})
		want := typed{dtypes.Float64, twin.Scalar(math.Sqrt(v))}
		near(t, b, op, want, twin.Scalar(1e-9), as(dtypes.Float64, twin.Scalar(v)))
	}
}

// Branches give several results, capture values of the function around, and
// may be the same values.
func TestIf(t *testing.T) {
	b := engine(t)
	for _, yes := range []bool{false, true} {
		x, y := wholes(dtypes.Float32, 3, 4), wholes(dtypes.Int32, 5)
		op := writing(func(f compute.Function, in ...compute.Value) []compute.Value {
			square := must(f.Mul(in[1], in[1]))
			then := closure(f, nil, func(c compute.Function, _ ...compute.Value) []compute.Value {
				return []compute.Value{must(c.Add(square, in[1])), must(c.Neg(in[2])), square}
			})
			otherwise := closure(f, nil, func(c compute.Function, _ ...compute.Value) []compute.Value {
				return []compute.Value{in[1], in[2], must(c.Neg(in[1]))}
			})
			return must(f.If(in[0], then, otherwise))
		})
		want := []typed{x, y, single(twin.Map(func(v ...float64) float64 { return -v[0] }, x.Array))}
		if yes {
			want = []typed{
				single(twin.Map(func(v ...float64) float64 { return v[0]*v[0] + v[0] }, x.Array)),
				as(dtypes.Int32, twin.Map(func(v ...float64) float64 { return -v[0] }, y.Array)),
				single(twin.Map(func(v ...float64) float64 { return v[0] * v[0] }, x.Array)),
			}
		}
		expect(t, b, op, want, 0, as(dtypes.Bool, twin.Scalar(twin.Truth(yes))), x, y)
	}
}

// Loops in loops and branches in loops: sums of i*j over j < i where i is odd,
// less i where it is even.
func TestNestedControl(t *testing.T) {
	b := engine(t)
	for _, rounds := range []int{0, 1, 2, 6} {
		x := wholes(dtypes.Float32, 4)
		op := writing(func(f compute.Function, in ...compute.Value) []compute.Value {
			return counted(f, int32(rounds), in, func(c compute.Function, v ...compute.Value) []compute.Value {
				i := must(c.ConvertDType(v[0], dtypes.Float32))
				odd := must(c.Equal(must(c.Rem(v[0], number(c, int32(2)))), number(c, int32(1))))
				then := closure(c, nil, func(c compute.Function, _ ...compute.Value) []compute.Value {
					in := shapesOf(c, v[0], v[1])
					cond := closure(c, in, func(c compute.Function, w ...compute.Value) []compute.Value {
						return []compute.Value{must(c.LessThan(w[0], v[0]))}
					})
					step := closure(c, in, func(c compute.Function, w ...compute.Value) []compute.Value {
						j := must(c.ConvertDType(w[0], dtypes.Float32))
						return []compute.Value{must(c.Add(w[0], number(c, int32(1)))), must(c.Add(w[1], must(c.Mul(i, j))))}
					})
					return must(c.While(cond, step, number(c, int32(0)), v[1]))[1:]
				})
				otherwise := closure(c, nil, func(c compute.Function, _ ...compute.Value) []compute.Value {
					return []compute.Value{must(c.Sub(v[1], i))}
				})
				return must(c.If(odd, then, otherwise))
			})
		})
		a := x.Array
		for i := range rounds {
			add := -float64(i)
			if i%2 == 1 {
				add = float64(i * i * (i - 1) / 2)
			}
			a = twin.Map(func(v ...float64) float64 { return v[0] + add }, a)
		}
		expect(t, b, op, []typed{single(a)}, 0, x)
	}
}

// Named functions are called with other values each time, also from closures
// and from each other.
func TestCall(t *testing.T) {
	b := engine(t)
	x, y := wholes(dtypes.Float32, 2, 3), wholes(dtypes.Float32, 3, 2)
	op := writing(func(f compute.Function, in ...compute.Value) []compute.Value {
		square := must(f.Builder().NewFunction("product"))
		p := must(square.Parameter("p", shapes.Make(dtypes.Float32, 2, 3), nil))
		q := must(square.Parameter("q", shapes.Make(dtypes.Float32, 3, 2), nil))
		r := must(square.DotGeneral(p, []int{1}, nil, q, []int{0}, nil, compute.DotGeneralConfig{}))
		if err := square.Return([]compute.Value{r, must(square.Neg(p))}, nil); err != nil {
			panic(buildError{err})
		}
		first := must(f.Call(square, in[0], in[1]))
		again := must(f.Call(square, first[1], in[1]))
		looped := counted(f, 3, []compute.Value{in[0]}, func(c compute.Function, v ...compute.Value) []compute.Value {
			return must(c.Call(square, v[1], in[1]))[1:]
		})
		return append(append(first, again...), looped...)
	})
	minus := func(x twin.Array) twin.Array {
		return twin.Map(func(v ...float64) float64 { return -v[0] }, x)
	}
	product := twin.Dot(x.Array, []int{1}, nil, y.Array, []int{0}, nil)
	expect(t, b, op, []typed{single(product), single(minus(x.Array)), single(minus(product)), x, single(minus(x.Array))}, 0, x, y)
}

// Sorting by a comparator moves the elements of all arrays alike; when it is
// stable, those that compare equal keep their order.
func TestSort(t *testing.T) {
	b := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom(numeric.list()).Draw(t, "dtype")
		dims := rapid.SliceOfN(rapid.IntRange(1, 7), 1, 3).Draw(t, "dims")
		axis := rapid.IntRange(0, len(dims)-1).Draw(t, "axis")
		falling := rapid.Bool().Draw(t, "falling")
		keys := as(d, twin.Of(dims, func([]int) float64 { return float64(rapid.IntRange(0, 5).Draw(t, "key")) }))
		places := as(dtypes.Int32, twin.Of(dims, func(at []int) float64 { return float64(at[axis]) }))
		op := writing(func(f compute.Function, in ...compute.Value) []compute.Value {
			scalars := []shapes.Shape{shapes.Make(d), shapes.Make(d), shapes.Make(dtypes.Int32), shapes.Make(dtypes.Int32)}
			before := closure(f, scalars, func(c compute.Function, v ...compute.Value) []compute.Value {
				if falling {
					return []compute.Value{must(c.GreaterThan(v[0], v[1]))}
				}
				return []compute.Value{must(c.LessThan(v[0], v[1]))}
			})
			return must(f.Sort(before, axis, true, in...))
		})
		// What stands at a place is the element that as many others precede.
		sorted, from := keys.Clone(), places.Clone()
		n := dims[axis]
		twin.Each(dims, func(at []int) {
			if at[axis] > 0 {
				return
			}
			line := make([]int, n) // places in the flat array
			flat := 0
			for i, k := range at {
				flat = flat*dims[i] + k
			}
			stride := twin.Size(dims[axis+1:])
			order := rising(n)
			for k := range line {
				line[k] = flat + k*stride
			}
			slices.SortStableFunc(order, func(i, j int) int {
				a, b := keys.Data[line[i]], keys.Data[line[j]]
				if falling {
					a, b = b, a
				}
				switch {
				case a < b:
					return -1
				case a > b:
					return 1
				}
				return 0
			})
			for k, i := range order {
				sorted.Data[line[k]], from.Data[line[k]] = keys.Data[line[i]], float64(i)
			}
		})
		expect(t, b, op, []typed{{d, sorted}, {dtypes.Int32, from}}, 0, keys, places)
	})
}

// A comparator may capture values: numbers sorted by their distance from one.
func TestSortByDistance(t *testing.T) {
	b := engine(t)
	x, centre := single(twin.Vector(9, -3, 2, 7, 0, 4.5, 5, 100)), single(twin.Scalar(4))
	op := writing(func(f compute.Function, in ...compute.Value) []compute.Value {
		twice := must(f.Add(in[1], in[1]))
		middle := must(f.Div(twice, number(f, float32(2))))
		scalar := shapes.Make(dtypes.Float32)
		before := closure(f, []shapes.Shape{scalar, scalar}, func(c compute.Function, v ...compute.Value) []compute.Value {
			far := func(x compute.Value) compute.Value { return must(c.Abs(must(c.Sub(x, middle)))) }
			return []compute.Value{must(c.LessThan(far(v[0]), far(v[1])))}
		})
		sorted := must(f.Sort(before, 0, false, in[0]))
		return []compute.Value{must(f.Neg(sorted[0]))}
	})
	want := slices.Clone(x.Data)
	slices.SortFunc(want, func(a, b float64) int {
		return int(math.Copysign(1, math.Abs(a-4)-math.Abs(b-4)))
	})
	for i := range want {
		want[i] = -want[i]
	}
	expect(t, b, op, []typed{single(twin.Vector(want...))}, 0, x, centre)
}

// A loop carries a large array through many rounds, whose rounding is that of
// the same operations one after the other.
func TestWhileOfProducts(t *testing.T) {
	b := engine(t)
	x, w := single(waves(33, 40)), single(twin.Map(func(v ...float64) float64 { return v[0] / 4 }, waves(40, 40)))
	const rounds = 5
	c := contraction{xContract: []int{1}, yContract: []int{0}}
	op := writing(func(f compute.Function, in ...compute.Value) []compute.Value {
		return counted(f, rounds, in[:1], func(g compute.Function, v ...compute.Value) []compute.Value {
			return []compute.Value{must(g.Tanh(must(c.build(g, v[1], in[1]))))}
		})
	})
	a := x.Array
	for range rounds {
		a = twin.Map(func(v ...float64) float64 { return math.Tanh(v[0]) }, c.of(a, w.Array))
	}
	limit := twin.Map(func(...float64) float64 { return 1e-4 }, a)
	near(t, b, op, typed{dtypes.Float32, a}, limit, x, w)
}
