package cpu

import (
	"errors"
	"slices"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"cggm/backend/cpu/internal/kernel"
)

// region is the part of a program that runs block after block of the batch:
// a program of its own on blocks of its inputs.
type region struct {
	body   *program
	blocks int
	lanes  int
	ins    []partOf // by parameter of the body
	outs   []partOf // by result of the body
}

// partOf says which store of the program a parameter or result of the body is,
// or is a block of.
type partOf struct {
	store int
	len   int  // of a block; 0: the whole store
	sum   bool // a result that is added up over the blocks
	adds  bool // by the step that computes it
}

// maxLanes bounds the number of sequences of blocks that run at the same time.
// Each lane adds up its own sums, and lanes are added in order, so that
// results do not depend on the number of threads.
const maxLanes = 16

// blockWork is the number of elements that a node of a region should compute
// at least, on average, for the calls not to weigh.
var blockWork = 9 << 10

// minBlocks is the least number of blocks that keeps the threads busy.
const minBlocks = 8

// plannedRegion is a region before it is compiled.
type plannedRegion struct {
	nodes  []*node
	blocks int
}

// errUnsplit says that a region cannot be compiled after all.
var errUnsplit = errors.New("a node of the region has no kernel for parts")

// builder of the body of a region.
type regionCompiler struct {
	t        *tiling
	outer    *compiler
	inner    *compiler
	blocks   int
	produced map[*value]*value
	parts    map[*value]*value // aliases and inputs read part by part
	wholes   map[*value]*value
	straight map[straightKey]*value
	region   *region
	step     step
	before   []step // of the outer program, which the region needs
}

// shrink returns the shape of one of the blocks of s.
func (rc *regionCompiler) shrink(s shapes.Shape) shapes.Shape {
	axis, _ := rc.t.batchAxis(s)
	out := s.Clone()
	out.Dimensions[axis] /= rc.blocks
	return out
}

// part returns what stands in the body for a part of v.
func (rc *regionCompiler) part(v *value) *value {
	if p := rc.parts[v]; p != nil {
		return p
	}
	root := rc.outer.root(v)
	own := rc.produced[root]
	if own == nil {
		n := size(root.shape) / rc.blocks
		own = rc.parameter(shapes.Make(root.shape.DType, n), partOf{store: rc.outer.store(root), len: n})
		rc.produced[root] = own
	}
	p := &value{node: own.node, index: own.index, shape: rc.shrink(v.shape)}
	p.same = own
	rc.parts[v] = p
	return p
}

// all returns what stands in the body for all of v.
func (rc *regionCompiler) all(v *value) *value {
	if p := rc.wholes[v]; p != nil {
		return p
	}
	root := rc.outer.root(v)
	if root != v {
		own := rc.all(root)
		p := &value{node: own.node, index: own.index, shape: v.shape}
		p.same = own
		rc.wholes[v] = p
		return p
	}
	own := rc.constant(v)
	if own == nil {
		own = rc.parameter(v.shape, partOf{store: rc.outer.store(v)})
	}
	rc.wholes[v] = own
	return own
}

// constant returns what stands for a constant, which loops may know; nil for
// other values.
func (rc *regionCompiler) constant(v *value) *value {
	if v.node.op != compute.OpTypeConstant {
		return nil
	}
	own := &node{op: compute.OpTypeConstant, data: v.node.data}
	out := &value{node: own, shape: v.shape}
	own.outputs = []*value{out}
	rc.inner.nodes = append(rc.inner.nodes, own)
	return out
}

func (rc *regionCompiler) parameter(shape shapes.Shape, from partOf) *value {
	n := &node{op: compute.OpTypeParameter}
	v := &value{node: n, shape: shape}
	n.outputs = []*value{v}
	rc.region.ins = append(rc.region.ins, from)
	rc.step.reads = append(rc.step.reads, from.store)
	p := rc.inner.program
	p.params = append(p.params, rc.inner.store(v))
	return v
}

