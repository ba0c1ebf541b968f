package cpu

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"cggm/backend/cpu/internal/kernel"
)

// compiler turns the recorded main function into a list of steps.
type compiler struct {
	backend *Backend
	nodes   []*node // live, in order
	isOut   map[*value]bool
	stores  map[*value]int
	program *program
	pinned  map[*value]bool // values that must be stored
	count   int             // of numbered nodes
	params  int             // of parameters, which have the first numbers
	part    bool            // the body of a region: every node needs a kernel
}

func newCompiler(b *Backend) *compiler {
	return &compiler{
		backend: b, isOut: make(map[*value]bool), stores: make(map[*value]int), pinned: make(map[*value]bool),
		program: &program{backend: b, consts: make(map[int]any)},
	}
}

// runs reports whether a node has a kernel here.
func (c *compiler) runs(n *node) bool {
	return n.runs.remember(func() bool {
		if c.fusable(n) {
			return true
		}
		build, ok := natives[n.op]
		return ok && !n.empty() && build(n, make([]int, len(n.inputs)), make([]int, len(n.outputs))) != nil
	})
}

// program is a compiled graph: steps over numbered stores. Stores hold
// parameters, constants, results for the caller, or intermediate results; the
// last kind shares slots.
type program struct {
	backend *Backend
	workers kernel.Parallel // of frames; nil: none
	names   []string
	inputs  []shapes.Shape
	outputs []shapes.Shape

	params  []int // store of every parameter
	results []int // store of every output
	copied  []bool
	consts  map[int]any
	stores  []store
	slots   []poolKeyed
	steps   steps
	// schedule is nil when the steps run in order.
	schedule *schedule
	bodies   []*program // of control flow
	arenas   arenas
}

type store struct {
	dtype dtypes.DType
	len   int
	slot  int // -1: not in a slot
}

type poolKeyed struct {
	dtype dtypes.DType
	len   int
}

// step is one kernel call, or one call of the fallback engine.
type step struct {
	name   string
	reads  []int
	writes []int
	// inPlace lists reads that the step may overwrite with its first write.
	inPlace []int
	run     func(fr *frame) error
	// spans runs a part of the step; nil: it has no parts.
	spans spanning
}

// compile turns a function that captures nothing into a program.
func (b *Backend) compile(f *function) (*program, error) {
	if err := b.fold(f); err != nil {
		return nil, err
	}
	p, err := b.compileWith(f, true)
	if errors.Is(err, errUnsplit) {
		return b.compileWith(f, false)
	}
	return p, err
}

func (b *Backend) compileWith(f *function, split bool) (*program, error) {
	c := newCompiler(b)
	c.program.workers, c.program.names = parallel, f.names
	c.prune(f)
	c.enumerate(f.params)
	c.merge()
	for _, v := range f.outputs {
		c.isOut[c.root(v)] = true
	}
	c.thresholds()
	c.countUsers()
	c.masks()
	c.foldTransposes()
	c.sweep()
	c.countUsers()
	p := c.program
	for _, v := range f.params {
		p.inputs = append(p.inputs, v.shape)
		p.params = append(p.params, c.store(v))
	}
	var t *tiling
	if split {
		c.enumerate(f.params)
		if t = c.bestTiling(f.params); t != nil {
			t.again()
		}
	}
	if err := c.regions(t); err != nil {
		return nil, err
	}
	seen := make(map[int]bool)
	for _, v := range f.outputs {
		root := c.root(v)
		s := c.store(root)
		op := root.node.op
		p.outputs = append(p.outputs, v.shape)
		p.results = append(p.results, s)
		p.copied = append(p.copied, seen[s] || op == compute.OpTypeParameter || op == compute.OpTypeConstant)
		seen[s] = true
	}
	p.epilogues()
	p.plan()
	p.arrange()
	return p, nil
}

// root returns the value whose bytes v has.
func (c *compiler) root(v *value) *value {
	for {
		if v.same == nil {
			return v
		}
		v = v.same
	}
}

