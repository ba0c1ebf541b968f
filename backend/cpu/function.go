package cpu

import (
	"fmt"
	"reflect"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/notimplemented"
	"github.com/gomlx/compute/shapes"
)

// function records the operations of the main function, a named function or a
// closure. What it does not implement answers "not implemented", upon which
// GoMLX decomposes the operation.
type function struct {
	notimplemented.Function
	builder  *builder
	parent   *function
	other    compute.Function
	name     string
	nodes    []*node
	params   []*value
	names    []string
	outputs  []*value
	returned bool
}

var _ compute.Function = (*function)(nil)

// lacking answers for the operations that the engine does not have.
var lacking = notimplemented.Function{ErrFn: func(op compute.OpType) error {
	return fmt.Errorf("cpu: operation %s is not supported: build it of other operations, or choose another engine: %w",
		op, notimplemented.NotImplementedError)
}}

// Name implements compute.Function.
func (f *function) Name() string { return f.other.Name() }

// Builder implements compute.Function.
func (f *function) Builder() compute.Builder { return f.builder }

// Parent implements compute.Function.
func (f *function) Parent() compute.Function {
	if f.parent == nil {
		return nil
	}
	return f.parent
}

// Closure implements compute.Function.
func (f *function) Closure() (compute.Function, error) {
	other, err := f.other.Closure()
	if err != nil {
		return nil, err
	}
	return &function{Function: lacking, builder: f.builder, parent: f, other: other}, nil
}

// Shape implements compute.Function.
func (f *function) Shape(v compute.Value) (shapes.Shape, error) { return f.builder.OpShape(v) }

// Parameter implements compute.Function.
func (f *function) Parameter(name string, shape shapes.Shape, sharding *compute.ShardingSpec) (compute.Value, error) {
	other, err := f.other.Parameter(name, shape, sharding)
	if err != nil {
		return nil, err
	}
	n := &node{op: compute.OpTypeParameter, function: f}
	v := &value{node: n, shape: shape, other: other}
	n.outputs = []*value{v}
	f.nodes = append(f.nodes, n)
	f.params = append(f.params, v)
	f.names = append(f.names, name)
	return v, nil
}

// Constant implements compute.Function.
func (f *function) Constant(flat any, dims ...int) (compute.Value, error) {
	data := reflect.ValueOf(flat)
	if data.Kind() != reflect.Slice {
		return nil, fmt.Errorf("cpu: constant of type %T: want a slice", flat)
	}
	own := reflect.MakeSlice(data.Type(), data.Len(), data.Len())
	reflect.Copy(own, data)
	v, err := first(f.record(compute.OpTypeConstant, nil, []any{dims}, func(t compute.Function, _ []compute.Value) ([]compute.Value, error) {
		return single(t.Constant(own.Interface(), dims...))
	}))
	if err == nil {
		v.(*value).node.data = own.Interface()
	}
	return v, err
}

// Return implements compute.Function.
func (f *function) Return(outputs []compute.Value, shardings []*compute.ShardingSpec) error {
	values, others, err := f.own(outputs)
	if err != nil {
		return err
	}
	if err := f.other.Return(others, shardings); err != nil {
		return err
	}
	f.outputs, f.returned = values, true
	return nil
}

// own checks that values are of this engine and returns them with their
// counterparts on the Go engine.
func (f *function) own(in []compute.Value) ([]*value, []compute.Value, error) {
	values, others := make([]*value, len(in)), make([]compute.Value, len(in))
	for i, x := range in {
		v, ok := x.(*value)
		if !ok || v == nil {
			return nil, nil, fmt.Errorf("cpu: input %d: a value of type %T is not of this engine", i, x)
		}
		values[i], others[i] = v, v.other
	}
	return values, others, nil
}

// record adds an operation: emit builds it on the Go engine, here and, when it
// has no kernel, once more in a graph of its own.
func (f *function) record(op compute.OpType, inputs []compute.Value, args []any,
	emit func(t compute.Function, in []compute.Value) ([]compute.Value, error),
) ([]compute.Value, error) {
	values, others, err := f.own(inputs)
	if err != nil {
		return nil, fmt.Errorf("%w (operation %s)", err, op)
	}
	results, err := emit(f.other, others)
	if err != nil {
		return nil, err
	}
	return f.add(&node{op: op, function: f, inputs: values, args: args, emit: emit}, results)
}

func (f *function) add(n *node, results []compute.Value) ([]compute.Value, error) {
	out := make([]compute.Value, len(results))
	for i, r := range results {
		shape, err := f.builder.other.OpShape(r)
		if err != nil {
			return nil, err
		}
		v := &value{node: n, index: i, shape: shape, other: r}
		n.outputs = append(n.outputs, v)
		out[i] = v
	}
	f.nodes = append(f.nodes, n)
	return out, nil
}

func single(v compute.Value, err error) ([]compute.Value, error) { return []compute.Value{v}, err }

func pair(a, b compute.Value, err error) ([]compute.Value, error) { return []compute.Value{a, b}, err }

func first(v []compute.Value, err error) (compute.Value, error) {
	if err != nil {
		return nil, err
	}
	return v[0], nil
}

func two(v []compute.Value, err error) (compute.Value, compute.Value, error) {
	if err != nil {
		return nil, nil, err
	}
	return v[0], v[1], nil
}
