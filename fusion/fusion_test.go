package fusion_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/feature"
	"cggm/fusion"
	"cggm/layer"
	"cggm/layer/gradcheck"
	"cggm/param"
)

// features wraps the inputs: bool inputs are the masks of the input before.
func features(in []*graph.Node) []feature.Feature {
	var out []feature.Feature
	for _, n := range in {
		if n.DType().IsFloat() {
			out = append(out, feature.Feature{Value: n})
		} else {
			out[len(out)-1].Mask = n
		}
	}
	return out
}

func fuse(f fusion.Fusion) gradcheck.Build {
	return func(b *param.Binding, in []*graph.Node) *graph.Node {
		return f.Fuse(b.Scope(param.Group{Kind: param.Fusion}), features(in))
	}
}

var (
	vector   = gradcheck.Noise(1, 2, 3)
	sequence = gradcheck.Noise(2, 2, 4, 4)
	mask     = tensors.FromFlatDataAndDimensions([]bool{true, true, true, false, true, false, false, false}, 2, 4)
	picture  = gradcheck.Noise(3, 2, 3, 2, 2)
	mixed    = []*tensors.Tensor{vector, sequence, mask, picture}
	alone    = []*tensors.Tensor{sequence, mask}
)

func TestFusions(t *testing.T) {
	for _, test := range []struct {
		name   string
		fusion fusion.Fusion
		inputs []*tensors.Tensor
		want   []int
	}{
		{"concat", &fusion.Concat{}, mixed, []int{2, 9}},
		{"concat of one", &fusion.Concat{}, alone, []int{2, 4}},
		{"dense concat", &fusion.Concat{Dense: true}, mixed, []int{2, 3, 2, 9}},
		{"sum", &fusion.Sum{}, mixed, []int{2, 64}},
		{"dense sum", &fusion.Sum{Dense: true, Width: 3}, mixed, []int{2, 3, 2, 3}},
		{"gated", &fusion.Gated{Width: 5}, mixed, []int{2, 5}},
		{"gated of one", &fusion.Gated{}, alone, []int{2, 64}},
		{"film", &fusion.FiLM{Width: 5}, mixed, []int{2, 5}},
		{"film of one", &fusion.FiLM{}, alone, []int{2, 64}},
		{"transformer", &fusion.Transformer{Width: 4, Heads: 2, Layers: 1}, mixed, []int{2, 4}},
		{"transformer of one", &fusion.Transformer{Heads: 2, Dropout: layer.Rates{Residual: .2}}, alone, []int{2, 4}},
		{"transformer averaged", &fusion.Transformer{Width: 6, Heads: 2, Layers: 1, Pool: "mean"}, mixed, []int{2, 6}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := gradcheck.Case{Inputs: test.inputs, Build: fuse(test.fusion), Training: true, Step: 3e-3, Tolerance: 2e-2, Samples: 5}
			_, dims, set := gradcheck.Values(t, 1, c)
			if !slices.Equal(dims, test.want) {
				t.Errorf("joint representation %v, want %v", dims, test.want)
			}
			for _, spec := range set.Specs() {
				if spec.Group.Kind != param.Fusion {
					t.Errorf("%s belongs to %v", spec.Name, spec.Group)
				}
			}
			gradcheck.Run(t, c)
		})
	}
}

// The shares of all modalities add up to the joint representation.
func TestShares(t *testing.T) {
	for name, f := range map[string]fusion.Splitter{
		"concat": &fusion.Concat{}, "dense concat": &fusion.Concat{Dense: true},
		"sum": &fusion.Sum{}, "dense sum": &fusion.Sum{Dense: true},
	} {
		t.Run(name, func(t *testing.T) {
			got, _, _ := gradcheck.Values(t, 1, gradcheck.Case{
				Inputs: mixed,
				Build: func(b *param.Binding, in []*graph.Node) *graph.Node {
					s, all := b.Scope(param.Group{Kind: param.Fusion}), features(in)
					rest := f.Fuse(s, all)
					for m := range all {
						rest = graph.Sub(rest, f.Share(s, all, m))
					}
					return rest
				},
			})
			for i, v := range got {
				if math.Abs(float64(v)) > 1e-6 {
					t.Fatalf("element %d: the shares miss %v", i, v)
				}
			}
		})
	}
}