// prune keeps the nodes that the outputs need.
func (c *compiler) prune(f *function) {
	for _, n := range f.nodes {
		n.marks = marks{}
	}
	c.follow(f.outputs)
	for _, n := range f.nodes {
		if n.live && n.op != compute.OpTypeParameter {
			c.nodes = append(c.nodes, n)
		}
	}
}

// follow marks what values are computed from as live.
func (c *compiler) follow(values []*value) {
	stack := slices.Clone(values)
	for len(stack) > 0 {
		n := c.root(stack[len(stack)-1]).node
		stack = stack[:len(stack)-1]
		if !n.live {
			n.live = true
			stack = append(stack, n.inputs...)
		}
	}
}

// merge gives equal nodes one value and reshapes the value of their input.
func (c *compiler) merge() {
	known := make(map[sameness]*node, len(c.nodes))
	kept := make([]*node, 0, len(c.nodes))
	for _, n := range c.nodes {
		if c.alias(n) {
			continue
		}
		key := c.key(n)
		if old, ok := known[key]; ok && key != (sameness{}) {
			for i, v := range n.outputs {
				v.same = old.outputs[i]
			}
			continue
		}
		known[key] = n
		kept = append(kept, n)
	}
	c.nodes = kept
}

// sameness identifies what a node computes: by its kin and the places of its
// inputs or, where it has none, in words.
type sameness struct {
	kin    int
	inputs [3]place
	words  string
}

// place is a result of a node, by the node's number.
type place struct{ node, index int }

// alias records that a node's outputs have the bytes of its inputs.
func (c *compiler) alias(n *node) bool {
	switch n.op {
	case compute.OpTypeReshape, compute.OpTypeIdentity, compute.OpTypeSchedulingBarrier:
		n.outputs[0].same = n.inputs[0]
		return true
	case compute.OpTypeTranspose:
		if !inPlaceOrder(n.args[0].([]int), n.inputs[0].shape.Dimensions) {
			return false
		}
		n.outputs[0].same = n.inputs[0]
		return true
	case compute.OpTypeOptimizationBarrier:
		for i, v := range n.outputs {
			v.same = n.inputs[i]
		}
		return true
	case compute.OpTypeBroadcastInDim:
		axes := n.args[1].([]int)
		if size(n.inputs[0].shape) != size(n.outputs[0].shape) {
			return false
		}
		for i := 1; i < len(axes); i++ {
			if axes[i] < axes[i-1] {
				return false
			}
		}
		n.outputs[0].same = n.inputs[0]
		return true
	case compute.OpTypeConvertDType:
		if n.inputs[0].shape.DType == n.outputs[0].shape.DType {
			n.outputs[0].same = n.inputs[0]
			return true
		}
	}
	return false
}

// inPlaceOrder reports whether a permutation moves axes of size 1 only.
func inPlaceOrder(perm, dims []int) bool {
	last := -1
	for _, axis := range perm {
		if dims[axis] == 1 {
			continue
		}
		if axis < last {
			return false
		}
		last = axis
	}
	return true
}

// key identifies what a node computes; it is zero when the node must not be
// merged.
func (c *compiler) key(n *node) (key sameness) {
	switch {
	case n.bodies != nil:
		return key
	case n.op == compute.OpTypeConstant:
		if size(n.outputs[0].shape) <= 64 {
			key.words = fmt.Sprintf("const %s %v", n.outputs[0].shape, n.data)
		}
		return key
	case n.kin > 0 && len(n.inputs) <= len(key.inputs):
		key.kin = n.kin
		for i, v := range n.inputs {
			r := c.root(v)
			key.inputs[i] = place{r.node.id, r.index}
		}
		return key
	}
	words := inference(n)
	for _, v := range n.inputs {
		r := c.root(v)
		words = fmt.Appendf(words, "|%d:%d", r.node.id, r.index)
	}
	key.words = string(words)
	return key
}

// enumerate gives the parameters and nodes the numbers from 0.
func (c *compiler) enumerate(params []*value) {
	c.count, c.params = 0, len(params)
	for _, v := range params {
		v.node.id = c.count
		c.count++
	}
	for _, n := range c.nodes {
		n.id = c.count
		c.count++
	}
}

