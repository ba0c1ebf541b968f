package layer_test

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/layer"
	"cggm/layer/gradcheck"
	"cggm/param"
)

var group = param.Group{Kind: param.Fusion}

// on builds a layer of one input in the scope "fusion".
func on(f func(s param.Scope, x *graph.Node) *graph.Node) gradcheck.Build {
	return func(b *param.Binding, in []*graph.Node) *graph.Node { return f(b.Scope(group), in[0]) }
}

func TestGradients(t *testing.T) {
	mask := tensors.FromFlatDataAndDimensions([]bool{true, true, false, true, false, false}, 2, 3)
	rates := layer.Rates{Attention: .3, ReLU: .2, Embed: .25, Residual: .1}
	tokens := []*tensors.Tensor{gradcheck.Noise(1, 2, 3, 6)}
	for _, test := range []struct {
		name string
		gradcheck.Case
	}{
		{"linear", gradcheck.Case{Inputs: tokens, Build: on(func(s param.Scope, x *graph.Node) *graph.Node {
			return layer.Linear(s, x, 4, nil)
		})}},
		{"layer norm", gradcheck.Case{Inputs: tokens, Jitter: .3, Build: on(layer.Norm)}},
		{"dropout", gradcheck.Case{Inputs: tokens, Training: true, Build: on(func(s param.Scope, x *graph.Node) *graph.Node {
			return layer.Dropout(s.In("dropout"), x, .4)
		})}},
		{"batch norm in training", gradcheck.Case{Inputs: tokens, Training: true, Jitter: .3, Build: on(layer.BatchNorm)}},
		{"batch norm in evaluation", gradcheck.Case{Inputs: tokens, Jitter: .3, Build: on(layer.BatchNorm)}},
		{"attention", gradcheck.Case{Inputs: tokens, Jitter: .1, Build: on(func(s param.Scope, x *graph.Node) *graph.Node {
			return layer.MultiHeadAttention(s, x, nil, 3, 0)
		})}},
		{"masked attention with dropout", gradcheck.Case{
			Inputs: append(tokens, mask), Training: true, Jitter: .1,
			Build: func(b *param.Binding, in []*graph.Node) *graph.Node {
				return layer.MultiHeadAttention(b.Scope(group), in[0], in[1], 2, .3)
			},
		}},
		{"transformer", gradcheck.Case{
			Inputs: append(tokens, mask), Training: true, Jitter: .1, Step: 3e-3, Samples: 4,
			Build: func(b *param.Binding, in []*graph.Node) *graph.Node {
				return layer.TransformerStack(b.Scope(group), in[0], in[1], 2, 2, rates)
			},
		}},
	} {
		t.Run(test.name, func(t *testing.T) { gradcheck.Run(t, test.Case) })
	}
}
