// Package frozen runs networks whose weights are read from a file and do not
// change.
package frozen

import (
	"fmt"
	"strings"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/pretrained"
)

// Build describes a network: it maps inputs to the output.
type Build func(b *Builder, inputs []*graph.Node) *graph.Node

// Network is a network together with its weights. It is safe for concurrent
// use; one call runs at a time.
type Network struct {
	backend compute.Backend
	weights *pretrained.Weights
	build   Build

	mu       sync.Mutex
	values   map[string]*tensors.Tensor
	programs map[string]*program
}

// program is the network compiled for inputs of certain shapes.
type program struct {
	graph  *graph.Graph
	inputs []*graph.Node
	used   []weight
}

// weight is a graph node that stands for an array of the file.
type weight struct {
	key  string
	node *graph.Node
}

// New returns the network that build describes.
func New(backend compute.Backend, weights *pretrained.Weights, build Build) *Network {
	return &Network{
		backend: backend, weights: weights, build: build,
		values: make(map[string]*tensors.Tensor), programs: make(map[string]*program),
	}
}

// Check builds the network for inputs of the given shapes, which reads all
// weights.
func (n *Network) Check(inputs ...shapes.Shape) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return exceptions.TryCatch[error](func() { n.program(inputs) })
}

// Run returns the network's output, float32.
func (n *Network) Run(inputs ...*tensors.Tensor) (values []float32, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	failed := exceptions.TryCatch[error](func() {
		in := make([]shapes.Shape, len(inputs))
		for i, t := range inputs {
			in[i] = t.Shape()
		}
		p := n.program(in)
		args := make([]any, p.graph.NumParameters())
		for i, node := range p.inputs {
			args[node.GetParameterHandle()] = inputs[i]
		}
		for _, w := range p.used {
			args[w.node.GetParameterHandle()] = n.values[w.key]
		}
		out := p.graph.Run(args...)[0]
		values, err = tensors.CopyFlatData[float32](out)
		out.MustFinalizeAll()
	})
	if failed != nil {
		return nil, failed
	}
	return values, err
}

// program returns the network for inputs of the given shapes.
func (n *Network) program(inputs []shapes.Shape) *program {
	var key strings.Builder
	for _, s := range inputs {
		fmt.Fprint(&key, s, ";")
	}
	if p := n.programs[key.String()]; p != nil {
		return p
	}
	p := &program{graph: graph.NewGraph(n.backend, "frozen")}
	for i, s := range inputs {
		p.inputs = append(p.inputs, graph.Parameter(p.graph, fmt.Sprintf("input%d", i), s))
	}
	b := &Builder{network: n, program: p, nodes: make(map[string]*graph.Node)}
	if err := p.graph.Compile(n.build(b, p.inputs)); err != nil {
		panic(err)
	}
	n.programs[key.String()] = p
	return p
}

// Builder hands out weights while a graph is built. Its methods panic when the
// file lacks an array or has it in another shape.
type Builder struct {
	network *Network
	program *program
	nodes   map[string]*graph.Node
}

// Has reports whether the file has the named array.
func (b *Builder) Has(name string) bool { return b.network.weights.Has(name) }

// Array returns the named array of the given shape.
func (b *Builder) Array(name string, dims ...int) *graph.Node {
	return b.node(name, dims, func() ([]float32, error) { return b.network.weights.Read(name, dims...) })
}

// Matrix returns the weight of a linear layer as [in, out].
func (b *Builder) Matrix(name string, in, out int) *graph.Node {
	return b.node(name, []int{in, out}, func() ([]float32, error) { return b.network.weights.Linear(name, in, out) })
}

// Kernel returns the weight of a convolution as [size, size, in, out].
func (b *Builder) Kernel(name string, size, in, out int) *graph.Node {
	return b.node(name, []int{size, size, in, out}, func() ([]float32, error) {
		return b.network.weights.Kernel(name, size, size, in, out)
	})
}

func (b *Builder) node(name string, dims []int, read func() ([]float32, error)) *graph.Node {
	if n := b.nodes[name]; n != nil {
		return n
	}
	if b.network.values[name] == nil {
		values, err := read()
		if err != nil {
			panic(err)
		}
		b.network.values[name] = tensors.FromFlatDataAndDimensions(values, dims...)
	}
	n := graph.Parameter(b.program.graph, name, shapes.Make(dtypes.Float32, dims...))
	b.nodes[name] = n
	b.program.used = append(b.program.used, weight{name, n})
	return n
}
