package cpu_test

import (
	"bytes"
	encoding "encoding/binary"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/backend/cpu"
	"cggm/backend/cpu/internal/twin"
)

func drawn(shape shapes.Shape) operation {
	return func(f compute.Function, in ...compute.Value) ([]compute.Value, error) {
		state, words, err := f.RNGBitGenerator(in[0], shape)
		return []compute.Value{words, state}, err
	}
}

var stateShape = shapes.Make(dtypes.Uint64, 3)

func bytesOf(t *testing.T, data any) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encoding.Write(&b, encoding.LittleEndian, data); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Every whole type gets the bytes of the Philox stream, and the state moves to
// the first block that was not touched, across overflows of its counter.
func TestRandomBits(t *testing.T) {
	b := engine(t)
	for _, d := range whole.list() {
		for _, dims := range [][]int{nil, {1}, {3}, {4}, {7, 5}, {2, 0}, {70_001}} {
			for _, state := range []([3]uint64){{}, {42, 7, 0}, {1 << 63, math.MaxUint64 - 1, 5}, {9, math.MaxUint32 - 2, math.MaxUint64}} {
				t.Run(fmt.Sprintf("%s/%v/%v", d, dims, state), func(t *testing.T) {
					shape := shapes.Make(d, dims...)
					got, _, err := raw(b, drawn(shape), []any{state[:]}, []shapes.Shape{stateShape})
					if err != nil {
						t.Fatal(err)
					}
					next, want := twin.Philox(state, twin.Size(dims)*d.Bits()/8)
					if !bytes.Equal(bytesOf(t, got[0]), want) {
						t.Errorf("other bytes than those of the stream")
					}
					if !reflect.DeepEqual(got[1], next[:]) {
						t.Errorf("state %v, want %v", got[1], next)
					}
				})
			}
		}
	}
}

// The same seed gives the same bytes for any number of threads; the next state
// other ones, and another seed too.
func TestRandomBitsOfThreads(t *testing.T) {
	b := engine(t)
	shape := shapes.Make(dtypes.Uint32, 100_003)
	run := func(state []uint64) ([]uint32, []uint64) {
		out, _, err := raw(b, drawn(shape), []any{state}, []shapes.Shape{stateShape})
		if err != nil {
			t.Fatal(err)
		}
		return out[0].([]uint32), out[1].([]uint64)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	first, next := run([]uint64{5, 6, 7})
	for _, threads := range []int{2, 8} {
		runtime.GOMAXPROCS(threads)
		again, state := run([]uint64{5, 6, 7})
		if !slices.Equal(again, first) || !slices.Equal(state, next) {
			t.Errorf("%d threads draw other numbers than one", threads)
		}
	}
	for _, state := range [][]uint64{next, {6, 6, 7}} {
		other, _ := run(state)
		same := 0
		for i, v := range other {
			if v == first[i] {
				same++
			}
		}
		if same > 3 {
			t.Errorf("state %v: %d of %d words are the same", state, same, len(other))
		}
	}
}

// The numbers are uniform as far as chi-squared tests of their bytes and bits
// tell: with 255 degrees of freedom 350 is exceeded once in 30,000 times.
func TestRandomBitsUniform(t *testing.T) {
	b := engine(t)
	const n = 1 << 18
	out, _, err := raw(b, drawn(shapes.Make(dtypes.Uint32, n)), []any{[]uint64{1, 2, 3}}, []shapes.Shape{stateShape})
	if err != nil {
		t.Fatal(err)
	}
	words := out[0].([]uint32)
	for place := range 4 {
		var counts [256]float64
		for _, w := range words {
			counts[w>>(8*place)&255]++
		}
		chi := 0.
		for _, c := range counts {
			chi += (c - n/256) * (c - n/256) / (n / 256)
		}
		if chi > 350 || chi < 170 {
			t.Errorf("byte %d: chi-squared %g, want about 255", place, chi)
		}
	}
	// Neighbours do not hang together: their correlation has the spread
	// 1/sqrt(n).
	sum := 0.
	for i := range words[1:] {
		sum += (float64(words[i])/(1<<32) - .5) * (float64(words[i+1])/(1<<32) - .5) * 12
	}
	if r := sum / n; math.Abs(r) > 5/math.Sqrt(n) {
		t.Errorf("neighbours have the correlation %g", r)
	}
}

// Dropout by blocks of the batch draws the mask that it draws as a whole.
func TestDropoutInBlocks(t *testing.T) {
	const batch, width = 32, 24
	drop := func(x, w, state *graph.Node) *graph.Node {
		hidden := graph.MatMul(x, w)
		_, u := graph.RandomUniform(state, hidden.Shape())
		keep := graph.GreaterOrEqual(u, graph.Scalar(x.Graph(), dtypes.Float32, 0.25))
		return graph.MatMul(graph.Where(keep, graph.MulScalar(hidden, 1/0.75), graph.ZerosLike(hidden)), w)
	}
	x, w := make([]float32, batch*width), make([]float32, width*width)
	for i := range x {
		x[i] = float32(math.Sin(float64(i)))
	}
	for i := range w {
		w[i] = float32(math.Cos(float64(i)))
	}
	run := func() []float32 {
		outs, err := graph.MustNewExec(engine(t), drop).Call(tensors.FromFlatDataAndDimensions(x, batch, width),
			tensors.FromFlatDataAndDimensions(w, width, width), tensors.FromFlatDataAndDimensions([]uint64{4, 5, 6}, 3))
		if err != nil {
			t.Fatal(err)
		}
		v, err := tensors.CopyFlatData[float32](outs[0])
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	whole := run()
	defer cpu.SmallBlocks()()
	if blocks := run(); !slices.Equal(blocks, whole) {
		t.Errorf("blocks give %v, the whole %v", blocks[:width], whole[:width])
	}
}
