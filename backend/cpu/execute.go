package cpu

import (
	"errors"
	"fmt"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"

	"cggm/backend/cpu/internal/kernel"
)

var _ compute.Executable = (*program)(nil)

// frame is the memory of one execution.
type frame struct {
	bufs  []any // by store
	slots []any
	// shift is, by store, where the piece that a nest holds begins.
	shift []int
	// workers spreads a step over threads; nil inside a region, whose blocks
	// run on threads of their own.
	workers kernel.Parallel
	// block is the number of the region's block being computed.
	block int
	// adds tells matrix products that sum over blocks to add to their result.
	adds bool
}

// parallel runs body(0) to body(n-1) on the frame's workers.
func (fr *frame) parallel(n int, body func(i int)) {
	if fr.workers != nil {
		fr.workers(n, body)
		return
	}
	for i := range n {
		body(i)
	}
}

// arenas keeps the frames of executions that have ended.
type arenas struct {
	mu     sync.Mutex
	free   []*frame
	closed bool
}

// Inputs implements compute.Executable.
func (p *program) Inputs() ([]string, []shapes.Shape) { return p.names, p.inputs }

// Outputs implements compute.Executable.
func (p *program) Outputs() []shapes.Shape { return p.outputs }

// Finalize implements compute.Executable.
func (p *program) Finalize() {
	p.arenas.mu.Lock()
	defer p.arenas.mu.Unlock()
	p.arenas.free, p.arenas.closed = nil, true
	for _, body := range p.bodies {
		body.Finalize()
	}
}

func (p *program) frame() (*frame, error) {
	p.arenas.mu.Lock()
	defer p.arenas.mu.Unlock()
	if p.arenas.closed {
		return nil, errors.New("cpu: the executable is finalized: compile the graph again")
	}
	if n := len(p.arenas.free); n > 0 {
		fr := p.arenas.free[n-1]
		p.arenas.free = p.arenas.free[:n-1]
		return fr, nil
	}
	fr := &frame{bufs: make([]any, len(p.stores)), shift: make([]int, len(p.stores)), workers: p.workers}
	var err error
	if fr.slots, err = allocate(p.slots); err != nil {
		return nil, err
	}
	for s, st := range p.stores {
		if st.slot >= 0 {
			fr.bufs[s] = fr.slots[st.slot]
		}
	}
	for s, data := range p.consts {
		fr.bufs[s] = data
	}
	return fr, nil
}

func (p *program) done(fr *frame) {
	for _, s := range p.params {
		fr.bufs[s] = nil
	}
	for _, s := range p.results {
		if _, isConst := p.consts[s]; !isConst {
			fr.bufs[s] = nil
		}
	}
	p.arenas.mu.Lock()
	defer p.arenas.mu.Unlock()
	if !p.arenas.closed {
		p.arenas.free = append(p.arenas.free, fr)
	}
}

// Execute implements compute.Executable. Donated inputs are finalized.
func (p *program) Execute(inputs []compute.Buffer, donate []bool, _ compute.DeviceNum) ([]compute.Buffer, error) {
	if len(inputs) != len(p.params) {
		return nil, fmt.Errorf("cpu: %d inputs given: the graph has %d parameters", len(inputs), len(p.params))
	}
	own, data := make([]*buffer, len(inputs)), make([]any, len(inputs))
	for i, in := range inputs {
		b, ok := in.(*buffer)
		if !ok || b.data == nil {
			return nil, fmt.Errorf("cpu: input %d (%s): a finalized buffer, or one of another engine (%T)", i, p.names[i], in)
		}
		if !b.shape.Equal(p.inputs[i]) {
			return nil, fmt.Errorf("cpu: input %d (%s) has shape %s: the graph wants %s", i, p.names[i], b.shape, p.inputs[i])
		}
		own[i], data[i] = b, b.data
	}
	results, err := p.call(data)
	if err != nil {
		return nil, err
	}
	outputs := make([]compute.Buffer, len(results))
	for i, data := range results {
		outputs[i] = &buffer{backend: p.backend, shape: p.outputs[i], data: data}
	}
	for i, b := range own {
		if i < len(donate) && donate[i] {
			_ = b.Finalize()
		}
	}
	return outputs, nil
}

// call runs the program on flat slices and returns those of the results, which
// are the caller's.
func (p *program) call(inputs []any) ([]any, error) {
	fr, err := p.frame()
	if err != nil {
		return nil, err
	}
	defer p.done(fr)
	for i, data := range inputs {
		fr.bufs[p.params[i]] = data
	}
	for i, s := range p.results {
		if p.copied[i] {
			continue
		}
		if fr.bufs[s], err = p.backend.memory.take(p.stores[s].dtype, p.stores[s].len); err != nil {
			return nil, err
		}
	}
	if err := p.execute(fr); err != nil {
		return nil, err
	}
	results := make([]any, len(p.results))
	for i, s := range p.results {
		results[i] = fr.bufs[s]
		if p.copied[i] {
			if results[i], err = p.backend.memory.take(p.stores[s].dtype, p.stores[s].len); err != nil {
				return nil, err
			}
			if err := assign(results[i], fr.bufs[s]); err != nil {
				return nil, err
			}
		}
	}
	return results, nil
}
