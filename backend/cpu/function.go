package cpu

import (
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
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
	// inferred holds shapes of results, by what is computed of which shapes, and
	// standIns parameters of the Go engine, by shape; of the main function.
	inferred map[string]inferred
	standIns map[string]compute.Value
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
	n := &node{op: compute.OpTypeParameter, function: f}
	v := &value{node: n, shape: shape}
	n.outputs = []*value{v}
	var err error
	if f.main() && sharding == nil {
		_, err = v.twin()
	} else {
		v.other, err = f.other.Parameter(name, shape, sharding)
	}
	if err != nil {
		return nil, err
	}
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
	emit := func(t compute.Function, _ []compute.Value) ([]compute.Value, error) {
		return single(t.Constant(own.Interface(), dims...))
	}
	dtype, sound := dtypes.FromGoType(data.Type().Elem()), !slices.ContainsFunc(dims, func(d int) bool { return d < 1 })
	if f.main() && !f.returned && dtype != dtypes.InvalidDType && sound && product(dims) == data.Len() {
		// The Go engine has nothing to add.
		n := &node{op: compute.OpTypeConstant, function: f, args: []any{dims}, emit: emit, data: own.Interface()}
		return f.add(n, []shapes.Shape{shapes.Make(dtype, dims...)}, nil)[0], nil
	}
	v, err := first(f.record(compute.OpTypeConstant, nil, []any{dims}, emit))
	if err == nil {
		v.(*value).node.data = own.Interface()
	}
	return v, err
}

// Return implements compute.Function.
func (f *function) Return(outputs []compute.Value, shardings []*compute.ShardingSpec) error {
	values, err := f.own(outputs)
	if err != nil {
		return err
	}
	others, err := twins(values)
	if err != nil {
		return err
	}
	if err := f.other.Return(others, shardings); err != nil {
		return err
	}
	f.outputs, f.returned = values, true
	return nil
}

// main reports whether the function is the graph's main one, which repeats
// itself, layer by layer.
func (f *function) main() bool { return f == f.builder.main }

// own checks that values are of this engine and of functions that this one
// sees.
func (f *function) own(in []compute.Value) ([]*value, error) {
	if f.returned {
		return nil, errors.New("cpu: the function has returned: begin another one")
	}
	values := make([]*value, len(in))
	for i, x := range in {
		v, ok := x.(*value)
		if !ok || v == nil {
			return nil, fmt.Errorf("cpu: input %d: a value of type %T is not of this engine", i, x)
		}
		if !f.sees(v.node.function) {
			return nil, fmt.Errorf("cpu: input %d: a value of another graph, or of a function that this one is not part of", i)
		}
		values[i] = v
	}
	return values, nil
}

// sees reports whether g is the function itself or one that it is part of.
func (f *function) sees(g *function) bool {
	for f != nil && f != g {
		f = f.parent
	}
	return f != nil
}

// twin returns the value's counterpart on the Go engine. Where shapes were
// known without it, a parameter stands in.
func (v *value) twin() (compute.Value, error) {
	if v.other != nil {
		return v.other, nil
	}
	f, key := v.node.function, v.shape.String()
	known, ok := f.standIns[key]
	if !ok {
		var err error
		if known, err = f.other.Parameter("like "+key, v.shape, nil); err != nil {
			return nil, err
		}
		f.standIns[key] = known
	}
	v.other = known
	return known, nil
}

func twins(values []*value) ([]compute.Value, error) {
	others := make([]compute.Value, len(values))
	for i, v := range values {
		var err error
		if others[i], err = v.twin(); err != nil {
			return nil, err
		}
	}
	return others, nil
}

// inferred are the shapes of results.
type inferred struct {
	kin    int
	shapes []shapes.Shape
}

// inference identifies what the shapes of a node's results follow from.
func inference(n *node) []byte {
	number := func(to []byte, v int) []byte { return binary.AppendVarint(to, int64(v)) }
	key := number(number(make([]byte, 0, 64), int(n.op)), len(n.inputs))
	for _, v := range n.inputs {
		key = number(number(key, int(v.shape.DType)), v.shape.Rank())
		for _, d := range v.shape.Dimensions {
			key = number(key, d)
		}
	}
	for _, arg := range n.args {
		switch arg := arg.(type) {
		case int:
			key = number(append(key, 'i'), arg)
		case []int:
			key = number(append(key, 'l'), len(arg))
			for _, v := range arg {
				key = number(key, v)
			}
		default:
			key = fmt.Appendf(append(key, 'v'), "%v;", arg)
		}
	}
	return key
}

// record adds an operation: emit builds it on the Go engine, where it is not
// the repetition of another and, when it has no kernel, in a graph of its own.
func (f *function) record(op compute.OpType, inputs []compute.Value, args []any,
	emit func(t compute.Function, in []compute.Value) ([]compute.Value, error),
) ([]compute.Value, error) {
	values, err := f.own(inputs)
	if err != nil {
		return nil, fmt.Errorf("%w (operation %s)", err, op)
	}
	n := &node{op: op, function: f, inputs: values, args: args, emit: emit}
	repeats := f.main() && op != compute.OpTypeConstant
	var key []byte
	if repeats {
		key = inference(n)
		if known, ok := f.inferred[string(key)]; ok {
			n.kin = known.kin
			return f.add(n, known.shapes, nil), nil
		}
	}
	others, err := twins(values)
	if err != nil {
		return nil, err
	}
	results, err := emit(f.other, others)
	if err != nil {
		return nil, err
	}
	found, err := f.builder.shapesOf(results)
	if err != nil {
		return nil, err
	}
	if repeats {
		n.kin = len(f.inferred) + 1
		f.inferred[string(key)] = inferred{n.kin, found}
	}
	return f.add(n, found, results), nil
}

// add appends a node with results of the given shapes and, where there are
// any, their counterparts.
func (f *function) add(n *node, results []shapes.Shape, others []compute.Value) []compute.Value {
	out := make([]compute.Value, len(results))
	n.outputs = make([]*value, len(results))
	for i, shape := range results {
		v := &value{node: n, index: i, shape: shape}
		if others != nil {
			v.other = others[i]
		}
		n.outputs[i], out[i] = v, v
	}
	f.nodes = append(f.nodes, n)
	return out
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
