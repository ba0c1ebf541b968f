package gradcheck_test

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/layer/gradcheck"
	"cggm/param"
)

// A gradient that misses a factor is found, in the parameter and the input.
func TestDifferences(t *testing.T) {
	square := func(right bool) gradcheck.Case {
		return gradcheck.Case{
			Inputs: []*tensors.Tensor{gradcheck.Noise(1, 2, 3)},
			Build: func(b *param.Binding, in []*graph.Node) *graph.Node {
				y := graph.Mul(in[0], b.Scope(param.Group{}).Var("w", param.Normal(1), 2, 3))
				if right {
					return graph.Mul(y, y)
				}
				return graph.Mul(y, graph.StopGradient(y))
			},
		}
	}
	if found := gradcheck.Differences(t, square(true)); len(found) > 0 {
		t.Errorf("right gradient: %v", found)
	}
	if found := gradcheck.Differences(t, square(false)); len(found) < 8 {
		t.Errorf("wrong gradient: %d of 12 elements found", len(found))
	}
}
