package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/backend"
	"cggm/encoder"
	"cggm/feature"
	"cggm/head"
	"cggm/objective"
	"cggm/param"
)

// pictureClasses is the number of outputs of torchvision's networks.
const pictureClasses = 1000

// resnet is the loss of a ResNet-18 on random pictures, its gradients and the
// moving means of its batch normalisations.
type resnet struct {
	graph  *graph.Graph
	inputs []*tensors.Tensor
	count  int
}

func newResNet(s setting) (stepper, error) {
	b, err := backend.Open()
	if err != nil {
		return nil, err
	}
	r := &resnet{}
	if err := exceptions.TryCatch[error](func() { r.build(b, s) }); err != nil {
		return nil, fmt.Errorf("resnet: %w", err)
	}
	return r, nil
}

func (r *resnet) build(b compute.Backend, s setting) {
	r.graph = graph.NewGraph(b, "resnet")
	x := graph.Parameter(r.graph, "x", shapes.Make(dtypes.Float32, s.batch, s.size, s.size, 3))
	y := graph.Parameter(r.graph, "y", shapes.Make(dtypes.Int32, s.batch))
	set := &param.Set{}
	binding := &param.Binding{Graph: r.graph, Set: set, Training: true}
	group := param.Group{Kind: param.Encoder}
	net := encoder.ResNet{Depth: 18}
	f := net.Encode(binding.Scope(group), binding.Scope(group), feature.Feature{Value: x})
	last := head.Linear{Size: pictureClasses}
	logits := last.Predict(binding.Scope(param.Group{Kind: param.Head}), f.Value).Logits
	loss := objective.CrossEntropy{}.Loss(logits, y, nil)

	rng := rand.New(rand.NewPCG(1, 2))
	r.inputs = []*tensors.Tensor{
		tensors.FromFlatDataAndDimensions(normal(rng, s.batch*s.size*s.size*3), s.batch, s.size, s.size, 3),
		tensors.FromFlatDataAndDimensions(make([]int32, s.batch), s.batch),
	}
	outputs := []*graph.Node{loss}
	var trained []*graph.Node
	initial := set.Initial(1)
	for _, i := range binding.Order() {
		spec := set.Specs()[i]
		r.inputs = append(r.inputs, tensors.FromFlatDataAndDimensions(initial[i], spec.Dims...))
		if updated := binding.Update(i); updated != nil {
			outputs = append(outputs, updated)
		}
		if !spec.Fixed {
			trained = append(trained, binding.Node(i))
			r.count += spec.Size()
		}
	}
	outputs = append(outputs, graph.Gradient(loss, trained...)...)
	if err := r.graph.Compile(outputs...); err != nil {
		panic(err)
	}
}

func (r *resnet) step() error { return execute(r.graph, r.inputs) }

func (r *resnet) parameters() (model, classifiers int) { return r.count, 0 }
