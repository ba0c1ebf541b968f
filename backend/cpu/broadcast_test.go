package cpu_test

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/layer/gradcheck"
)

// A loop outside of the blocks of the batch must not look through a broadcast
// at numbers that the blocks keep to themselves.
func TestBroadcastOfWhatABlockKeeps(t *testing.T) {
	const rows, depth, width, few = 8 * 16 * 16, 64, 128, 3
	x, weight := gradcheck.Noise(1, 8, 16, 16, depth), gradcheck.Noise(2, depth, width)
	g := graph.NewGraph(engine(t), t.Name())
	wide := graph.EinsumAxes(graph.Parameter(g, "x", x.Shape()), graph.Parameter(g, "weight", weight.Shape()), [][2]int{{3, 0}}, nil)
	wide = graph.Tanh(wide)
	sums := graph.ReduceAndKeep(graph.Slice(wide, graph.AxisRange(), graph.AxisRange(), graph.AxisRange(), graph.AxisRange(0, few)), graph.ReduceSum, -1)
	spread := graph.BroadcastToDims(sums, 8, 16, 16, few)
	// The sum over all blocks comes later than the blocks.
	out := graph.Mul(spread, graph.ReduceAllMean(graph.Square(wide)))
	if err := g.Compile(out); err != nil {
		t.Fatal(err)
	}
	numbers := func(x *tensors.Tensor) []float32 {
		list, err := tensors.CopyFlatData[float32](x)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	got, a, b := numbers(g.Run(x, weight)[0]), numbers(x), numbers(weight)
	first, square := make([]float64, rows), 0.
	for i := range rows {
		for j := range width {
			sum := 0.
			for k := range depth {
				sum += float64(a[i*depth+k]) * float64(b[k*width+j])
			}
			y := math.Tanh(sum)
			square += y * y / (rows * width)
			if j < few {
				first[i] += y
			}
		}
	}
	for i, y := range got {
		if want := first[i/few] * square; !(math.Abs(float64(y)-want) <= 1e-4) {
			t.Fatalf("element %d: %g, want %g", i, y, want)
		}
	}
}
