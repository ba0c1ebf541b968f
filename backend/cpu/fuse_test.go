package cpu_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	_ "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"pgregory.net/rapid"

	"cggm/backend/cpu"
)

// recipe is a random graph: every instruction adds a node to a list that
// begins with the parameters.
type recipe struct {
	params [][]int
	code   []instruction
	outs   []int
}

type instruction struct{ op, a, b, axis int }

// draw makes a recipe over a batch, tokens and features, with weights whose
// axes may be as long as the batch.
func draw(t *rapid.T) recipe {
	batch := rapid.SampledFrom([]int{1, 3, 8, 16}).Draw(t, "batch")
	tokens := rapid.IntRange(1, 5).Draw(t, "tokens")
	width := rapid.SampledFrom([]int{1, 4, 16, 40}).Draw(t, "width")
	r := recipe{params: [][]int{{batch, tokens, width}, {batch, tokens, width}, {width, width}, {width}, {batch, 1, 1}}}
	n := rapid.IntRange(3, 30).Draw(t, "nodes")
	for i := range n {
		pick := rapid.IntRange(max(0, i-6), len(r.params)+i-1)
		r.code = append(r.code, instruction{
			op: rapid.IntRange(0, 17).Draw(t, "op"), a: pick.Draw(t, "a"), b: pick.Draw(t, "b"), axis: rapid.IntRange(0, 2).Draw(t, "axis"),
		})
	}
	for range rapid.IntRange(1, 4).Draw(t, "results") {
		r.outs = append(r.outs, rapid.IntRange(len(r.params), len(r.params)+n-1).Draw(t, "result"))
	}
	return r
}

// build carries out the recipe; instructions that do not fit give their first
// operand.
func (r recipe) build(g *graph.Graph) (params, outs []*graph.Node) {
	var nodes []*graph.Node
	for i, dims := range r.params {
		nodes = append(nodes, graph.Parameter(g, string(rune('a'+i)), shapes.Make(dtypes.Float32, dims...)))
	}
	params = nodes
	for _, in := range r.code {
		nodes = append(nodes, in.node(nodes[in.a], nodes[in.b]))
	}
	for _, o := range r.outs {
		outs = append(outs, nodes[o])
	}
	return params, append(outs, graph.ReduceAllMean(nodes[len(nodes)-1]))
}

func (in instruction) node(a, b *graph.Node) *graph.Node {
	axis := 0
	if a.Rank() > 0 {
		axis = in.axis % a.Rank()
	}
	same := a.Rank() == b.Rank()
	if same {
		for i, d := range a.Shape().Dimensions {
			e := b.Shape().Dimensions[i]
			same = same && (d == e || d == 1 || e == 1)
		}
	}
	switch {
	case in.op == 0 && same:
		return graph.Add(a, b)
	case in.op == 1 && same:
		return graph.Mul(graph.Tanh(a), b)
	case in.op == 2 && same:
		return graph.Sub(a, b)
	case in.op == 3 && same:
		return graph.Max(a, b)
	case in.op == 4:
		return graph.Tanh(a)
	case in.op == 5:
		return graph.MulScalar(graph.Sigmoid(a), 1.5)
	case in.op == 6 && a.Rank() > 0:
		return graph.ReduceAndKeep(a, graph.ReduceSum, axis)
	case in.op == 7 && a.Rank() > 0:
		return graph.ReduceAndKeep(a, graph.ReduceMax, -1)
	case in.op == 8 && a.Rank() == 3:
		return graph.TransposeAllAxes(a, 0, 2, 1)
	case in.op == 9 && a.Rank() == 3 && b.Rank() == 2 && a.Shape().Dimensions[2] == b.Shape().Dimensions[0]:
		return graph.Tanh(graph.EinsumAxes(a, b, [][2]int{{2, 0}}, nil))
	case in.op == 10 && a.Rank() == 3 && b.Rank() == 3 && a.Shape().Dimensions[0] == b.Shape().Dimensions[0] && a.Shape().Dimensions[2] == b.Shape().Dimensions[2]:
		return graph.Tanh(graph.EinsumAxes(a, b, [][2]int{{2, 2}}, [][2]int{{0, 0}}))
	case in.op == 11 && a.Rank() == 3 && b.Rank() == 3 && a.Shape().Dimensions[0] == b.Shape().Dimensions[0] && a.Shape().Dimensions[1] == b.Shape().Dimensions[1]:
		return graph.Tanh(graph.EinsumAxes(a, b, [][2]int{{0, 0}, {1, 1}}, nil))
	case in.op == 12 && same && a.Shape().Equal(b.Shape()):
		return graph.Where(graph.GreaterThan(a, b), graph.MulScalar(a, 2), graph.ZerosLike(a))
	case in.op == 13 && a.Rank() > 0:
		return graph.Softmax(a, -1)
	case in.op == 14 && a.Rank() == 3:
		return graph.Reshape(a, a.Shape().Dimensions[0], 1, a.Shape().Size()/a.Shape().Dimensions[0])
	case in.op == 16 && a.Rank() == 3 && a.Shape().Dimensions[1] > 1:
		return graph.Slice(a, graph.AxisRange(), graph.AxisRange(1))
	case in.op == 17 && a.Rank() == 3 && b.Rank() == 3 && a.Shape().Dimensions[0] == b.Shape().Dimensions[0] && a.Shape().Dimensions[2] == b.Shape().Dimensions[2]:
		return graph.Concatenate([]*graph.Node{a, b}, 1)
	case in.op == 15 && b.Rank() == 3 && a.Rank() == 1 && b.Shape().Dimensions[2] == a.Shape().Dimensions[0]:
		return graph.Add(graph.BroadcastToShape(graph.ExpandLeftToRank(a, 3), b.Shape()), b)
	}
	return a
}

