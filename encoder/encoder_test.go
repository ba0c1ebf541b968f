package encoder_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/encoder"
	"cggm/feature"
	"cggm/layer"
	"cggm/layer/gradcheck"
	"cggm/param"
)

// encode builds an encoder of modality 0; a second input is the mask.
func encode(e encoder.Encoder) gradcheck.Build {
	return func(b *param.Binding, in []*graph.Node) *graph.Node {
		f := feature.Feature{Value: in[0]}
		if len(in) > 1 {
			f.Mask = in[1]
		}
		f = e.Encode(b.Scope(param.Group{Kind: param.Stem}), b.Scope(param.Group{Kind: param.Encoder}), f)
		return f.Value
	}
}

func tokens() *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions([]int32{4, 1, 2, 2, 0, 5, 3, 0, 0, 0}, 2, 5)
}

func mask() *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions([]bool{true, true, true, true, false, true, true, false, false, false}, 2, 5)
}

var (
	vectors   = gradcheck.Noise(1, 2, 6)
	sequences = gradcheck.Noise(2, 2, 5, 6)
	maps      = gradcheck.Noise(3, 2, 8, 8, 2)
)

var cases = []struct {
	name    string
	encoder encoder.Encoder
	inputs  []*tensors.Tensor
	want    []int
}{
	{"mlp", &encoder.MLP{}, []*tensors.Tensor{vectors}, []int{2, 64}},
	{"mlp of a sequence", &encoder.MLP{Width: 3, Hidden: []int{4}, Activation: "tanh", Dropout: .3}, []*tensors.Tensor{sequences, mask()}, []int{2, 3}},
	{"mlp of a map", &encoder.MLP{Width: 3, Activation: "gelu"}, []*tensors.Tensor{maps}, []int{2, 3}},
	{"linear", &encoder.Linear{}, []*tensors.Tensor{sequences}, []int{2, 5, 64}},
	{"linear of a map", &encoder.Linear{Width: 3}, []*tensors.Tensor{maps}, []int{2, 8, 8, 3}},
	{"identity", &encoder.Identity{}, []*tensors.Tensor{sequences}, []int{2, 5, 6}},
	{"conv1d", &encoder.Conv1D{Activation: "silu"}, []*tensors.Tensor{sequences}, []int{2, 5, 64}},
	{"conv1d with mask", &encoder.Conv1D{Channels: []int{4, 3}, Kernel: 2, Pool: 2, Dropout: .2}, []*tensors.Tensor{sequences, mask()}, []int{2, 1, 3}},
	{"conv1d of tokens", &encoder.Conv1D{Channels: []int{3}, Vocabulary: 6, Embed: 4}, []*tensors.Tensor{tokens()}, []int{2, 5, 3}},
	{"conv2d", &encoder.Conv2D{Activation: "tanh"}, []*tensors.Tensor{maps}, []int{2, 64}},
	{"conv2d flattened", &encoder.Conv2D{Channels: []int{3}, Width: 4, Flatten: true, Dropout: .2}, []*tensors.Tensor{maps}, []int{2, 4}},
	{"conv2d normalised", &encoder.Conv2D{Channels: []int{3, 4}, Pool: 1, BatchNorm: true, Dense: true, Activation: "tanh"}, []*tensors.Tensor{maps}, []int{2, 8, 8, 4}},
	{"conv2d of a spectrogram", &encoder.Conv2D{Channels: []int{3}}, []*tensors.Tensor{sequences, mask()}, []int{2, 64}},
	{"embedding", &encoder.Embedding{Vocabulary: 6}, []*tensors.Tensor{tokens()}, []int{2, 64}},
	{"embedding summed", &encoder.Embedding{Vocabulary: 6, Bag: "sum", Embed: 3, Width: 4, Dropout: .2}, []*tensors.Tensor{tokens(), mask()}, []int{2, 4}},
	{"embedding kept", &encoder.Embedding{Vocabulary: 6, Bag: "none", Width: 4}, []*tensors.Tensor{tokens()}, []int{2, 5, 4}},
	{"transformer", &encoder.Transformer{Width: 4, Heads: 2, Layers: 2}, []*tensors.Tensor{sequences, mask()}, []int{2, 5, 4}},
	{"transformer of a map", &encoder.Transformer{Width: 4, Heads: 2, Layers: 1}, []*tensors.Tensor{maps}, []int{2, 64, 4}},
	{"transformer of a vector", &encoder.Transformer{Width: 4, Heads: 2, Layers: 1}, []*tensors.Tensor{vectors}, []int{2, 1, 4}},
	{"transformer of tokens", &encoder.Transformer{Width: 4, Heads: 2, Layers: 1, Vocabulary: 6, Dropout: layer.Rates{Embed: .2}}, []*tensors.Tensor{tokens()}, []int{2, 5, 4}},
}

func TestEncoders(t *testing.T) {
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			c := gradcheck.Case{Inputs: test.inputs, Build: encode(test.encoder), Training: true, Step: 2e-3, Tolerance: 2e-2, Samples: 4}
			_, dims, set := gradcheck.Values(t, 1, c)
			if !slices.Equal(dims, test.want) {
				t.Errorf("features %v, want %v", dims, test.want)
			}
			for _, spec := range set.Specs() {
				if spec.Group.Kind != param.Stem && spec.Group.Kind != param.Encoder {
					t.Errorf("%s belongs to %v", spec.Name, spec.Group)
				}
			}
			gradcheck.Run(t, c)
		})
	}
}

