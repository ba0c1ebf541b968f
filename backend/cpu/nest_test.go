package cpu_test

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/backend/cpu"
)

// Attention whose weights pass from step to step a few heads at a time gives
// what it gives on the Go engine, gradients included, and the same as with the
// weights kept.
func TestNestedAttention(t *testing.T) {
	const batch, heads, width = 16, 3, 4
	attention := func(queries, keys, values *graph.Node) []*graph.Node {
		scores := graph.EinsumAxes(queries, keys, [][2]int{{3, 3}}, [][2]int{{0, 0}, {2, 2}})
		top := graph.StopGradient(graph.ReduceAndKeep(scores, graph.ReduceMax, -1))
		weights := graph.Exp(graph.Sub(scores, top))
		total := graph.ReduceAndKeep(weights, graph.ReduceSum, -1)
		weights = graph.Where(graph.GreaterThan(scores, graph.ZerosLike(scores)), graph.MulScalar(weights, 1.25), graph.ZerosLike(weights))
		mixed := graph.EinsumAxes(weights, values, [][2]int{{3, 1}}, [][2]int{{0, 0}, {1, 2}})
		mixed = graph.TransposeAllAxes(graph.Mul(mixed, graph.Reciprocal(total)), 0, 2, 1, 3)
		loss := graph.ReduceAllMean(graph.Square(mixed))
		return append([]*graph.Node{loss}, graph.Gradient(loss, queries, keys, values)...)
	}
	for _, length := range []int{5, 8, 17} {
		run := func(config string) [][]float32 {
			engine, err := compute.NewWithConfig(config)
			if err != nil {
				t.Fatal(err)
			}
			var in []any
			for k := range 3 {
				x := make([]float32, batch*length*heads*width)
				for i := range x {
					x[i] = float32(math.Sin(float64(11*i + 5*k)))
				}
				in = append(in, tensors.FromFlatDataAndDimensions(x, batch, length, heads, width))
			}
			outs, err := graph.MustNewExec(engine, attention).Call(in...)
			if err != nil {
				t.Fatal(err)
			}
			var got [][]float32
			for _, out := range outs {
				v, err := tensors.CopyFlatData[float32](out)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, v)
			}
			return got
		}
		plain := run(cpu.Name)
		want := plain
		if !raced { // the Go engine's products fail Go's pointer checks
			want = run("go:ops_sequential")
		}
		restore := cpu.SmallBlocks()
		before := cpu.Nests()
		nested := run(cpu.Name)
		if cpu.Nests() == before {
			t.Errorf("length %d: nothing was nested", length)
		}
		restore()
		for i := range want {
			for k, w := range want[i] {
				if d := math.Abs(float64(nested[i][k] - w)); !(d <= 2e-6) {
					t.Fatalf("length %d: result %d, element %d: %g, the Go engine gives %g", length, i, k, nested[i][k], w)
				}
				if d := math.Abs(float64(nested[i][k] - plain[i][k])); !(d <= 2e-6) {
					t.Fatalf("length %d: result %d, element %d: %g, kept as a whole %g", length, i, k, nested[i][k], plain[i][k])
				}
			}
		}
	}
}