// node adds the version of n that computes one block.
func (rc *regionCompiler) node(n *node) {
	own := &node{op: n.op, args: n.args}
	parts := rc.t.byPart[n.id]
	var straight *dot
	for i, v := range n.inputs {
		if i == 1 && n.op == compute.OpTypeDotGeneral && !parts[1] {
			if w, d := rc.straighten(n); w != nil {
				straight = d
				own.inputs = append(own.inputs, w)
				continue
			}
		}
		if parts[i] {
			own.inputs = append(own.inputs, rc.part(v))
		} else {
			own.inputs = append(own.inputs, rc.all(v))
		}
	}
	sums := rc.t.kind[n.id] == summing
	for i, v := range n.outputs {
		shape := v.shape
		if !sums && (n.op != compute.OpTypeRNGBitGenerator || i == 1) {
			shape = rc.shrink(shape)
		}
		out := &value{node: own, index: i, shape: shape}
		own.outputs = append(own.outputs, out)
		rc.produced[v] = out
	}
	if n.op == compute.OpTypeDotGeneral {
		d := *n.args[len(n.args)-1].(*dot)
		if straight != nil {
			d = *straight
		}
		d.lhs = d.lhs.part(rc.t.extent, rc.blocks)
		if parts[1] {
			d.rhs = d.rhs.part(rc.t.extent, rc.blocks)
		}
		d.batch, d.sums = nil, sums
		for _, axis := range d.lhs.batchAxes {
			d.batch = append(d.batch, d.lhs.dims[axis])
		}
		own.args = append(slices.Clone(n.args[:len(n.args)-1]), &d)
	}
	rc.inner.nodes = append(rc.inner.nodes, own)
}

// straighten returns the right factor of a product with its columns next to
// each other, brought into this order once for all blocks, and the product
// that reads it; nil when the factor lies like that.
func (rc *regionCompiler) straighten(n *node) (*value, *dot) {
	d := *n.args[len(n.args)-1].(*dot)
	k, from, ok := d.rhs.walk(d.rhs.contracting)
	cols, step, ok2 := d.rhs.walk(d.rhs.crossed)
	if !ok || !ok2 || step == 1 || cols == 1 || len(d.batch) > 0 {
		return nil, nil
	}
	src := rc.outer.root(n.inputs[1])
	key := straightKey{src, from, step}
	w := rc.straight[key]
	if w == nil {
		made := &value{node: &node{op: compute.OpTypeTranspose}, shape: shapes.Make(dtypes.Float32, k, cols)}
		in, out := rc.outer.store(src), rc.outer.store(made)
		rc.before = append(rc.before, matrixCopy(in, out, []int{from, step}, []int{k, cols}))
		w = rc.parameter(made.shape, partOf{store: out})
		rc.straight[key] = w
	}
	d.rhs = dotOperand{dims: []int{k, cols}, strides: []int{cols, 1}, contracting: []int{0}, crossed: []int{1}}
	first := len(d.batch) + len(d.lhs.crossed)
	d.out = append(slices.Clone(d.out[:first]), 1)
	return w, &d
}

type straightKey struct {
	value      *value
	from, step int
}

// matrixCopy copies a matrix of any strides.
func matrixCopy(in, out int, strides, dims []int) step {
	return step{
		name: "Transpose", reads: []int{in}, writes: []int{out}, run: typedCopier[float32](in, out, 0, strides, dims),
	}
}

// newRegion returns the body of a region, to be compiled, and the step that will
// run it.
func (c *compiler) newRegion(t *tiling, r *plannedRegion, escapes map[*value]bool) *regionCompiler {
	rc := &regionCompiler{
		t: t, outer: c, blocks: r.blocks, produced: make(map[*value]*value, len(r.nodes)), parts: make(map[*value]*value),
		wholes: make(map[*value]*value), straight: make(map[straightKey]*value), region: &region{blocks: r.blocks, lanes: min(r.blocks, maxLanes)},
		step: step{name: "region"},
	}
	rc.inner = newCompiler(c.backend)
	rc.inner.part, rc.region.body = true, rc.inner.program
	for _, n := range r.nodes {
		rc.node(n)
	}
	for _, n := range r.nodes {
		for _, v := range n.outputs {
			if !escapes[v] {
				continue
			}
			own := rc.produced[v]
			rc.inner.isOut[own] = true
			out := partOf{store: c.store(v), len: size(own.shape), sum: t.kind[n.id] == summing, adds: t.kind[n.id] == summing && n.op == compute.OpTypeDotGeneral}
			rc.region.outs = append(rc.region.outs, out)
			rc.step.writes = append(rc.step.writes, out.store)
			rc.region.body.results = append(rc.region.body.results, rc.inner.store(own))
		}
	}
	rc.step.run = rc.region.run
	return rc
}

