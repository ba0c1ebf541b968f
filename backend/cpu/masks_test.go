package cpu_test

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// A mask over a mask keeps what both let pass, and so does its gradient:
// nothing of what either holds back gets through, be it NaN.
func TestMaskOfMask(t *testing.T) {
	const n = 600
	nan := float32(math.NaN())
	x, first, second := make([]float32, n), make([]float32, n), make([]float32, n)
	for i := range x {
		x[i], first[i], second[i] = float32(i-300)/7, float32(i%3-1), float32(i%5-2)
		if i%3 == 0 {
			x[i] = nan
		}
	}
	for _, scale := range []float64{1, 1.25, -2} {
		run := func(x, first, second *graph.Node) []*graph.Node {
			zero := graph.ZerosLike(x)
			inner := graph.Where(graph.GreaterThan(first, zero), x, zero)
			if scale != 1 {
				inner = graph.MulScalar(inner, scale)
			}
			y := graph.Where(graph.GreaterOrEqual(second, zero), inner, zero)
			return []*graph.Node{y, graph.Gradient(graph.ReduceAllSum(graph.Mul(y, graph.OnePlus(second))), x)[0]}
		}
		outs, err := graph.MustNewExec(engine(t), run).Call(tensors.FromFlatDataAndDimensions(x, n), tensors.FromFlatDataAndDimensions(first, n),
			tensors.FromFlatDataAndDimensions(second, n))
		if err != nil {
			t.Fatal(err)
		}
		y, err := tensors.CopyFlatData[float32](outs[0])
		if err != nil {
			t.Fatal(err)
		}
		dx, err := tensors.CopyFlatData[float32](outs[1])
		if err != nil {
			t.Fatal(err)
		}
		for i := range x {
			wantY, wantDX := float32(0), float32(0)
			if first[i] > 0 && second[i] >= 0 {
				wantY, wantDX = x[i]*float32(scale), (1+second[i])*float32(scale)
			}
			if y[i] != wantY || dx[i] != wantDX {
				t.Fatalf("scale %g, element %d: %g and gradient %g, want %g and %g", scale, i, y[i], dx[i], wantY, wantDX)
			}
		}
	}
}
