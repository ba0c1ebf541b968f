package encoder_test

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"cggm/encoder"
	"cggm/feature"
	"cggm/param"
)

func ExampleTransformer() {
	backend, err := compute.NewWithConfig("cpu")
	if err != nil {
		panic(err)
	}
	g := graph.NewGraph(backend, "example")
	set := &param.Set{}
	b := &param.Binding{Graph: g, Set: set}
	audio := feature.Feature{Value: graph.Parameter(g, "audio", shapes.Make(dtypes.Float32, 8, 50, 5))}

	e := &encoder.Transformer{Width: 20, Heads: 5, Layers: 1}
	f := e.Encode(b.Scope(param.Group{Kind: param.Stem}), b.Scope(param.Group{Kind: param.Encoder}), audio)
	fmt.Println(f.Form(), f.Value.Shape().Dimensions)
	for _, spec := range set.Specs()[:4] {
		fmt.Println(spec.Name, spec.Dims)
	}
	// Output:
	// tokens [8 50 20]
	// stem/0/project/weight [5 20]
	// stem/0/project/bias [20]
	// encoder/0/block0/norm0/gain [20]
	// encoder/0/block0/norm0/bias [20]
}
