package cpu

import (
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// A causal mask, which is made of numbered rows and columns, and the reciprocal
// of a number are constants of the program; what depends on a parameter is not,
// nor is a number that is only repeated.
func TestFold(t *testing.T) {
	p := built(t, func(f compute.Function, check func(compute.Value, error) compute.Value) []compute.Value {
		x := check(f.Parameter("x", shapes.Make(dtypes.Float32, 3, 3), nil))
		row, col := check(f.Iota(shapes.Make(dtypes.Int32, 3, 3), 0)), check(f.Iota(shapes.Make(dtypes.Int32, 3, 3), 1))
		four, one := check(f.Constant([]float32{4})), check(f.Constant([]float32{1}))
		quarter := check(f.Div(one, check(f.Sqrt(check(f.Mul(four, four))))))
		scale := check(f.BroadcastInDim(check(f.Reshape(quarter)), shapes.Make(dtypes.Float32, 3, 3), nil))
		mask := check(f.GreaterOrEqual(row, col))
		zero := check(f.BroadcastInDim(check(f.Reshape(check(f.Constant([]float32{0})))), shapes.Make(dtypes.Float32, 3, 3), nil))
		out := check(f.Where(mask, check(f.Mul(x, scale)), zero))
		return []compute.Value{out}
	})
	got, err := p.call([]any{[]float32{4, 8, 12, 16, 20, 24, 28, 32, 36}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float32{1, 0, 0, 4, 5, 0, 7, 8, 9} {
		if v := got[0].([]float32)[i]; v != want {
			t.Errorf("element %d: %g, want %g", i, v, want)
		}
	}
	if len(p.steps) != 1 {
		t.Errorf("%d steps %v: want one loop", len(p.steps), p.steps)
	}
	sizes := make(map[int]int) // constants by their number of elements
	for s := range p.consts {
		sizes[p.stores[s].len]++
	}
	if sizes[9] != 1 || sizes[1] > 2 || len(sizes) != 2 {
		t.Errorf("constants by size: %v, want the mask and the numbers", sizes)
	}
}
