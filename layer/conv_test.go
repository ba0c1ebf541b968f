package layer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/layer"
	"cggm/layer/gradcheck"
	"cggm/param"
)

func TestConvolutionGradients(t *testing.T) {
	for _, c := range []layer.Convolution{
		{},
		{Kernel: 3},
		{Kernel: 2},
		{Kernel: 4, Stride: 2},
		{Kernel: 2, Valid: true, Stride: 2},
		{Kernel: 2, Dilation: 3},
		{Kernel: 3, Stride: 2, Unbiased: true},
		{Kernel: 3, Valid: true},
		{Kernel: 3, Valid: true, Stride: 2},
		{Kernel: 3, Dilation: 2},
		{Kernel: 1, Stride: 2},
	} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensors.Tensor{gradcheck.Noise(1, 2, 6, 5, 2)},
				Build: on(func(s param.Scope, x *graph.Node) *graph.Node {
					return layer.Conv2D(s, x, 3, c)
				}),
			})
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensors.Tensor{gradcheck.Noise(1, 2, 7, 2)},
				Build: on(func(s param.Scope, x *graph.Node) *graph.Node {
					return layer.Conv1D(s, x, 3, c)
				}),
			})
		})
	}
}

func TestPoolAndResizeGradients(t *testing.T) {
	for name, f := range map[string]func(x *graph.Node) *graph.Node{
		"max":    func(x *graph.Node) *graph.Node { return layer.MaxPool(x, 2) },
		"mean":   func(x *graph.Node) *graph.Node { return layer.MeanPool(x, 2) },
		"grow":   func(x *graph.Node) *graph.Node { return layer.Resize(x, 7, 9) },
		"shrink": func(x *graph.Node) *graph.Node { return layer.Resize(x, 2, 3) },
	} {
		t.Run(name, func(t *testing.T) {
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensors.Tensor{gradcheck.Noise(1, 2, 5, 4, 2)}, Samples: 40,
				Build: on(func(_ param.Scope, x *graph.Node) *graph.Node { return f(x) }),
			})
		})
	}
}

// TestConvolutionValues checks two convolutions by hand.
func TestConvolutionValues(t *testing.T) {
	ones := func(c layer.Convolution) layer.Convolution {
		c.Init, c.Unbiased = param.Ones, true
		return c
	}
	for _, test := range []struct {
		c    layer.Convolution
		want []float32
	}{
		{layer.Convolution{Kernel: 3}, []float32{3, 6, 9, 12, 9}},
		{layer.Convolution{Kernel: 3, Valid: true}, []float32{6, 9, 12}},
		{layer.Convolution{Kernel: 3, Stride: 2}, []float32{3, 9, 9}},
		{layer.Convolution{Kernel: 2}, []float32{3, 5, 7, 9, 5}},
		{layer.Convolution{Kernel: 3, Dilation: 2}, []float32{4, 6, 9, 6, 8}},
	} {
		got, _, _ := gradcheck.Values(t, 1, gradcheck.Case{
			Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions([]float32{1, 2, 3, 4, 5}, 1, 5, 1)},
			Build: on(func(s param.Scope, x *graph.Node) *graph.Node {
				return layer.Conv1D(s, x, 1, ones(test.c))
			}),
		})
		if !slices.Equal(got, test.want) {
			t.Errorf("%+v: %v, want %v", test.c, got, test.want)
		}
	}
}

// The values are those of torch.nn.functional.interpolate(mode="bilinear",
// align_corners=False): 1, 1.25, 1.75, 2 on a row of 1, 2.
func TestResizeValues(t *testing.T) {
	got, _, _ := gradcheck.Values(t, 1, gradcheck.Case{
		Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions([]float32{1, 2}, 1, 1, 2, 1)},
		Build: on(func(_ param.Scope, x *graph.Node) *graph.Node {
			return layer.Resize(x, 1, 4)
		}),
	})
	if want := []float32{1, 1.25, 1.75, 2}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestLayersRefuse(t *testing.T) {
	maps, sequence := gradcheck.Noise(1, 1, 4, 4, 2), gradcheck.Noise(1, 1, 4, 6)
	for _, test := range []struct {
		name  string
		input *tensors.Tensor
		build func(s param.Scope, x *graph.Node) *graph.Node
		want  string
	}{
		{"rank", sequence, func(s param.Scope, x *graph.Node) *graph.Node {
			return layer.Conv2D(s, x, 2, layer.Convolution{})
		}, "convolution over 2 axes"},
		{"kernel", maps, func(s param.Scope, x *graph.Node) *graph.Node {
			return layer.Conv2D(s, x, 2, layer.Convolution{Kernel: 5, Valid: true})
		}, "smaller kernel"},
		{"stride and dilation", maps, func(s param.Scope, x *graph.Node) *graph.Node {
			return layer.Conv2D(s, x, 2, layer.Convolution{Kernel: 3, Stride: 2, Dilation: 2})
		}, "stride or dilation 1"},
		{"pool", maps, func(_ param.Scope, x *graph.Node) *graph.Node { return layer.MaxPool(x, 5) }, "smaller pools"},
		{"heads", sequence, func(s param.Scope, x *graph.Node) *graph.Node {
			return layer.MultiHeadAttention(s, x, nil, 4, 0)
		}, "multiple of the heads"},
		{"dropout", sequence, func(s param.Scope, x *graph.Node) *graph.Node { return layer.Dropout(s, x, 1) }, "[0,1)"},
		{"activation", sequence, func(_ param.Scope, x *graph.Node) *graph.Node { return layer.Activate("relo", x) }, "gelu, none, relu"},
		{"embedding", sequence, func(s param.Scope, x *graph.Node) *graph.Node { return layer.Embedding(s, x, 9, 2) }, "int32 tokens"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := exceptions.TryCatch[error](func() {
				gradcheck.Trace(t, gradcheck.Case{Inputs: []*tensors.Tensor{test.input}, Build: on(test.build)})
			})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}
