package layer_test

import (
	"math"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/feature"
	"cggm/layer"
	"cggm/layer/gradcheck"
	"cggm/param"
)

func near(t *testing.T, got, want []float32, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d values %v, want %d", len(got), got, len(want))
	}
	for i := range want {
		if d := math.Abs(float64(got[i] - want[i])); !(d <= tolerance) {
			t.Errorf("element %d: got %v, want %v", i, got[i], want[i])
		}
	}
}

func vector(values ...float32) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(values, 1, len(values))
}

// The expected values are those of torch.nn.functional, to six digits.
func TestActivations(t *testing.T) {
	for name, want := range map[string][]float32{
		"":        {0, 0, 0.5, 3},
		"none":    {-1, 0, 0.5, 3},
		"relu":    {0, 0, 0.5, 3},
		"gelu":    {-0.158655, 0, 0.345731, 2.995950},
		"silu":    {-0.268941, 0, 0.311230, 2.857722},
		"tanh":    {-0.761594, 0, 0.462117, 0.995055},
		"sigmoid": {0.268941, 0.5, 0.622459, 0.952574},
	} {
		t.Run(name, func(t *testing.T) {
			c := gradcheck.Case{
				Inputs: []*tensors.Tensor{vector(-1, 0, .5, 3)},
				Build: on(func(_ param.Scope, x *graph.Node) *graph.Node {
					return layer.Activate(name, x)
				}),
			}
			got, _, _ := gradcheck.Values(t, 1, c)
			near(t, got, want, 2e-6)
			c.Inputs = []*tensors.Tensor{vector(-1, -.3, .5, 3)}
			gradcheck.Run(t, c)
		})
	}
	if !slices.IsSorted(layer.Activations()) || len(layer.Activations()) != 6 {
		t.Errorf("activations %v", layer.Activations())
	}
}

// Mean 2, variance 2/3 over (1,2,3): ±sqrt(3/2) up to the guard of 1e-5.
func TestNormValues(t *testing.T) {
	got, _, _ := gradcheck.Values(t, 1, gradcheck.Case{Inputs: []*tensors.Tensor{vector(1, 2, 3)}, Build: on(layer.Norm)})
	near(t, got, []float32{-1.2247357, 0, 1.2247357}, 1e-6)
}

// Of (1,3) and (5,5): mean 3 and 4, biased variance 4 and 1, unbiased 8 and 2;
// a tenth of them moves the statistics from 0 and 1.
func TestBatchNormValues(t *testing.T) {
	input := []*tensors.Tensor{tensors.FromFlatDataAndDimensions([]float32{1, 3, 5, 5}, 2, 2)}
	build := func(updates bool) gradcheck.Build {
		return func(b *param.Binding, in []*graph.Node) *graph.Node {
			y := layer.BatchNorm(b.Scope(group), in[0])
			if !updates {
				return y
			}
			return graph.Concatenate([]*graph.Node{
				b.Update(b.Set.Index("fusion/mean")), b.Update(b.Set.Index("fusion/variance")),
			}, 0)
		}
	}
	got, _, _ := gradcheck.Values(t, 1, gradcheck.Case{Inputs: input, Build: build(false), Training: true})
	near(t, got, []float32{-1, -1, 1, 1}, 1e-5)
	got, _, _ = gradcheck.Values(t, 1, gradcheck.Case{Inputs: input, Build: build(true), Training: true})
	near(t, got, []float32{.3, .4, 1.7, 1.1}, 1e-6)
	got, _, _ = gradcheck.Values(t, 1, gradcheck.Case{Inputs: input, Build: build(false)})
	near(t, got, []float32{1, 3, 5, 5}, 1e-4) // mean 0, variance 1
}

// TestDropout checks the rate and the scale on 40000 ones: the kept share has
// a standard deviation of .0023.
func TestDropout(t *testing.T) {
	ones := make([]float32, 40000)
	for i := range ones {
		ones[i] = 1
	}
	c := gradcheck.Case{
		Inputs: []*tensors.Tensor{vector(ones...)}, Training: true,
		Build: on(func(s param.Scope, x *graph.Node) *graph.Node { return layer.Dropout(s, x, .3) }),
	}
	got, _, _ := gradcheck.Values(t, 1, c)
	kept := 0
	for _, v := range got {
		if v != 0 {
			kept++
			if math.Abs(float64(v)-1/.7) > 1e-6 {
				t.Fatalf("kept value %v, want 1/.7", v)
			}
		}
	}
	if share := float64(kept) / 40000; math.Abs(share-.7) > .01 {
		t.Errorf("kept %.4f of the values, want .7", share)
	}
	c.Training = false
	got, _, _ = gradcheck.Values(t, 1, c)
	near(t, got, ones, 0)
}

