package cpu

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
)

// branch compiles control flow whose bodies become programs of their own; ok
// is false for other nodes.
func (c *compiler) branch(n *node) (s step, ok bool, err error) {
	switch n.op {
	case compute.OpTypeCall, compute.OpTypeIf, compute.OpTypeWhile:
	default:
		return step{}, false, nil
	}
	s = c.stepOf(n)
	bodies := make([]*program, len(n.bodies))
	captured := make([][]int, len(n.bodies)) // stores
	rest := s.reads[n.direct:]
	for i, f := range n.bodies {
		outer := f.captured()
		captured[i], rest = rest[:len(outer)], rest[len(outer):]
		if bodies[i], err = c.backend.compile(f.closed(outer)); err != nil {
			return s, true, fmt.Errorf("cpu: body %d of %s: %w", i, n.op, err)
		}
		c.program.bodies = append(c.program.bodies, bodies[i])
	}
	f := &flow{memory: &c.backend.memory, bodies: bodies, captured: captured, direct: s.reads[:n.direct], writes: s.writes}
	switch n.op {
	case compute.OpTypeCall:
		s.run = func(fr *frame) error { return f.once(fr, 0, f.inputs(fr)) }
	case compute.OpTypeIf:
		s.run = func(fr *frame) error {
			which := 1
			if fr.bufs[f.direct[0]].([]bool)[0] {
				which = 0
			}
			return f.once(fr, which, nil)
		}
	default:
		s.run = f.while
	}
	return s, true, nil
}

// flow is a step of control flow.
type flow struct {
	memory   *pool
	bodies   []*program
	captured [][]int // by body, the stores of what it captures
	direct   []int
	writes   []int
}

// inputs returns the direct inputs.
func (f *flow) inputs(fr *frame) []any {
	var in []any
	for _, s := range f.direct {
		in = append(in, fr.bufs[s])
	}
	return in
}

// call runs a body on its parameters and what it captures.
func (f *flow) call(fr *frame, body int, in []any) ([]any, error) {
	in = slices.Clone(in)
	for _, s := range f.captured[body] {
		in = append(in, fr.bufs[s])
	}
	return f.bodies[body].call(in)
}

// give returns memory that call made.
func (f *flow) give(data []any) {
	for _, d := range data {
		f.memory.give(d)
	}
}

// once runs a body and writes its results.
func (f *flow) once(fr *frame, body int, in []any) error {
	out, err := f.call(fr, body, in)
	if err != nil {
		return err
	}
	defer f.give(out)
	return f.write(fr, out)
}

func (f *flow) write(fr *frame, data []any) error {
	for i, s := range f.writes {
		if err := assign(fr.bufs[s], data[i]); err != nil {
			return err
		}
	}
	return nil
}

// while runs the second body on the state for as long as the first one holds.
func (f *flow) while(fr *frame) error {
	state, own := f.inputs(fr), false
	for {
		holds, err := f.call(fr, 0, state)
		if err != nil {
			return err
		}
		more := holds[0].([]bool)[0]
		f.give(holds)
		var next []any
		if more {
			next, err = f.call(fr, 1, state)
		} else {
			err = f.write(fr, state)
		}
		if own {
			f.give(state)
		}
		if err != nil || !more {
			return err
		}
		state, own = next, true
	}
}

// closed returns a copy of the function that has what it captures as further
// parameters.
func (f *function) closed(captured []*value) *function {
	own := make(map[*value]*value)
	out := &function{builder: f.builder, name: f.name}
	parameter := func(v *value, name string) {
		n := &node{op: compute.OpTypeParameter, function: out}
		own[v] = &value{node: n, shape: v.shape}
		n.outputs = []*value{own[v]}
		out.nodes, out.params, out.names = append(out.nodes, n), append(out.params, own[v]), append(out.names, name)
	}
	for i, v := range f.params {
		parameter(v, f.names[i])
	}
	for i, v := range captured {
		parameter(v, fmt.Sprintf("captured %d", i))
	}
	for _, n := range f.nodes {
		if n.op == compute.OpTypeParameter {
			continue
		}
		twin := &node{op: n.op, function: out, args: n.args, emit: n.emit, bodies: n.bodies, direct: n.direct, again: n.again, data: n.data}
		for _, v := range n.inputs {
			twin.inputs = append(twin.inputs, own[v])
		}
		for _, v := range n.outputs {
			own[v] = &value{node: twin, index: v.index, shape: v.shape}
			twin.outputs = append(twin.outputs, own[v])
		}
		out.nodes = append(out.nodes, twin)
	}
	for _, v := range f.outputs {
		out.outputs = append(out.outputs, own[v])
	}
	return out
}
