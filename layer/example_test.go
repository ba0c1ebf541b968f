package layer_test

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"cggm/layer"
	"cggm/param"
)

// Layers declare their parameters in the scope they are given.
func ExampleConv2D() {
	backend, err := compute.NewWithConfig("cpu")
	if err != nil {
		panic(err)
	}
	g := graph.NewGraph(backend, "example")
	set := &param.Set{}
	s := (&param.Binding{Graph: g, Set: set}).Scope(param.Group{Kind: param.Encoder})
	picture := graph.Parameter(g, "picture", shapes.Make(dtypes.Float32, 8, 32, 32, 3))

	y := layer.ReLU(layer.Conv2D(s.In("conv"), picture, 16, layer.Convolution{Kernel: 3}))
	fmt.Println(layer.MaxPool(y, 2).Shape().Dimensions)
	for _, spec := range set.Specs() {
		fmt.Println(spec.Name, spec.Dims)
	}
	// Output:
	// [8 16 16 16]
	// encoder/0/conv/weight [3 3 3 16]
	// encoder/0/conv/bias [16]
}
