package classifier_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/classifier"
	"cggm/feature"
	"cggm/head"
	"cggm/layer"
	"cggm/layer/gradcheck"
	"cggm/network"
	"cggm/param"
)

const width = 6 // of the model's last layer

var (
	vector   = gradcheck.Noise(1, 2, 3)
	sequence = gradcheck.Noise(2, 2, 4, 4)
	mask     = tensors.FromFlatDataAndDimensions([]bool{true, true, true, false, true, false, false, false}, 2, 4)
	picture  = gradcheck.Noise(3, 2, 3, 2, 4)
)

func classify(c network.Classifier, b *param.Binding, in []*graph.Node) head.Output {
	f := feature.Feature{Value: in[0]}
	if len(in) > 1 {
		f.Mask = in[1]
	}
	return c.Classify(b.Scope(param.Group{Kind: param.Auxiliary, Modality: 1}), f, width)
}

func TestClassifiers(t *testing.T) {
	for _, test := range []struct {
		name       string
		classifier network.Classifier
		inputs     []*tensors.Tensor
		want       []int
	}{
		{"mlp", &classifier.MLP{Size: 3}, []*tensors.Tensor{vector}, []int{2, 3}},
		{"mlp of a sequence", &classifier.MLP{Size: 3, Hidden: []int{5}, Dropout: .2}, []*tensors.Tensor{sequence, mask}, []int{2, 3}},
		{"mlp of a map", &classifier.MLP{Size: 3}, []*tensors.Tensor{picture}, []int{2, 3}},
		{"transformer", &classifier.Transformer{Size: 3, Heads: 2}, []*tensors.Tensor{sequence, mask}, []int{2, 3}},
		{"transformer of a vector", &classifier.Transformer{Size: 3, Heads: 3, Layers: 1}, []*tensors.Tensor{vector}, []int{2, 3}},
		{
			"transformer of a map", &classifier.Transformer{Size: 3, Heads: 2, Layers: 1, Dropout: layer.Rates{ReLU: .2}},
			[]*tensors.Tensor{picture},
			[]int{2, 3},
		},
		{"conv", &classifier.Conv{Size: 3}, []*tensors.Tensor{picture}, []int{2, 3}},
		{
			"dense conv", &classifier.Conv{Size: 3, Channels: []int{5}, Dense: true, Height: 6, Width: 4},
			[]*tensors.Tensor{picture},
			[]int{2, 6, 4, 3},
		},
		{
			"decoder", &classifier.Decoder{Size: 3, Height: 6, Width: 4, Layers: layer.Decoder{High: 3, Low: 2, Dropout: .2}},
			[]*tensors.Tensor{picture},
			[]int{2, 6, 4, 3},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := gradcheck.Case{
				Inputs: test.inputs, Training: true, Step: 3e-3, Tolerance: 2e-2, Samples: 5,
				Build: func(b *param.Binding, in []*graph.Node) *graph.Node {
					out := classify(test.classifier, b, in)
					if dims := out.Weight.Shape().Dimensions; !slices.Equal(dims, []int{width, 3}) {
						t.Errorf("last weight %v: want the shape of the model's, [%d 3]", dims, width)
					}
					return out.Logits
				},
			}
			_, dims, set := gradcheck.Values(t, 1, c)
			if !slices.Equal(dims, test.want) {
				t.Errorf("logits %v, want %v", dims, test.want)
			}
			for _, spec := range set.Specs() {
				if (spec.Group != param.Group{Kind: param.Auxiliary, Modality: 1}) {
					t.Errorf("%s belongs to %v", spec.Name, spec.Group)
				}
			}
			gradcheck.Run(t, c)
		})
	}
}

func TestConvRefusesSequences(t *testing.T) {
	err := exceptions.TryCatch[error](func() {
		gradcheck.Trace(t, gradcheck.Case{Inputs: []*tensors.Tensor{sequence}, Build: func(b *param.Binding, in []*graph.Node) *graph.Node {
			return classify(&classifier.Conv{Size: 3}, b, in).Logits
		}})
	})
	if err == nil || !strings.Contains(err.Error(), "want a map") {
		t.Errorf("got %v, want an error that asks for a map", err)
	}
}
