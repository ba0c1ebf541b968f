package fusion_test

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"cggm/feature"
	"cggm/fusion"
	"cggm/param"
)

// A picture's features and a name's tokens become one vector per sample.
func ExampleConcat() {
	backend, err := compute.NewWithConfig("cpu")
	if err != nil {
		panic(err)
	}
	g := graph.NewGraph(backend, "example")
	b := &param.Binding{Graph: g, Set: &param.Set{}}
	picture := feature.Feature{Value: graph.Parameter(g, "picture", shapes.Make(dtypes.Float32, 8, 64))}
	name := feature.Feature{Value: graph.Parameter(g, "name", shapes.Make(dtypes.Float32, 8, 12, 32))}

	joint := (&fusion.Concat{}).Fuse(b.Scope(param.Group{Kind: param.Fusion}), []feature.Feature{picture, name})
	fmt.Println(joint.Shape().Dimensions)
	// Output: [8 96]
}
