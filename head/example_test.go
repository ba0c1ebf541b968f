package head_test

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"cggm/head"
	"cggm/param"
)

func ExampleLinear() {
	backend, err := compute.NewWithConfig("cpu")
	if err != nil {
		panic(err)
	}
	g := graph.NewGraph(backend, "example")
	b := &param.Binding{Graph: g, Set: &param.Set{}}
	joint := graph.Parameter(g, "joint", shapes.Make(dtypes.Float32, 8, 96))

	out := (&head.Linear{Size: 9}).Predict(b.Scope(param.Group{Kind: param.Head}), joint)
	fmt.Println(out.Logits.Shape().Dimensions, out.Weight.Shape().Dimensions, out.Bias.Shape().Dimensions)
	// Output: [8 9] [96 9] [9]
}
