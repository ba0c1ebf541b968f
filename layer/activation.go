package layer

import (
	"math"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"
)

var activations = map[string]func(*graph.Node) *graph.Node{
	"none":    func(x *graph.Node) *graph.Node { return x },
	"relu":    ReLU,
	"gelu":    GELU,
	"silu":    func(x *graph.Node) *graph.Node { return graph.Mul(x, graph.Logistic(x)) },
	"tanh":    graph.Tanh,
	"sigmoid": graph.Logistic,
}

// Activations returns the names that Activate knows, in alphabetical order.
func Activations() []string {
	names := make([]string, 0, len(activations))
	for name := range activations {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Activate applies the named activation element by element; "" is "relu". It
// panics on an unknown name.
func Activate(name string, x *graph.Node) *graph.Node {
	if name == "" {
		name = "relu"
	}
	f, ok := activations[name]
	if !ok {
		exceptions.Panicf("layer: unknown activation %q: choose one of %s", name, strings.Join(Activations(), ", "))
	}
	return f(x)
}

// ReLU returns max(x, 0), with gradient 0 at 0.
func ReLU(x *graph.Node) *graph.Node {
	zero := graph.ScalarZero(x.Graph(), x.DType())
	return graph.Where(graph.GreaterThan(x, zero), x, zero)
}

// GELU returns x·Phi(x) with the normal distribution function Phi (Hendrycks
// and Gimpel, 2016), in its exact form.
func GELU(x *graph.Node) *graph.Node {
	phi := graph.MulScalar(graph.OnePlus(graph.Erf(graph.MulScalar(x, 1/math.Sqrt2))), 0.5)
	return graph.Mul(x, phi)
}
