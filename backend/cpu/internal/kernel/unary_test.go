package kernel

import (
	"math"
	"testing"
)

// ulps returns the distance of got from want in units in the last place of float32 numbers near want. A number that
// rounds to infinity may also be the largest finite one.
func ulps(got float32, want float64) float64 {
	near := float32(want)
	infinite := math.IsInf(float64(near), 0)
	switch {
	case got == near && infinite, got != got && math.IsNaN(want):
		return 0
	case got != got || math.IsNaN(want):
		return math.Inf(1)
	case infinite && math.Abs(float64(got)) == math.MaxFloat32 && math.Signbit(want) == math.Signbit(float64(got)):
		return 1
	case infinite:
		return math.Inf(1)
	case math.IsInf(float64(got), 0) && math.Abs(want) > 0x1.fffffep127-0x1p104:
		return 1
	}
	return math.Abs(float64(got)-want) / unit(near)
}

// unit returns the distance of x from the next larger magnitude.
func unit(x float32) float64 {
	x = float32(math.Abs(float64(x)))
	return math.Max(0x1p-149, math.Ldexp(1, int(math.Float32bits(x)>>23)-150))
}

// corners are the numbers where functions go wrong.
func corners() []float32 {
	inf, tiny := float32(math.Inf(1)), math.Float32frombits(1)
	x := []float32{
		0, 1, 2, 0.5, 0.6, 0.95, 1.5, 3, 10, 88.5, 88.72284, 88.72283, 89, 103, 103.97, 104, 105, 17.3, 25, 3.9, 4, 9, inf,
		math.MaxFloat32, tiny, 0x1p-126, 0x1.fffffcp-127, 0x1p-24, 0x1p-25, 0x1p127, 2.5, 3.5, 0x1p23, 0x1.fffffep22,
		0.99999994, 1.0000001, 2.0 / 3, 4.0 / 3, float32(math.NaN()),
	}
	for _, v := range x[:len(x):len(x)] {
		x = append(x, -v)
	}
	return x
}

// sweep returns numbers of every size and sign, about count of them.
func sweep(count int) []float32 {
	x := corners()
	for b, step := uint64(0), uint64(1<<32)/uint64(count)|1; b < 1<<32; b += step {
		x = append(x, math.Float32frombits(uint32(b)))
	}
	for i := range count {
		x = append(x, (float32(i)-float32(count)/2)*(40/float32(count)))
	}
	return x
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func signOf(x float64) float64 {
	if x == 0 || x != x {
		return x
	}
	return math.Copysign(1, x)
}

func TestUnary(t *testing.T) {
	functions := []struct {
		name  string
		fast  func(dst, src []float32)
		naive func(float64) float64
		bound float64
	}{
		{"Exp", Exp, math.Exp, 1},
		{"Expm1", Expm1, math.Expm1, 2},
		{"Log", Log, math.Log, 1},
		{"Log1p", Log1p, math.Log1p, 2},
		{"Tanh", Tanh, math.Tanh, 2},
		{"Erf", Erf, math.Erf, 2},
		{"Logistic", Logistic, logistic, 2.5},
		{"Rsqrt", Rsqrt, func(x float64) float64 { return 1 / math.Sqrt(x) }, 1.5},
		{"Sqrt", Sqrt, math.Sqrt, 0.5},
		{"Sin", Sin, math.Sin, 0.51},
		{"Cos", Cos, math.Cos, 0.51},
		{"Neg", Neg, func(x float64) float64 { return -x }, 0},
		{"Abs", Abs, math.Abs, 0},
		{"ReLU", ReLU, func(x float64) float64 { return max(x, 0) }, 0},
		{"Floor", Floor, math.Floor, 0},
		{"Ceil", Ceil, math.Ceil, 0},
		{"Round", Round, math.RoundToEven, 0},
		{"Trunc", Trunc, math.Trunc, 0},
		{"Sign", Sign, signOf, 0},
	}
	src := sweep(200_000)
	dst := make([]float32, len(src))
	for _, f := range functions {
		t.Run(f.name, func(t *testing.T) {
			want := make([]float64, len(src))
			for i, x := range src {
				want[i] = f.naive(float64(x))
			}
			eachLevel(t, func(t *testing.T) {
				f.fast(dst, src)
				worst, at := 0.0, 0
				for i := range src {
					if u := ulps(dst[i], want[i]); u > worst {
						worst, at = u, i
					}
					zero := want[i] == 0 && f.name != "ReLU"
					if zero && math.Signbit(want[i]) != math.Signbit(float64(dst[i])) {
						t.Fatalf("%s(%v) = %v, want %v with its sign", f.name, src[i], dst[i], want[i])
					}
				}
				t.Logf("%.3f ulp at %v (%x)", worst, src[at], math.Float32bits(src[at]))
				if worst > f.bound {
					t.Errorf("%s(%v) = %v, want %v: %.3g ulp, more than %v", f.name, src[at], dst[at], want[at], worst, f.bound)
				}
			})
		})
	}
}

// TestUnaryLengths looks for elements left out or written beyond the end.
func TestUnaryLengths(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for op := opExp; op <= opCos; op++ {
			for n := range 70 {
				src := newGuarded(n)
				copy(src.data, randoms(uint64(n), n))
				whole, dst := make([]float32, 128), newGuarded(n)
				copy(whole, src.data)
				unary(op, whole, whole)
				unary(op, dst.data, src.data)
				dst.check(t)
				for i, v := range dst.data {
					if v != whole[i] && (v == v || whole[i] == whole[i]) {
						t.Fatalf("operation %d, length %d: element %d is %v, %v in a longer slice", op, n, i, v, whole[i])
					}
				}
			}
		}
	})
}

func BenchmarkUnary(b *testing.B) {
	src := randoms(1, 4096)
	dst := make([]float32, len(src))
	for name, f := range map[string]func(dst, src []float32){
		"Exp": Exp, "Log": Log, "Tanh": Tanh, "Erf": Erf, "Logistic": Logistic, "Neg": Neg, "Log1p": Log1p, "Expm1": Expm1, "Rsqrt": Rsqrt,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f(dst, src)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(src)), "ns/element")
		})
	}
}
