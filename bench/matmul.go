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
)

// matmul is the product of two square float32 matrices.
type matmul struct {
	graph  *graph.Graph
	inputs []*tensors.Tensor
}

func newMatmul(s setting) (stepper, error) {
	b, err := backend.Open()
	if err != nil {
		return nil, err
	}
	m := &matmul{}
	rng := rand.New(rand.NewPCG(1, 2))
	err = exceptions.TryCatch[error](func() { m.build(b, s.size, rng) })
	if err != nil {
		return nil, fmt.Errorf("matmul: %w", err)
	}
	return m, nil
}

func (m *matmul) build(b compute.Backend, size int, rng *rand.Rand) {
	m.graph = graph.NewGraph(b, "matmul")
	shape := shapes.Make(dtypes.Float32, size, size)
	x, y := graph.Parameter(m.graph, "x", shape), graph.Parameter(m.graph, "y", shape)
	if err := m.graph.Compile(graph.MatMul(x, y)); err != nil {
		panic(err)
	}
	for range 2 {
		m.inputs = append(m.inputs, tensors.FromFlatDataAndDimensions(normal(rng, size*size), size, size))
	}
}

func (m *matmul) step() error { return execute(m.graph, m.inputs) }

func (m *matmul) parameters() (model, classifiers int) { return 0, 0 }

// execute runs the graph on inputs that stay where they are, and drops the
// results.
func execute(g *graph.Graph, inputs []*tensors.Tensor) error {
	buffers := make([]compute.Buffer, len(inputs))
	for i, t := range inputs {
		var err error
		if buffers[i], err = t.Buffer(g.Backend(), 0); err != nil {
			return err
		}
	}
	var outputs []*tensors.Tensor
	err := exceptions.TryCatch[error](func() { outputs = g.RunWithBuffers(buffers, make([]bool, len(buffers)), 0) })
	if err != nil {
		return err
	}
	for _, t := range outputs {
		if err := t.FinalizeAll(); err != nil {
			return err
		}
	}
	return nil
}
