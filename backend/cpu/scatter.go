package cpu

import (
	"math"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"
)

// scatterWalk is where a scatter of any form goes.
type scatterWalk struct {
	table   []int // dimensions of the table
	strides []int
	sizes   []int // of a window in the table, 1 along the axes that the updates lack
	batch   []int // dimensions of the updates outside the windows
	window  []int // dimensions of the updates within the windows
	// Strides into the flat updates, for batch and window; the windows' into
	// the table; and the indices', for batch and along the index.
	batchStrides, windowStrides, tableStrides, indexStrides []int
	component                                               int
	mapped                                                  []int
}

func newScatterWalk(n *node) scatterWalk {
	table, indices, updates := n.inputs[0].shape.Dimensions, n.inputs[1].shape.Dimensions, n.inputs[2].shape.Dimensions
	axis, within, missing := n.args[0].(int), n.args[1].([]int), n.args[2].([]int)
	w := scatterWalk{table: table, strides: strides(table), mapped: n.args[3].([]int), component: 1}
	from := strides(updates)
	for a, d := range updates {
		if slices.Contains(within, a) {
			w.window, w.windowStrides = append(w.window, d), append(w.windowStrides, from[a])
		} else {
			w.batch, w.batchStrides = append(w.batch, d), append(w.batchStrides, from[a])
		}
	}
	next := 0
	for a, s := range w.strides {
		if slices.Contains(missing, a) {
			w.sizes = append(w.sizes, 1)
			continue
		}
		w.sizes, w.tableStrides = append(w.sizes, w.window[next]), append(w.tableStrides, s)
		next++
	}
	for a, s := range strides(indices) {
		if a == axis {
			w.component = s
		} else {
			w.indexStrides = append(w.indexStrides, s)
		}
	}
	return w
}

// start returns where in the table the window begins whose index lies at
// offset at of the indices, false when it does not lie in the table as a whole.
func (w *scatterWalk) start(index func(i int) int, at int) (int, bool) {
	to := 0
	for k, axis := range w.mapped {
		p := index(at + k*w.component)
		if p < 0 || p > w.table[axis]-w.sizes[axis] {
			return 0, false
		}
		to += p * w.strides[axis]
	}
	return to, true
}

// scatterOf returns a step that combines updates with a table, in the order of
// the updates.
func scatterOf[T any](n *node, in, out []int, combine func(a, b T) T) func(*frame) error {
	w := newScatterWalk(n)
	return func(fr *frame) error {
		dst, src := fr.bufs[out[0]].([]T), fr.bufs[in[2]].([]T)
		copy(dst, fr.bufs[in[0]].([]T))
		index := indexReader(fr.bufs[in[1]])
		walkBox(w.batch, w.batchStrides, w.indexStrides, func(from, at int) {
			to, inside := w.start(index, at)
			if !inside {
				return
			}
			walkBox(w.window, w.windowStrides, w.tableStrides, func(i, k int) {
				dst[to+k] = combine(dst[to+k], src[from+i])
			})
		})
		return nil
	}
}

// walkBox calls f with two offsets of every place of a box, the last axis
// fastest.
func walkBox(dims, a, b []int, f func(i, k int)) {
	at := make([]int, len(dims))
	i, k := 0, 0
	for range product(dims) {
		f(i, k)
		for axis := len(dims) - 1; axis >= 0; axis-- {
			i, k = i+a[axis], k+b[axis]
			if at[axis]++; at[axis] < dims[axis] {
				break
			}
			i, k = i-a[axis]*dims[axis], k-b[axis]*dims[axis]
			at[axis] = 0
		}
	}
}

// indexReader reads whole numbers of any type; those that int does not hold
// become the largest one.
func indexReader(data any) func(i int) int {
	switch x := data.(type) {
	case []int32:
		return func(i int) int { return int(x[i]) }
	case []int64:
		return func(i int) int { return int(x[i]) }
	case []int16:
		return func(i int) int { return int(x[i]) }
	case []int8:
		return func(i int) int { return int(x[i]) }
	case []uint32:
		return func(i int) int { return int(x[i]) }
	case []uint64:
		return func(i int) int { return int(min(x[i], math.MaxInt)) }
	case []uint16:
		return func(i int) int { return int(x[i]) }
	case []uint8:
		return func(i int) int { return int(x[i]) }
	}
	return nil
}

// scatter runs every scatter whose numbers can be added or compared.
func scatter(n *node, in, out []int) func(*frame) error {
	if n.op == compute.OpTypeScatterSum {
		if rows := scatterSum(n, in, out); rows != nil {
			return rows
		}
	}
	if !n.inputs[1].shape.DType.IsInt() || n.inputs[1].shape.DType.IsPacked() {
		return nil
	}
	switch n.inputs[0].shape.DType {
	case dtypes.Float32:
		return scatterNumbers[float32](n, in, out)
	case dtypes.Float64:
		return scatterNumbers[float64](n, in, out)
	case dtypes.Int8:
		return scatterNumbers[int8](n, in, out)
	case dtypes.Int16:
		return scatterNumbers[int16](n, in, out)
	case dtypes.Int32:
		return scatterNumbers[int32](n, in, out)
	case dtypes.Int64:
		return scatterNumbers[int64](n, in, out)
	case dtypes.Uint8:
		return scatterNumbers[uint8](n, in, out)
	case dtypes.Uint16:
		return scatterNumbers[uint16](n, in, out)
	case dtypes.Uint32:
		return scatterNumbers[uint32](n, in, out)
	case dtypes.Uint64:
		return scatterNumbers[uint64](n, in, out)
	case dtypes.Float16:
		pick := combiner[float32](n.op)
		return scatterOf(n, in, out, func(a, b float16.Float16) float16.Float16 {
			return float16.FromFloat32(pick(a.Float32(), b.Float32()))
		})
	case dtypes.BFloat16:
		pick := combiner[float32](n.op)
		return scatterOf(n, in, out, func(a, b bfloat16.BFloat16) bfloat16.BFloat16 {
			return bfloat16.FromFloat32(pick(a.Float32(), b.Float32()))
		})
	}
	return nil
}

// number is what Go adds and compares.
type number interface {
	~float32 | ~float64 | ~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

func scatterNumbers[T number](n *node, in, out []int) func(*frame) error {
	return scatterOf(n, in, out, combiner[T](n.op))
}

func combiner[T number](op compute.OpType) func(a, b T) T {
	switch op {
	case compute.OpTypeScatterMax:
		return func(a, b T) T { return max(a, b) }
	case compute.OpTypeScatterMin:
		return func(a, b T) T { return min(a, b) }
	}
	return func(a, b T) T { return a + b }
}
