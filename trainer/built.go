package trainer

import (
	"fmt"
	"reflect"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/backend/memory"
	"cggm/param"
)

// built is a graph and its outputs. Once the engine has compiled it, its nodes
// are let go: they take more memory than a small model.
type built struct {
	graph   *graph.Graph
	binding *param.Binding
	outputs []*graph.Node

	executable compute.Executable // nil: not compiled yet
	inputs     int
	reads      []reading // the model's parameters among the inputs, in order
}

// reading says which input of a graph a parameter of the model is.
type reading struct {
	param int
	at    graph.ParameterHandle
}

// compile readies the graph for running, at its first call.
func (b *built) compile() error {
	if b.executable != nil {
		return nil
	}
	if err := b.graph.Compile(b.outputs...); err != nil {
		return err
	}
	b.executable, b.inputs = b.graph.Executable(), b.graph.NumParameters()
	for _, i := range b.binding.Order() {
		b.reads = append(b.reads, reading{i, b.binding.Node(i).GetParameterHandle()})
	}
	b.graph, b.binding, b.outputs = nil, nil, nil
	memory.Tidy()
	return nil
}

// run executes the compiled graph.
func (b *built) run(in *arguments) ([]*tensors.Tensor, error) {
	if in.err != nil {
		return nil, in.err
	}
	results, err := b.executable.Execute(in.buffers, in.donate, 0)
	if err != nil {
		return nil, err
	}
	out := make([]*tensors.Tensor, len(results))
	for i, buffer := range results {
		if out[i], err = tensors.FromBuffer(buffer); err != nil {
			return nil, fmt.Errorf("result %d: %w", i, err)
		}
	}
	return out, nil
}

// arguments collects the inputs of a graph's execution.
type arguments struct {
	backend compute.Backend
	buffers []compute.Buffer
	donate  []bool
	err     error
}

func (b *built) arguments(backend compute.Backend) *arguments {
	return &arguments{backend: backend, buffers: make([]compute.Buffer, b.inputs), donate: make([]bool, b.inputs)}
}

// array is an input on the host: a flat slice and its dimensions.
type array struct {
	flat any
	dims []int
}

// bring copies the array to the engine.
func (a *arguments) bring(at graph.ParameterHandle, x array) {
	dtype := dtypes.FromGoType(reflect.TypeOf(x.flat).Elem())
	buffer, err := a.backend.BufferFromFlatData(0, x.flat, shapes.Make(dtype, x.dims...))
	a.set(at, buffer, true, err)
}

// give hands the tensor over: the execution may overwrite it.
func (a *arguments) give(at graph.ParameterHandle, t *tensors.Tensor) {
	buffer, err := t.DonateBuffer(a.backend, 0)
	a.set(at, buffer, true, err)
}

// lend lets the execution read the tensor.
func (a *arguments) lend(at graph.ParameterHandle, t *tensors.Tensor) {
	buffer, err := t.Buffer(a.backend, 0)
	a.set(at, buffer, false, err)
}

func (a *arguments) set(at graph.ParameterHandle, buffer compute.Buffer, donate bool, err error) {
	if err != nil && a.err == nil {
		a.err = fmt.Errorf("trainer: move an input to the device: %w", err)
	}
	a.buffers[at], a.donate[at] = buffer, donate
}
