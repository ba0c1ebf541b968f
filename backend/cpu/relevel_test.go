package cpu

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// weighted is a graph whose weights exp(x·yᵀ) [batch, n, n] are summed over
// the whole batch, and multiplied with y only after that sum is known.
func weighted(t *testing.T, batch, n, width int) *program {
	t.Helper()
	return built(t, func(f compute.Function, check func(compute.Value, error) compute.Value) []compute.Value {
		s := shapes.Make(dtypes.Float32, batch, n, width)
		x, y := check(f.Parameter("x", s, nil)), check(f.Parameter("y", s, nil))
		x, y = check(f.Tanh(x)), check(f.Tanh(y))
		weights := check(f.Exp(check(f.DotGeneral(x, []int{2}, []int{0}, y, []int{2}, []int{0}, compute.DotGeneralConfig{}))))
		total := check(f.ReduceSum(weights, 0, 1, 2))
		mixed := check(f.DotGeneral(weights, []int{2}, []int{0}, y, []int{1}, []int{0}, compute.DotGeneralConfig{}))
		// What the weights are made of is needed late as well.
		spread := check(f.BroadcastInDim(total, s, nil))
		out := check(f.Add(check(f.Mul(check(f.Mul(mixed, spread)), x)), check(f.Mul(y, spread))))
		late := check(f.Mul(weights, check(f.BroadcastInDim(total, shapes.Make(dtypes.Float32, batch, n, n), nil))))
		return []compute.Value{out, check(f.ReduceSum(late, 2))}
	})
}

// Vast weights of attention that are read before and after a sum over the
// batch are computed twice, instead of being kept as a whole.
func TestVastWeightsAreComputedTwice(t *testing.T) {
	const batch, n, width = 16, 24, 4
	data := func(phase float64) []float32 {
		v := make([]float32, batch*n*width)
		for i := range v {
			v[i] = float32(math.Sin(phase + float64(7*i)))
		}
		return v
	}
	run := func() (_ []any, kept int) {
		p := weighted(t, batch, n, width)
		for _, s := range p.stores {
			if s.len == batch*n*n && s.slot >= 0 {
				kept++
			}
		}
		results, err := p.call([]any{data(0), data(1)})
		if err != nil {
			t.Fatal(err)
		}
		return results, kept
	}
	restore := SmallBlocks()
	defer restore()
	vastBytes = 1 << 40
	want, once := run()
	vastBytes = 1
	got, twice := run()
	if once != 1 || twice != 0 {
		t.Errorf("%d results as large as the weights are kept, with vast weights %d: want 1 and 0", once, twice)
	}
	for i := range want {
		for k, w := range want[i].([]float32) {
			if v := got[i].([]float32)[k]; v != w {
				t.Fatalf("result %d, element %d: %g, kept %g", i, k, v, w)
			}
		}
	}
}

// The first product of a feed-forward layer is much larger than its factors:
// what is read before and after a sum over the batch is computed twice, through
// the activation and its condition.
func TestFeedForwardIsComputedTwice(t *testing.T) {
	const batch, n, width, hidden = 16, 24, 8, 32
	restore := SmallBlocks()
	defer restore()
	p := built(t, func(f compute.Function, check func(compute.Value, error) compute.Value) []compute.Value {
		s := shapes.Make(dtypes.Float32, batch, n, hidden)
		x := check(f.Parameter("x", shapes.Make(dtypes.Float32, batch, n, width), nil))
		w := check(f.Parameter("w", shapes.Make(dtypes.Float32, width, hidden), nil))
		x = check(f.Mul(x, x))
		zero := check(f.BroadcastInDim(check(f.Constant([]float32{0})), s, nil))
		before := check(f.DotGeneral(x, []int{2}, nil, w, []int{0}, nil, compute.DotGeneralConfig{}))
		positive := check(f.GreaterThan(before, zero))
		h := check(f.Where(positive, before, zero))
		total := check(f.ReduceSum(h, 0, 1, 2))
		late := check(f.Where(positive, check(f.Mul(h, check(f.BroadcastInDim(total, s, nil)))), check(f.Sub(zero, check(f.Mul(h, h))))))
		return []compute.Value{check(f.ReduceSum(late, 2)), check(f.ReduceSum(x, 2))}
	})
	for _, s := range p.stores {
		if s.len == batch*n*hidden && s.slot >= 0 {
			t.Errorf("a result of %d elements is kept", s.len)
		}
	}
	x, w := make([]float32, batch*n*width), make([]float32, width*hidden)
	for i := range x {
		x[i] = float32(math.Sin(float64(3 * i)))
	}
	for i := range w {
		w[i] = float32(math.Cos(float64(5 * i)))
	}
	results, err := p.call([]any{x, w})
	if err != nil {
		t.Fatal(err)
	}
	rows, total := make([]float64, batch*n), 0.
	for r := range rows {
		for c := range hidden {
			sum := 0.
			for k := range width {
				v := float64(x[r*width+k])
				sum += v * v * float64(w[k*hidden+c])
			}
			rows[r] += max(sum, 0)
		}
		total += rows[r]
	}
	for r, v := range results[0].([]float32) {
		if want := rows[r] * total; math.Abs(float64(v)-want) > 1e-4*math.Abs(want) {
			t.Fatalf("row %d: %g, want %g", r, v, want)
		}
	}
}
