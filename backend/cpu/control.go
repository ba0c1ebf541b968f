package cpu

import (
	"fmt"

	"github.com/gomlx/compute"
)

// Call implements compute.Function.
func (f *function) Call(g compute.Function, inputs ...compute.Value) ([]compute.Value, error) {
	return f.control(compute.OpTypeCall, []compute.Function{g}, inputs,
		func(t compute.Function, bodies []compute.Function, in []compute.Value) ([]compute.Value, error) {
			return t.Call(bodies[0], in...)
		})
}

// Sort implements compute.Function.
func (f *function) Sort(comparator compute.Function, axis int, isStable bool, inputs ...compute.Value) ([]compute.Value, error) {
	return f.control(compute.OpTypeSort, []compute.Function{comparator}, inputs,
		func(t compute.Function, bodies []compute.Function, in []compute.Value) ([]compute.Value, error) {
			return t.Sort(bodies[0], axis, isStable, in...)
		})
}

// While implements compute.Function.
func (f *function) While(cond, body compute.Function, initialState ...compute.Value) ([]compute.Value, error) {
	return f.control(compute.OpTypeWhile, []compute.Function{cond, body}, initialState,
		func(t compute.Function, bodies []compute.Function, in []compute.Value) ([]compute.Value, error) {
			return t.While(bodies[0], bodies[1], in...)
		})
}

// If implements compute.Function.
func (f *function) If(pred compute.Value, trueBranch, falseBranch compute.Function) ([]compute.Value, error) {
	return f.control(compute.OpTypeIf, []compute.Function{trueBranch, falseBranch}, []compute.Value{pred},
		func(t compute.Function, bodies []compute.Function, in []compute.Value) ([]compute.Value, error) {
			return t.If(in[0], bodies[0], bodies[1])
		})
}

// control records an operation that runs closures or named functions. What
// these capture from outside counts among its inputs.
func (f *function) control(op compute.OpType, bodies []compute.Function, inputs []compute.Value,
	build func(t compute.Function, bodies []compute.Function, in []compute.Value) ([]compute.Value, error),
) ([]compute.Value, error) {
	values, err := f.own(inputs)
	if err != nil {
		return nil, fmt.Errorf("%w (operation %s)", err, op)
	}
	others, err := twins(values)
	if err != nil {
		return nil, err
	}
	own, theirs := make([]*function, len(bodies)), make([]compute.Function, len(bodies))
	for i, b := range bodies {
		body, ok := b.(*function)
		if !ok {
			return nil, fmt.Errorf("cpu: operation %s: a function of type %T is not of this engine", op, b)
		}
		own[i], theirs[i] = body, body.other
	}
	results, err := build(f.other, theirs, others)
	if err != nil {
		return nil, err
	}
	found, err := f.builder.shapesOf(results)
	if err != nil {
		return nil, err
	}
	direct := len(values)
	for _, body := range own {
		values = append(values, body.captured()...)
	}
	n := &node{op: op, function: f, inputs: values, bodies: own, direct: direct}
	n.again = func(e *emission, t compute.Function, in []compute.Value) ([]compute.Value, error) {
		for i, v := range values[direct:] {
			e.values[v] = in[direct+i]
		}
		translated := make([]compute.Function, len(own))
		for i, body := range own {
			var err error
			if translated[i], err = e.function(t, body); err != nil {
				return nil, err
			}
		}
		return build(t, translated, in[:direct])
	}
	return f.add(n, found, results), nil
}

// captured returns the values of outer functions that the function, or a
// closure in it, uses.
func (f *function) captured() []*value {
	var out []*value
	inside := make(map[*value]bool)
	seen := make(map[*value]bool)
	use := func(v *value) {
		if !inside[v] && !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	for _, n := range f.nodes {
		for _, v := range n.inputs {
			use(v)
		}
		for _, v := range n.outputs {
			inside[v] = true
		}
	}
	for _, v := range f.outputs {
		use(v)
	}
	return out
}

// emission builds recorded operations once more on the Go engine.
type emission struct {
	builder compute.Builder
	values  map[*value]compute.Value
	named   map[*function]compute.Function
}

// function translates a closure or a named function.
func (e *emission) function(t compute.Function, f *function) (compute.Function, error) {
	if done, ok := e.named[f]; ok {
		return done, nil
	}
	var target compute.Function
	var err error
	if f.parent != nil {
		target, err = t.Closure()
	} else {
		target, err = e.builder.NewFunction(f.name)
	}
	if err != nil {
		return nil, err
	}
	if f.parent == nil {
		e.named[f] = target
	}
	next := 0
	for _, n := range f.nodes {
		if n.op == compute.OpTypeParameter {
			v := n.outputs[0]
			if e.values[v], err = target.Parameter(f.names[next], v.shape, nil); err != nil {
				return nil, err
			}
			next++
			continue
		}
		if err := e.node(target, n); err != nil {
			return nil, err
		}
	}
	outputs := make([]compute.Value, len(f.outputs))
	for i, v := range f.outputs {
		outputs[i] = e.values[v]
	}
	return target, target.Return(outputs, nil)
}

func (e *emission) node(t compute.Function, n *node) error {
	in := make([]compute.Value, len(n.inputs))
	for i, v := range n.inputs {
		in[i] = e.values[v]
	}
	var results []compute.Value
	var err error
	if n.again != nil {
		results, err = n.again(e, t, in)
	} else {
		results, err = n.emit(t, in)
	}
	if err != nil {
		return err
	}
	for i, r := range results {
		e.values[n.outputs[i]] = r
	}
	return nil
}