func TestTransformerDefaults(t *testing.T) {
	_, dims, set := gradcheck.Values(t, 1, gradcheck.Case{Inputs: []*tensors.Tensor{sequences}, Build: encode(&encoder.Transformer{})})
	if !slices.Equal(dims, []int{2, 5, 40}) || set.Index("encoder/0/block3/fc2/weight") < 0 || set.Index("encoder/0/block4/fc2/weight") >= 0 {
		t.Errorf("features %v: want width 40 and four blocks", dims)
	}
}

// The stem holds the transformer's input projection and nothing else.
func TestTransformerStem(t *testing.T) {
	_, _, set := gradcheck.Values(t, 1, gradcheck.Case{
		Inputs: []*tensors.Tensor{sequences}, Build: encode(&encoder.Transformer{Width: 4, Heads: 2, Layers: 1}),
	})
	var stem []string
	for _, spec := range set.Specs() {
		if spec.Group.Kind == param.Stem {
			stem = append(stem, spec.Name)
		}
	}
	if want := []string{"stem/0/project/weight", "stem/0/project/bias"}; !slices.Equal(stem, want) {
		t.Errorf("stem %v, want %v", stem, want)
	}
}

// What padding holds must not change the pooled features.
func TestPaddingIsSilent(t *testing.T) {
	other, err := tensors.CopyFlatData[float32](sequences)
	if err != nil {
		t.Fatal(err)
	}
	for i, valid := range []bool{true, true, true, true, false, true, true, false, false, false} {
		for k := range 6 {
			if !valid {
				other[i*6+k] = float32(i*7 - k)
			}
		}
	}
	for name, e := range map[string]encoder.Encoder{
		"mlp":         &encoder.MLP{},
		"conv1d":      &encoder.Conv1D{Activation: "gelu"},
		"conv2d":      &encoder.Conv2D{Channels: []int{4}},
		"transformer": &encoder.Transformer{Layers: 1},
	} {
		t.Run(name, func(t *testing.T) {
			pooled := func(x *tensors.Tensor) []float32 {
				got, _, _ := gradcheck.Values(t, 1, gradcheck.Case{
					Inputs: []*tensors.Tensor{x, mask()},
					Build: func(b *param.Binding, in []*graph.Node) *graph.Node {
						f := e.Encode(b.Scope(param.Group{Kind: param.Stem}), b.Scope(param.Group{Kind: param.Encoder}),
							feature.Feature{Value: in[0], Mask: in[1]})
						return f.Pool()
					},
				})
				return got
			}
			a, b := pooled(sequences), pooled(tensors.FromFlatDataAndDimensions(other, 2, 5, 6))
			for i := range a {
				if d := a[i] - b[i]; d > 1e-5 || d < -1e-5 {
					t.Fatalf("feature %d: %v with one padding, %v with another", i, a[i], b[i])
				}
			}
		})
	}
}

func TestEncodersRefuse(t *testing.T) {
	for _, test := range []struct {
		name    string
		encoder encoder.Encoder
		input   *tensors.Tensor
		want    string
	}{
		{"mlp on tokens", &encoder.MLP{}, tokens(), "use embedding"},
		{"embedding on vectors", &encoder.Embedding{Vocabulary: 6}, vectors, "want integer tokens"},
		{"no vocabulary", &encoder.Embedding{}, tokens(), "number of token ids"},
		{"unknown bag", &encoder.Embedding{Vocabulary: 6, Bag: "max"}, tokens(), "mean, sum or none"},
		{"conv2d on vectors", &encoder.Conv2D{}, vectors, "use mlp"},
		{"too much pooling", &encoder.Conv2D{Channels: []int{1, 1, 1, 1}}, maps, "fewer or smaller pools"},
		{"heads", &encoder.Transformer{Width: 7, Heads: 2}, sequences, "multiple of the heads"},
		{"layers", &encoder.Transformer{Layers: -1}, sequences, "at least one layer"},
		{"width", &encoder.MLP{Width: -3}, vectors, "at least one output"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := exceptions.TryCatch[error](func() {
				gradcheck.Trace(t, gradcheck.Case{Inputs: []*tensors.Tensor{test.input}, Build: encode(test.encoder)})
			})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

// The stages are as many as the encoder has layers, blocks or, for a ResNet,
// groups of blocks; a layer behind a convolution counts.
func TestStages(t *testing.T) {
	for _, test := range []struct {
		encoder encoder.Staged
		want    int
	}{
		{&encoder.Linear{}, 1},
		{&encoder.MLP{}, 1},
		{&encoder.MLP{Hidden: []int{8, 8}}, 3},
		{&encoder.Conv1D{}, 2},
		{&encoder.Conv2D{}, 4},
		{&encoder.Conv2D{Dense: true, Channels: []int{4, 4}}, 2},
		{&encoder.ResNet{}, 4},
		{&encoder.DeepLab{Depth: 18}, 4},
		{&encoder.Embedding{}, 2},
		{&encoder.Transformer{Layers: 3}, 3},
	} {
		if got := len(test.encoder.Stages(param.Scope{}, param.Scope{})); got != test.want {
			t.Errorf("%T %+v: %d stages, want %d", test.encoder, test.encoder, got, test.want)
		}
	}
}
