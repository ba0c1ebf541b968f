package cpu

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// A bias and an activation run on the rows of a product with heavy weights as
// they are finished: the same numbers as in a loop of its own, one step. A
// product that is cut into columns runs the loop at its end.
func TestEpilogue(t *testing.T) {
	wave := func(n int, step float64) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(math.Sin(step * float64(i)))
		}
		return v
	}
	run := func(m, k, n int) (out []float32, names string) {
		p := built(t, func(f compute.Function, check func(compute.Value, error) compute.Value) []compute.Value {
			x := check(f.Parameter("x", shapes.Make(dtypes.Float32, m, k), nil))
			w := check(f.Parameter("w", shapes.Make(dtypes.Float32, k, n), nil))
			bias := check(f.Parameter("bias", shapes.Make(dtypes.Float32, n), nil))
			y := check(f.DotGeneral(x, []int{1}, nil, w, []int{0}, nil, compute.DotGeneralConfig{}))
			y = check(f.Tanh(check(f.Add(y, check(f.BroadcastInDim(bias, shapes.Make(dtypes.Float32, m, n), []int{1}))))))
			return []compute.Value{check(f.Mul(y, y))}
		})
		for _, s := range p.steps {
			names += s.name + "; "
		}
		got, err := p.call([]any{wave(m*k, .37), wave(k*n, .11), wave(n, 1.3)})
		if err != nil {
			t.Fatal(err)
		}
		return got[0].([]float32), names
	}
	for _, s := range [][3]int{{512, 256, 160}, {300, 260, 512}, {2, 512, 4096}} {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			before := epilogueLeast
			defer func() { epilogueLeast = before }()
			epilogueLeast = 1 << 40
			want, apart := run(s[0], s[1], s[2])
			epilogueLeast = 1
			got, names := run(s[0], s[1], s[2])
			if !strings.Contains(names, "DotGeneral loop") || strings.Contains(apart, "DotGeneral loop") {
				t.Errorf("steps %q, and without epilogues %q", names, apart)
			}
			for i, v := range want {
				if got[i] != v {
					t.Fatalf("element %d: %g, want %g", i, got[i], v)
				}
			}
		})
	}
}