// Two layers at different places draw different numbers, the same place twice
// the same ones.
func TestDropoutPlaces(t *testing.T) {
	ones := slices.Repeat([]float32{1}, 64)
	draw := func(names ...string) []float32 {
		got, _, _ := gradcheck.Values(t, 1, gradcheck.Case{
			Inputs: []*tensors.Tensor{vector(ones...)}, Training: true,
			Build: on(func(s param.Scope, x *graph.Node) *graph.Node {
				return graph.Sub(layer.Dropout(s.In(names[0]), x, .5), layer.Dropout(s.In(names[1]), x, .5))
			}),
		})
		return got
	}
	near(t, draw("a", "a"), make([]float32, 64), 0)
	if slices.Equal(draw("a", "b"), make([]float32, 64)) {
		t.Error("two places drew the same mask")
	}
}

// What masked tokens hold must not reach the valid ones.
func TestAttentionMask(t *testing.T) {
	mask := tensors.FromFlatDataAndDimensions([]bool{true, true, false}, 1, 3)
	first := gradcheck.Noise(1, 1, 3, 4)
	other := tensors.FromFlatDataAndDimensions(append(values(t, first)[:8:8], 9, -9, 9, 9), 1, 3, 4)
	run := func(x *tensors.Tensor) []float32 {
		got, _, _ := gradcheck.Values(t, 1, gradcheck.Case{
			Inputs: []*tensors.Tensor{x, mask},
			Build: func(b *param.Binding, in []*graph.Node) *graph.Node {
				return layer.TransformerStack(b.Scope(group), in[0], in[1], 2, 2, layer.Rates{})
			},
		})
		return got[:8]
	}
	near(t, run(other), run(first), 1e-6)
}

// Attention against its definition, head by head.
func TestAttentionNaive(t *testing.T) {
	const tokens, width, heads, size = 3, 4, 2, 2
	x := gradcheck.Noise(1, 1, tokens, width)
	got, _, set := gradcheck.Values(t, 5, gradcheck.Case{
		Inputs: []*tensors.Tensor{x},
		Build: on(func(s param.Scope, x *graph.Node) *graph.Node {
			return layer.MultiHeadAttention(s, x, nil, heads, 0)
		}),
	})
	initial := set.Initial(5)
	in, out := initial[set.Index("fusion/in/weight")], initial[set.Index("fusion/out/weight")]
	flat := values(t, x)
	project := func(token, column int) (sum float64) {
		for i := range width {
			sum += float64(flat[token*width+i]) * float64(in[i*3*width+column])
		}
		return sum
	}
	want := make([]float32, tokens*width)
	for q := range tokens {
		mixed := make([]float64, width)
		for h := range heads {
			weights, total := make([]float64, tokens), 0.0
			for k := range tokens {
				score := 0.0
				for i := range size {
					score += project(q, h*size+i) * project(k, width+h*size+i)
				}
				weights[k] = math.Exp(score / math.Sqrt(size))
				total += weights[k]
			}
			for k := range tokens {
				for i := range size {
					mixed[h*size+i] += weights[k] / total * project(k, 2*width+h*size+i)
				}
			}
		}
		for o := range width {
			sum := 0.0
			for i := range width {
				sum += mixed[i] * float64(out[i*width+o])
			}
			want[q*width+o] = float32(sum)
		}
	}
	near(t, got, want, 1e-5)
}

func TestEmbedding(t *testing.T) {
	tokens := tensors.FromFlatDataAndDimensions([]int32{3, 0, 1, 3}, 2, 2)
	c := gradcheck.Case{
		Inputs: []*tensors.Tensor{tokens}, Samples: 40,
		Build: on(func(s param.Scope, x *graph.Node) *graph.Node { return layer.Embedding(s, x, 5, 3) }),
	}
	gradcheck.Run(t, c)
	got, dims, set := gradcheck.Values(t, 1, c)
	table := set.Initial(1)[0]
	near(t, got, slices.Concat(table[9:12], []float32{0, 0, 0}, table[3:6], table[9:12]), 0)
	if !slices.Equal(dims, []int{2, 2, 3}) {
		t.Errorf("shape %v", dims)
	}
}

func TestTokens(t *testing.T) {
	for _, test := range []struct{ dims, want []int }{
		{[]int{2, 3}, []int{2, 1, 3}},
		{[]int{2, 5, 3}, []int{2, 5, 3}},
		{[]int{2, 4, 5, 3}, []int{2, 20, 3}},
	} {
		_, got, _ := gradcheck.Values(t, 1, gradcheck.Case{
			Inputs: []*tensors.Tensor{gradcheck.Noise(1, test.dims...)},
			Build: on(func(_ param.Scope, x *graph.Node) *graph.Node {
				return layer.Tokens(feature.Feature{Value: x})
			}),
		})
		if !slices.Equal(got, test.want) {
			t.Errorf("%v: %v, want %v", test.dims, got, test.want)
		}
	}
}

func values(t *testing.T, x *tensors.Tensor) []float32 {
	t.Helper()
	flat, err := tensors.CopyFlatData[float32](x)
	if err != nil {
		t.Fatal(err)
	}
	return flat
}