// Outside its columns a modality's share is 0, and each concatenated feature
// has columns of its own.
func TestColumns(t *testing.T) {
	for name, f := range map[string]fusion.Splitter{
		"concat": &fusion.Concat{}, "dense concat": &fusion.Concat{Dense: true}, "sum": &fusion.Sum{},
	} {
		t.Run(name, func(t *testing.T) {
			got, _, _ := gradcheck.Values(t, 1, gradcheck.Case{
				Inputs: mixed,
				Build: func(b *param.Binding, in []*graph.Node) *graph.Node {
					s, all := b.Scope(param.Group{Kind: param.Fusion}), features(in)
					var outside, own []*graph.Node
					place := 0
					for m := range all {
						share := f.Share(s, all, m)
						from, to := f.Columns(all, m)
						width := share.Shape().Dimensions[share.Rank()-1]
						if name != "sum" && from != place || to > width {
							t.Errorf("modality %d of width %d has the columns [%d,%d) of %d", m, all[m].Width(), from, to, width)
						}
						place = to
						columns := graph.Iota(share.Graph(), share.Shape(), share.Rank()-1)
						here := graph.LogicalAnd(
							graph.GreaterOrEqual(columns, graph.Scalar(share.Graph(), share.DType(), float64(from))),
							graph.LessThan(columns, graph.Scalar(share.Graph(), share.DType(), float64(to))))
						size := graph.Abs(share)
						outside = append(outside, graph.ReduceAllSum(graph.Where(here, graph.ZerosLike(size), size)))
						own = append(own, graph.ReduceAllSum(graph.Where(here, size, graph.ZerosLike(size))))
					}
					return graph.Concatenate([]*graph.Node{graph.Stack(outside, 0), graph.Stack(own, 0)}, 0)
				},
			})
			for i, v := range got {
				if inside := i >= len(got)/2; (v != 0) != inside {
					t.Errorf("modality %d: inside its columns %v, sum of its share %v", i%(len(got)/2), inside, v)
				}
			}
		})
	}
}

// affine applies the linear layer of the given name to x, in plain Go.
func affine(set *param.Set, values [][]float32, name string, x []float32) []float64 {
	weight, bias := values[set.Index(name+"/weight")], values[set.Index(name+"/bias")]
	out := make([]float64, len(bias))
	for o := range out {
		out[o] = float64(bias[o])
		for i, v := range x {
			out[o] += float64(v) * float64(weight[i*len(bias)+o])
		}
	}
	return out
}

// Gated and FiLM against their formulas on two modalities of one sample.
func TestFormulas(t *testing.T) {
	a, b := []float32{.5, -1}, []float32{2, .3, -.7}
	inputs := []*tensors.Tensor{tensors.FromFlatDataAndDimensions(a, 1, 2), tensors.FromFlatDataAndDimensions(b, 1, 3)}
	const width = 4
	for _, test := range []struct {
		name    string
		fusion  fusion.Fusion
		formula func(linear func(name string, x []float32) []float64, k int) float64
	}{
		{"gated", &fusion.Gated{Width: width}, func(linear func(string, []float32) []float64, k int) float64 {
			both := slices.Concat(a, b)
			sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
			return sigmoid(linear("gate0", both)[k])*math.Tanh(linear("project0", a)[k]) +
				sigmoid(linear("gate1", both)[k])*math.Tanh(linear("project1", b)[k])
		}},
		{"film", &fusion.FiLM{Width: width}, func(linear func(string, []float32) []float64, k int) float64 {
			return (1+linear("gain1", b)[k])*linear("project0", a)[k] + linear("shift1", b)[k] +
				(1+linear("gain0", a)[k])*linear("project1", b)[k] + linear("shift0", a)[k]
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, _, set := gradcheck.Values(t, 3, gradcheck.Case{Inputs: inputs, Build: fuse(test.fusion)})
			values := set.Initial(3)
			for k := range width {
				want := test.formula(func(name string, x []float32) []float64 {
					return affine(set, values, "fusion/"+name, x)
				}, k)
				if math.Abs(float64(got[k])-want) > 1e-5 {
					t.Errorf("element %d: %v, want %v", k, got[k], want)
				}
			}
		})
	}
}

func TestFusionsRefuse(t *testing.T) {
	for _, test := range []struct {
		name   string
		fusion fusion.Fusion
		inputs []*tensors.Tensor
		want   string
	}{
		{"no map", &fusion.Concat{Dense: true}, []*tensors.Tensor{vector, sequence}, "no modality has a map"},
		{"two extents", &fusion.Sum{Dense: true}, []*tensors.Tensor{picture, gradcheck.Noise(1, 2, 4, 4, 2)}, "one extent"},
		{"pool", &fusion.Transformer{Heads: 2, Pool: "last"}, alone, "first or mean"},
		{"heads", &fusion.Transformer{Heads: 3}, alone, "multiple of the heads"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := exceptions.TryCatch[error](func() {
				gradcheck.Trace(t, gradcheck.Case{Inputs: test.inputs, Build: fuse(test.fusion)})
			})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}