// compile compiles the body. It touches nothing else, so that regions compile
// side by side.
func (rc *regionCompiler) compile() error {
	rc.inner.countUsers()
	rc.inner.recompute()
	rc.inner.fuse()
	if err := rc.inner.emitAll(rc.inner.nodes); err != nil {
		return err
	}
	rc.region.body.nest()
	rc.region.body.plan()
	return nil
}

// run computes all blocks.
func (r *region) run(fr *frame) error {
	t := &totals{region: r, lanes: make([][]any, r.lanes)}
	fr.parallel(r.lanes, func(lane int) {
		sums, err := r.lane(fr, lane)
		t.add(lane, sums, err)
	})
	return t.err
}

// totals adds up the sums of lanes, in their order whatever the order in which
// they end: those of the first lane are the results, and the memory of another
// lane's is free once they are added.
type totals struct {
	region *region
	mu     sync.Mutex
	lanes  [][]any // sums by lane and result, of lanes that have ended
	added  int     // lanes that are part of the results
	adding bool
	err    error
}

// add takes the sums of a lane that has ended and adds what can be added by
// then; while one thread adds, others only leave theirs.
func (t *totals) add(lane int, sums []any, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil && t.err == nil {
		t.err = err
	}
	t.lanes[lane] = sums
	if t.adding {
		return
	}
	t.adding = true
	for ; t.err == nil && t.added < len(t.lanes) && t.lanes[t.added] != nil; t.added++ {
		if t.added == 0 {
			continue
		}
		results, next := t.lanes[0], t.lanes[t.added]
		t.mu.Unlock()
		t.region.add(results, next)
		t.mu.Lock()
	}
	t.adding = false
}

// add adds a lane's sums to the results and gives their memory back.
func (r *region) add(results, sums []any) {
	for i, out := range r.outs {
		if !out.sum {
			continue
		}
		total, part := results[i].([]float32), sums[i].([]float32)
		kernel.Add(total, total, part)
		r.body.backend.memory.give(part)
	}
}

// lane computes the blocks of one lane in order and returns its sums.
func (r *region) lane(fr *frame, lane int) ([]any, error) {
	body, err := r.body.frame()
	if err != nil {
		return nil, err
	}
	defer r.body.done(body)
	memory := &r.body.backend.memory
	sums, extra := make([]any, len(r.outs)), make([]any, len(r.outs))
	for i, out := range r.outs {
		if !out.sum {
			continue
		}
		if lane == 0 {
			sums[i] = fr.bufs[out.store]
		} else if sums[i], err = memory.take(dtypes.Float32, out.len); err != nil {
			return nil, err
		}
		if out.adds {
			continue
		}
		if extra[i], err = memory.take(dtypes.Float32, out.len); err != nil {
			return nil, err
		}
	}
	first := r.blocks * lane / r.lanes
	for block := first; block < r.blocks*(lane+1)/r.lanes; block++ {
		body.block = block
		for i, in := range r.ins {
			data := fr.bufs[in.store]
			if in.len > 0 {
				data = cut(data, block*in.len, in.len)
			}
			body.bufs[r.body.params[i]] = data
		}
		for i, out := range r.outs {
			s := r.body.results[i]
			switch {
			case !out.sum:
				body.bufs[s] = cut(fr.bufs[out.store], block*out.len, out.len)
			case block == first || out.adds:
				body.bufs[s] = sums[i]
			default:
				body.bufs[s] = extra[i]
			}
		}
		body.adds = block > first
		for i := range r.body.steps {
			if err := r.body.steps[i].run(body); err != nil {
				return nil, err
			}
		}
		if block == first {
			continue
		}
		for i, out := range r.outs {
			if out.sum && !out.adds {
				total := sums[i].([]float32)
				kernel.Add(total, total, extra[i].([]float32))
			}
		}
	}
	for i, out := range r.outs {
		if out.sum && !out.adds {
			memory.give(extra[i])
		}
	}
	return sums, nil
}

// cut returns n elements of a flat slice.
func cut(data any, from, n int) any {
	switch d := data.(type) {
	case []float32:
		return d[from : from+n]
	case []bool:
		return d[from : from+n]
	case []int32:
		return d[from : from+n]
	case []uint32:
		return d[from : from+n]
	case []int64:
		return d[from : from+n]
	case []float64:
		return d[from : from+n]
	case []uint64:
		return d[from : from+n]
	case []uint8:
		return d[from : from+n]
	}
	return nil
}