// sweep drops nodes that nobody reads after others took their place.
func (c *compiler) sweep() {
	for _, n := range c.nodes {
		n.live = false
	}
	c.follow(slices.AppendSeq(slices.Collect(maps.Keys(c.isOut)), maps.Keys(c.pinned)))
	c.nodes = slices.DeleteFunc(c.nodes, func(n *node) bool { return !n.live || n.moved })
}

// countUsers finds the readers of values among the nodes.
func (c *compiler) countUsers() {
	for _, n := range c.nodes {
		for _, v := range n.outputs {
			v.users = v.users[:0]
		}
		for _, v := range n.inputs {
			root := c.root(v)
			root.users = root.users[:0]
			if root != v {
				v.same = root // shortens the way for those who come later
			}
		}
	}
	for _, n := range c.nodes {
		for _, v := range n.inputs {
			root := c.root(v)
			root.users = append(root.users, n)
		}
	}
}

// store returns the number of the store that holds a value's bytes.
func (c *compiler) store(v *value) int {
	v = c.root(v)
	if s, ok := c.stores[v]; ok {
		return s
	}
	s := len(c.program.stores)
	c.stores[v] = s
	c.program.stores = append(c.program.stores, store{dtype: v.shape.DType, len: size(v.shape), slot: -1})
	return s
}

// emit appends the steps of a node.
func (c *compiler) emit(n *node) error {
	if n.op == compute.OpTypeConstant {
		c.program.consts[c.store(n.outputs[0])] = n.data
		return nil
	}
	if n.drawn || n.op == compute.OpTypeBroadcastInDim && !n.empty() && c.neverRead(n) {
		return nil
	}
	if s, ok := c.native(n); ok {
		c.add(s)
		return nil
	}
	if s, ok, err := c.branch(n); ok {
		c.add(s)
		return err
	}
	if c.part {
		return fmt.Errorf("cpu: compile operation %s: %w", n.op, errUnsplit)
	}
	s, err := c.island(n)
	if err != nil {
		return fmt.Errorf("cpu: compile operation %s: %w", n.op, err)
	}
	c.add(s)
	return nil
}

func (c *compiler) add(s step) { c.program.steps = append(c.program.steps, s) }

// plan gives intermediate stores slots that are reused after their last read.
func (p *program) plan() {
	last := make([]int, len(p.stores))
	written := make([]bool, len(p.stores))
	fixed := make([]bool, len(p.stores))
	for _, s := range p.params {
		fixed[s] = true
	}
	for s := range p.consts {
		fixed[s] = true
	}
	for _, s := range p.results {
		fixed[s] = true
	}
	for i, st := range p.steps {
		for _, s := range append(append([]int{}, st.reads...), st.writes...) {
			last[s] = i
		}
		for _, s := range st.writes {
			written[s] = true
		}
	}
	free := make(map[poolKeyed][]int)
	release := func(s int) {
		if written[s] && !fixed[s] && p.stores[s].slot >= 0 {
			k := poolKeyed{p.stores[s].dtype, p.stores[s].len}
			free[k] = append(free[k], p.stores[s].slot)
		}
	}
	for i, st := range p.steps {
		early := make(map[int]bool)
		for _, s := range st.inPlace {
			if last[s] == i && !early[s] && written[s] && !fixed[s] {
				early[s] = true
				release(s)
			}
		}
		for _, s := range st.writes {
			if fixed[s] || p.stores[s].slot >= 0 {
				continue
			}
			k := poolKeyed{p.stores[s].dtype, p.stores[s].len}
			if list := free[k]; len(list) > 0 {
				p.stores[s].slot = list[len(list)-1]
				free[k] = list[:len(list)-1]
			} else {
				p.stores[s].slot = len(p.slots)
				p.slots = append(p.slots, k)
			}
		}
		done := make(map[int]bool)
		for _, s := range append(append([]int{}, st.reads...), st.writes...) {
			if last[s] == i && !done[s] && !early[s] {
				done[s] = true
				release(s)
			}
		}
	}
}
