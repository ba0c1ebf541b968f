package cpu_test

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/backend/cpu"
	"cggm/layer/gradcheck"
)

// A loop outside of the blocks of the batch must not look through a broadcast
// at numbers that the blocks keep to themselves.
func TestBroadcastOfWhatABlockKeeps(t *testing.T) {
	var want []float32
	for _, name := range []string{"go:ops_sequential", cpu.Name} {
		x, weight := gradcheck.Noise(1, 8, 16, 16, 64), gradcheck.Noise(2, 64, 128)
		engine, err := compute.NewWithConfig(name)
		if err != nil {
			t.Fatal(err)
		}
		g := graph.NewGraph(engine, t.Name())
		wide := graph.EinsumAxes(graph.Parameter(g, "x", x.Shape()), graph.Parameter(g, "weight", weight.Shape()), [][2]int{{3, 0}}, nil)
		wide = graph.Tanh(wide)
		few := graph.ReduceAndKeep(graph.Slice(wide, graph.AxisRange(), graph.AxisRange(), graph.AxisRange(), graph.AxisRange(0, 3)), graph.ReduceSum, -1)
		spread := graph.BroadcastToDims(few, 8, 16, 16, 3)
		// The sum over all blocks comes later than the blocks.
		out := graph.Mul(spread, graph.ReduceAllMean(graph.Square(wide)))
		if err := g.Compile(out); err != nil {
			t.Fatal(err)
		}
		got, err := tensors.CopyFlatData[float32](g.Run(x, weight)[0])
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		for i, w := range want {
			if !(math.Abs(float64(got[i]-w)) <= 1e-3) {
				t.Fatalf("element %d: %g, want %g", i, got[i], w)
			}
		}
	}
}