// run executes the recipe on an engine, with inputs that move by up to the given share.
func (r recipe) run(t *rapid.T, engine compute.Backend, moved float64) [][]float32 {
	g := graph.NewGraph(engine, "recipe")
	params, outs := r.build(g)
	grads := graph.Gradient(outs[len(outs)-1], params...)
	outs = append(outs, grads...)
	if err := g.Compile(outs...); err != nil {
		t.Fatal(err)
	}
	defer g.Finalize()
	var in []any
	for i, dims := range r.params {
		values := make([]float32, shapes.Make(dtypes.Float32, dims...).Size())
		for k := range values {
			values[k] = float32(math.Sin(float64(7*k+3*i+1)) * .8 * (1 + moved*math.Cos(float64(5*k+i))))
		}
		in = append(in, tensors.FromFlatDataAndDimensions(values, dims...))
	}
	var got [][]float32
	for _, out := range g.Run(in...) {
		values, err := tensors.CopyFlatData[float32](out)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, values)
	}
	return got
}

// Graphs that the compiler merges, fuses, splits along the batch and
// recomputes in part give what the Go engine gives node by node.
func TestRandomGraphs(t *testing.T) {
	own, err := compute.NewWithConfig(cpu.Name)
	if err != nil {
		t.Fatal(err)
	}
	twin, err := compute.NewWithConfig("go:ops_sequential")
	if err != nil {
		t.Fatal(err)
	}
	if raced {
		// The Go engine's products fail Go's pointer checks: only the ways to
		// cut a graph into blocks are compared.
		twin = own
	}
	rapid.Check(t, func(t *rapid.T) {
		for range 4 {
			r := draw(t)
			want := r.run(t, twin, 0)
			whole := r.run(t, own, 0)
			restore := cpu.SmallBlocks()
			cut := r.run(t, own, 0)
			restore()
			for _, got := range [][][]float32{whole, cut} {
				if d := difference(got, want); d != "" && r.steady(t, twin, want) {
					t.Fatalf("%+v: %s", r, d)
				}
			}
		}
	})
}

// steady reports whether the results hardly change with the inputs. Maxima and comparisons of numbers that only rounding tells
// apart, such as x and (x-y)+y, may go either way.
func (r recipe) steady(t *rapid.T, engine compute.Backend, want [][]float32) bool {
	for _, moved := range []float64{1e-6, -1e-6, 3e-6} {
		if difference(r.run(t, engine, moved), want) != "" {
			return false
		}
	}
	return true
}

// difference returns where results are not those of the Go engine, or "".
func difference(got, want [][]float32) string {
	for i := range want {
		largest := 1.
		for _, w := range want[i] {
			largest = math.Max(largest, math.Abs(float64(w)))
		}
		for k, w := range want[i] {
			if d := math.Abs(float64(got[i][k] - w)); !(d <= 2e-4*largest) {
				return fmt.Sprintf("result %d, element %d: %g, the Go engine gives %g", i, k, got[i][k], w)
			}
		}
	}
	return ""
}
