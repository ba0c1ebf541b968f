package kernel

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func FuzzGemm(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		for _, l := range levels() {
			atLevel(l, func() {
				g, c := drawGemm(t, 140)
				checkGemm(t, g, c, func(g GemmArgs) { Gemm(nil, g) })
			})
		}
	}))
}

func FuzzConv(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		g := drawConv(t)
		for _, l := range levels() {
			atLevel(l, func() { checkConv(t, nil, g) })
		}
	}))
}

// FuzzUnary compares the approximated functions with float64 on any bits.
func FuzzUnary(f *testing.F) {
	for _, x := range corners() {
		f.Add(math.Float32bits(x))
	}
	f.Fuzz(func(t *testing.T, bits uint32) {
		x := []float32{math.Float32frombits(bits)}
		y := make([]float32, 1)
		for _, l := range levels() {
			atLevel(l, func() {
				for op, naive := range scalarFunc {
					unary(op, y, x)
					if want := naive(float64(x[0])); ulps(y[0], want) > 2 {
						t.Errorf("%v: operation %d of %v is %v, want %v", l, op, x[0], y[0], want)
					}
				}
			})
		}
	})
}
