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
