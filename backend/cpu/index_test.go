package cpu_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"pgregory.net/rapid"

	"cggm/backend/cpu/internal/twin"
)

// gather builds a gather of windows of the given sizes.
func gather(w twin.Windows, sizes []int) operation {
	return one(func(f compute.Function, in ...compute.Value) (compute.Value, error) {
		return f.Gather(in[0], in[1], w.IndexAxis, w.Offset, w.Collapsed, w.Map, sizes, false)
	})
}

// scattering is one of the three scatters.
type scattering struct {
	name    string
	combine func(a, b float64) float64
	build   func(f compute.Function, x, at, updates compute.Value, w twin.Windows) (compute.Value, error)
}

var scatters = []scattering{
	{"sum", twin.Sum, func(f compute.Function, x, at, updates compute.Value, w twin.Windows) (compute.Value, error) {
		return f.ScatterSum(x, at, updates, w.IndexAxis, w.Offset, w.Collapsed, w.Map, false, false)
	}},
	{"max", largest, func(f compute.Function, x, at, updates compute.Value, w twin.Windows) (compute.Value, error) {
		return f.ScatterMax(x, at, updates, w.IndexAxis, w.Offset, w.Collapsed, w.Map, false, false)
	}},
	{"min", least, func(f compute.Function, x, at, updates compute.Value, w twin.Windows) (compute.Value, error) {
		return f.ScatterMin(x, at, updates, w.IndexAxis, w.Offset, w.Collapsed, w.Map, false, false)
	}},
}

func (s scattering) operation(w twin.Windows) operation {
	return one(func(f compute.Function, in ...compute.Value) (compute.Value, error) {
		return s.build(f, in[0], in[1], in[2], w)
	})
}

// counting returns an array of small whole numbers, which every dtype holds
// and whose sums are exact.
func counting(dims ...int) twin.Array {
	n := 0.
	return twin.Of(dims, func([]int) float64 { n++; return math.Mod(n*7, 13) })
}

// windows is a drawn gather: a table, indices of which some lie outside, and
// the dimensions of the result.
type windows struct {
	twin.Windows
	x, indices  twin.Array
	sizes, dims []int
}

func drawWindows(t *rapid.T) windows {
	rank := rapid.IntRange(1, 3).Draw(t, "rank")
	var w windows
	var dims []int
	for axis := range rank {
		d := rapid.IntRange(1, 5).Draw(t, "dim")
		dims = append(dims, d)
		s := rapid.IntRange(1, d).Draw(t, "size")
		if rapid.Bool().Draw(t, "collapsed") {
			s = 1
			w.Collapsed = append(w.Collapsed, axis)
		}
		w.sizes = append(w.sizes, s)
	}
	w.x = counting(dims...)
	order := rapid.Permutation(rising(rank)).Draw(t, "map")
	w.Map = order[:rapid.IntRange(1, rank).Draw(t, "mapped")]
	batch := rapid.SliceOfN(rapid.IntRange(1, 4), 0, 2).Draw(t, "batch")
	w.IndexAxis = rapid.IntRange(0, len(batch)).Draw(t, "index axis")
	shape := slices.Insert(slices.Clone(batch), w.IndexAxis, len(w.Map))
	if len(w.Map) == 1 && len(batch) > 0 && rapid.Bool().Draw(t, "implicit") {
		shape, w.IndexAxis = batch, len(batch)
	}
	w.indices = twin.Of(shape, func([]int) float64 { return float64(rapid.IntRange(-3, 7).Draw(t, "at")) })
	offsets := rank - len(w.Collapsed)
	places := rapid.Permutation(rising(len(batch)+offsets)).Draw(t, "offset")[:offsets]
	slices.Sort(places)
	w.Offset = places
	next, b := 0, 0
	for axis := range len(batch) + offsets {
		if !slices.Contains(w.Offset, axis) {
			w.dims, b = append(w.dims, batch[b]), b+1
			continue
		}
		for slices.Contains(w.Collapsed, next) {
			next++
		}
		w.dims, next = append(w.dims, w.sizes[next]), next+1
	}
	return w
}

func rising(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// indexTypes are dtypes of indices that hold negative numbers.
var indexTypes = []dtypes.DType{dtypes.Int32, dtypes.Int64, dtypes.Int16, dtypes.Int8}

// Gathers move windows inside that reach outside; scatters leave them out.
func TestGatherAndScatter(t *testing.T) {
	b := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		w := drawWindows(t)
		dtype := rapid.SampledFrom(movable).Draw(t, "dtype")
		at := as(rapid.SampledFrom(indexTypes).Draw(t, "index dtype"), w.indices)
		x := as(dtype, w.x)
		// GoMLX infers no shapes of gathers with an implicit index axis.
		if w.IndexAxis < len(w.indices.Dims) {
			expect(t, b, gather(w.Windows, w.sizes), []typed{{dtype, twin.Gather(x.Array, at.Array, w.Windows, w.sizes, w.dims)}}, 0, x, at)
		}
		if dtype == dtypes.Bool {
			return
		}
		updates := as(dtype, counting(w.dims...))
		s := rapid.SampledFrom(scatters).Draw(t, "kind")
		want := twin.Scatter(x.Array, at.Array, updates.Array, w.Windows, s.combine)
		expect(t, b, s.operation(w.Windows), []typed{{dtype, want}}, 0, x, at, updates)
	})
}

// Rows of a table, as embeddings read and train them, have kernels of their own.
func TestRowsOfTables(t *testing.T) {
	b := engine(t)
	rows := twin.Windows{IndexAxis: 1, Offset: []int{1}, Collapsed: []int{0}, Map: []int{0}}
	table := single(counting(5, 4))
	for _, at := range [][]float64{{0, 4, 2, 2}, {-1, 5, 1, 0}, {math.MinInt32, math.MaxInt32, 3, -5}, {9, 9, 9, 9}} {
		indices := as(dtypes.Int32, twin.Reshape(twin.Vector(at...), 4, 1))
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			expect(t, b, gather(rows, []int{1, 4}), []typed{single(twin.Gather(table.Array, indices.Array, rows, []int{1, 4}, []int{4, 4}))}, 0, table, indices)
			updates := single(counting(4, 4))
			for _, s := range scatters {
				want := twin.Scatter(table.Array, indices.Array, updates.Array, rows, s.combine)
				expect(t, b, s.operation(rows), []typed{single(want)}, 0, table, indices, updates)
			}
		})
	}
	t.Run("no updates", func(t *testing.T) {
		none := as(dtypes.Int32, counting(0, 1))
		expect(t, b, gather(rows, []int{1, 4}), []typed{single(counting(0, 4))}, 0, table, none)
		for _, s := range scatters {
			expect(t, b, s.operation(rows), []typed{table}, 0, table, none, single(counting(0, 4)))
		}
	})
}
