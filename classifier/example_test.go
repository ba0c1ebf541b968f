package classifier_test

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"cggm/classifier"
	"cggm/feature"
	"cggm/param"
)

// The classifier's last weight has the shape of the model's, here [96 9],
// whatever the width of the features.
func ExampleMLP() {
	backend, err := compute.NewWithConfig("cpu")
	if err != nil {
		panic(err)
	}
	g := graph.NewGraph(backend, "example")
	b := &param.Binding{Graph: g, Set: &param.Set{}}
	features := feature.Feature{Value: graph.Parameter(g, "features", shapes.Make(dtypes.Float32, 8, 64))}

	out := (&classifier.MLP{Size: 9}).Classify(b.Scope(param.Group{Kind: param.Auxiliary}), features, 96)
	fmt.Println(out.Logits.Shape().Dimensions, out.Weight.Shape().Dimensions)
	// Output: [8 9] [96 9]
}
