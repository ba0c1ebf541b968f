package cpu_test

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/backend/cpu"
)

// long says whether the tests run as long as they can: set CGGM_LONG=1.
var long = os.Getenv("CGGM_LONG") != ""

func engine(t testing.TB) compute.Backend {
	t.Helper()
	b, err := compute.NewWithConfig(cpu.Name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// chain is a graph of about 200 nodes on a batch of 16: layers with
// normalisation, attention between tokens, dropout, and the gradients of all
// weights.
func chain(t testing.TB, b compute.Backend) *graph.Graph {
	t.Helper()
	g := graph.NewGraph(b, "chain")
	x := graph.Parameter(g, "x", shapes.Make(dtypes.Float32, 16, 6, 24))
	state := graph.Parameter(g, "state", shapes.Make(dtypes.Uint64, 3))
	var weights []*graph.Node
	for i := range 3 {
		w := graph.Parameter(g, fmt.Sprintf("w%d", i), shapes.Make(dtypes.Float32, 24, 24))
		weights = append(weights, w)
		y := graph.Tanh(graph.EinsumAxes(x, w, [][2]int{{2, 0}}, nil))
		a := graph.Softmax(graph.EinsumAxes(y, x, [][2]int{{2, 2}}, [][2]int{{0, 0}}), -1)
		y = graph.EinsumAxes(a, y, [][2]int{{2, 1}}, [][2]int{{0, 0}})
		var u *graph.Node
		state, u = graph.RandomUniform(state, y.Shape())
		y = graph.Where(graph.GreaterOrEqual(u, graph.Scalar(g, dtypes.Float32, .2)), graph.MulScalar(y, 1.25), graph.ZerosLike(y))
		y = graph.Sub(y, graph.ReduceAndKeep(y, graph.ReduceMean, -1))
		x = graph.Add(x, y)
	}
	loss := graph.ReduceAllMean(graph.Square(x))
	out := append([]*graph.Node{loss, x}, graph.Gradient(loss, weights...)...)
	if err := g.Compile(out...); err != nil {
		t.Fatal(err)
	}
	return g
}

func chainInputs() []any {
	values := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(i*7919%1000)/1000 - .5
		}
		return v
	}
	in := []any{
		tensors.FromFlatDataAndDimensions(values(16*6*24), 16, 6, 24),
		tensors.FromFlatDataAndDimensions([]uint64{1, 2, 3}, 3),
	}
	for range 3 {
		in = append(in, tensors.FromFlatDataAndDimensions(values(24*24), 24, 24))
	}
	return in
}

func outcome(t testing.TB, g *graph.Graph, in []any) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, out := range g.Run(in...) {
		values, err := tensors.CopyFlatData[float32](out)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%x", values)
		release(t, out)
	}
	return b.Bytes()
}

func release(t testing.TB, out *tensors.Tensor) {
	if err := out.FinalizeAll(); err != nil {
		t.Error(err)
	}
}

// Whatever the number of threads, results have the same bytes; and many
// executions end, also side by side on one executable.
func TestManyExecutions(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	times := 600
	if testing.Short() {
		times = 100
	}
	if long {
		times = 100_000
	}
	g := chain(t, engine(t))
	defer g.Finalize()
	var want []byte
	for _, threads := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(threads)
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				in := chainInputs()
				for range times / 12 {
					for _, out := range g.Run(in...) {
						release(t, out)
					}
				}
			})
		}
		group.Wait()
		got := outcome(t, g, chainInputs())
		if want == nil {
			want = got
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%d threads give other results than one", threads)
		}
	}
}

// What a graph takes is given back when it is finalized.
func TestMemoryIsFlat(t *testing.T) {
	cycles := 60
	if long {
		cycles = 10_000
	}
	b := engine(t)
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	in := chainInputs()
	var start uint64
	for i := range cycles {
		g := chain(t, b)
		for _, out := range g.Run(in...) {
			release(t, out)
		}
		g.Finalize()
		if i == cycles/3 {
			start = heap()
		}
	}
	if end := heap(); end > start+1<<20 {
		t.Errorf("the heap grew from %d to %d bytes over %d graphs", start, end, cycles-cycles/3)
	}
}
