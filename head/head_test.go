package head_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/head"
	"cggm/layer"
	"cggm/layer/gradcheck"
	"cggm/param"
)

var (
	joint = gradcheck.Noise(1, 2, 5)
	dense = gradcheck.Noise(2, 2, 3, 4, 5)
)

func predict(h head.Head) gradcheck.Build {
	return func(b *param.Binding, in []*graph.Node) *graph.Node {
		return h.Predict(b.Scope(param.Group{Kind: param.Head}), in[0]).Logits
	}
}

func TestHeads(t *testing.T) {
	for _, test := range []struct {
		name   string
		head   head.Head
		input  *tensors.Tensor
		want   []int
		linear bool
	}{
		{"linear", &head.Linear{Size: 3}, joint, []int{2, 3}, true},
		{"linear at positions", &head.Linear{Size: 3}, dense, []int{2, 3, 4, 3}, true},
		{"residual", &head.Residual{Size: 3, Dropout: .3}, joint, []int{2, 3}, false},
		{"dense", &head.Dense{Size: 3}, dense, []int{2, 3, 4, 3}, true},
		{"dense resized", &head.Dense{Size: 2, Height: 6, Width: 8, Hidden: []int{3}}, dense, []int{2, 6, 8, 2}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := gradcheck.Case{Inputs: []*tensors.Tensor{test.input}, Build: predict(test.head), Training: true, Samples: 6}
			_, dims, _ := gradcheck.Values(t, 1, c)
			if !slices.Equal(dims, test.want) || dims[len(dims)-1] != test.head.Outputs() {
				t.Errorf("logits %v, want %v", dims, test.want)
			}
			if test.head.Linear() != test.linear {
				t.Errorf("linear %v, want %v", test.head.Linear(), test.linear)
			}
			gradcheck.Run(t, c)

			// What Output promises: Logits = Hidden·Weight + Bias.
			rest, _, _ := gradcheck.Values(t, 1, gradcheck.Case{
				Inputs: c.Inputs,
				Build: func(b *param.Binding, in []*graph.Node) *graph.Node {
					o := test.head.Predict(b.Scope(param.Group{Kind: param.Head}), in[0])
					// Where the extents differ, resizing comes first here and last in the head.
					hidden := o.Hidden
					if dims := o.Logits.Shape().Dimensions; len(dims) == 4 {
						hidden = layer.Resize(hidden, dims[1], dims[2])
					}
					again := graph.EinsumAxes(hidden, o.Weight, [][2]int{{hidden.Rank() - 1, 0}}, nil)
					rest := graph.Sub(o.Logits, graph.Add(again, graph.ExpandLeftToRank(o.Bias, again.Rank())))
					return graph.Stack([]*graph.Node{rest, graph.Sub(o.Logits, o.With(o.Hidden).Logits)}, 0)
				},
			})
			for _, v := range rest {
				if math.Abs(float64(v)) > 1e-6 {
					t.Fatalf("logits differ from Hidden·Weight + Bias by %v", v)
				}
			}
		})
	}
}

// A frozen head passes gradients on to its input only.
func TestFrozen(t *testing.T) {
	got, _, _ := gradcheck.Values(t, 1, gradcheck.Case{
		Inputs: []*tensors.Tensor{joint},
		Build: func(b *param.Binding, in []*graph.Node) *graph.Node {
			h := head.Residual{Size: 3}
			loss := graph.ReduceAllSum(h.Predict(b.Scope(param.Group{Kind: param.Head}).Frozen(), in[0]).Logits)
			weight := b.Node(b.Set.Index("head/out/weight"))
			grads := graph.Gradient(loss, weight, in[0])
			return graph.Stack([]*graph.Node{graph.ReduceAllSum(graph.Abs(grads[0])), graph.ReduceAllSum(graph.Abs(grads[1]))}, 0)
		},
	})
	if got[0] != 0 || got[1] == 0 {
		t.Errorf("gradients %v: want 0 for the weight and none for the input", got)
	}
}

func TestHeadsRefuse(t *testing.T) {
	for _, test := range []struct {
		name string
		head head.Head
		want string
	}{
		{"dense on vectors", &head.Dense{Size: 3}, "want a map"},
		{"no outputs", &head.Linear{}, "at least one output"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := exceptions.TryCatch[error](func() {
				gradcheck.Trace(t, gradcheck.Case{Inputs: []*tensors.Tensor{joint}, Build: predict(test.head)})
			})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}
