package conformance_test

import (
	"fmt"

	"cggm/conformance"
)

func ExampleParameter() {
	name, layout, err := conformance.Parameter("model/encoders.0.layers.1.fc1.weight")
	fmt.Println(name, layout == conformance.Transposed, err)
	// Output: encoder/0/block1/fc1/weight true <nil>
}
