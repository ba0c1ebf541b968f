package cpu

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// Most of a training graph does the same for every sample of a batch. tiling
// finds these nodes: their results split along the batch, and each part
// depends on the same part of other results, or on results that do not depend
// on the batch. Nodes that sum over the batch split as well: every part
// contributes to the sum. Such nodes form regions, which run block after block
// of the batch, so that what passes between their nodes stays in the cache and
// never exists as a whole.
type tiling struct {
	c      *compiler
	extent int      // of the batch axis
	kind   []kind   // of a node
	byPart [][]bool // which inputs a node reads part by part
	level  []int
	kept   int // estimate of the elements that need not go through memory
}

// kind says how a node depends on the batch.
type kind uint8

const (
	whole   kind = iota // in one go
	free                // in one go, or part by part when its readers read parts
	parted              // part by part
	summing             // part by part, the parts' results are added
)

// batchAxis returns the axis of the shape whose parts lie one after the other
// in memory: the first one that is longer than 1.
func (t *tiling) batchAxis(s shapes.Shape) (axis int, ok bool) {
	for axis, d := range s.Dimensions {
		if d != 1 {
			return axis, d > 0 && d%t.extent == 0
		}
	}
	return 0, false
}

// extents returns the candidates for the length of the batch axis: a shorter
// one has too few blocks.
func (c *compiler) extents(params []*value) []int {
	var out []int
	for _, v := range params {
		if v.shape.Rank() > 0 && v.shape.Dimensions[0] >= minBlocks && !slices.Contains(out, v.shape.Dimensions[0]) {
			out = append(out, v.shape.Dimensions[0])
		}
	}
	return out
}

// tile classifies the nodes for a batch axis of the given length; skip names
// the shapes of parameters that do not hold samples.
func (c *compiler) tile(params []*value, extent int, skip []string) *tiling {
	t := &tiling{c: c, extent: extent, kind: make([]kind, c.count), byPart: make([][]bool, c.count), level: make([]int, c.count)}
	for _, v := range params {
		if axis, ok := t.batchAxis(v.shape); ok && v.shape.Dimensions[axis] == extent && !slices.Contains(skip, v.shape.String()) {
			t.kind[v.node.id] = parted
		}
	}
	for _, n := range c.nodes {
		t.classify(n, nil)
	}
	if unread := t.unread(); len(unread) > 0 {
		for _, n := range c.nodes {
			t.kind[n.id], t.byPart[n.id] = whole, nil
		}
		for _, n := range c.nodes {
			t.classify(n, unread)
		}
	}
	for _, n := range c.nodes {
		t.rank(n)
	}
	t.kept = t.gain()
	return t
}

// classify decides a node's kind from those of its inputs.
func (t *tiling) classify(n *node, barred map[*node]bool) {
	if n.bodies != nil || len(n.outputs) == 0 || barred[n] {
		return
	}
	parts, k := t.rule(n)
	if k == whole {
		return
	}
	reads := false
	for i, src := range n.from {
		reads = reads || parts[i] && t.kind[src] == parted
	}
	switch {
	case reads || n.op == compute.OpTypeRNGBitGenerator:
		t.kind[n.id] = k
	case k == parted && (elementwise[n.op] || n.op == compute.OpTypeBroadcastInDim) && t.loose(n):
		t.kind[n.id] = free
	default:
		return
	}
	t.byPart[n.id] = parts
}

// loose reports whether no input of a node depends on the batch.
func (t *tiling) loose(n *node) bool {
	for _, src := range n.from {
		if t.kind[src] == parted {
			return false
		}
	}
	return true
}

// unread returns the random numbers of the tiling that no node combines with
// samples: they gain nothing from being drawn part by part.
func (t *tiling) unread() map[*node]bool {
	samples, read := make([]bool, t.c.count), make([]bool, t.c.count)
	for _, n := range t.c.nodes {
		parts := t.byPart[n.id]
		if parts == nil {
			continue
		}
		for i, src := range n.from {
			if parts[i] && t.kind[src] == parted {
				samples[n.id] = samples[n.id] || samples[src] || src < t.c.params
			}
		}
	}
	for _, n := range slices.Backward(t.c.nodes) {
		parts := t.byPart[n.id]
		if parts == nil || !samples[n.id] && !read[n.id] {
			continue
		}
		for i, src := range n.from {
			if parts[i] {
				read[src] = true
			}
		}
	}
	out := make(map[*node]bool)
	for _, n := range t.c.nodes {
		if n.op == compute.OpTypeRNGBitGenerator && t.kind[n.id] == parted && !read[n.id] {
			out[n] = true
		}
	}
	return out
}

// rank finds the level of a node: how many regions must have ended before.
func (t *tiling) rank(n *node) {
	level := 0
	for i, src := range n.from {
		l := t.level[src]
		switch t.kind[src] {
		case summing:
			l++
		case parted:
			if src >= t.c.params && (t.kind[n.id] == whole || t.kind[n.id] == free || !t.byPart[n.id][i]) {
				l++
			}
		}
		level = max(level, l)
	}
	t.level[n.id] = level
}

// rule says which inputs a node would read part by part and what it would be;
// whole when it cannot be split.
func (t *tiling) rule(n *node) ([]bool, kind) {
	parts := make([]bool, len(n.inputs))
	out := n.outputs[0].shape
	axis, splits := t.batchAxis(out)
	switch {
	case n.op == compute.OpTypeRNGBitGenerator:
		bits := n.outputs[1].shape
		if _, ok := t.batchAxis(bits); ok && bits.DType == dtypes.Uint32 && size(bits)/t.extent%4 == 0 &&
			len(n.outputs[0].users) == 0 && !t.c.isOut[n.outputs[0]] {
			return parts, parted
		}
		return nil, whole
	case len(n.inputs) == 0:
		return nil, whole
	case elementwise[n.op] && t.c.fusable(n):
		if !splits {
			return nil, whole
		}
		for i, v := range n.inputs {
			if !t.operand(v.shape, out, axis, &parts[i]) {
				return nil, whole
			}
		}
		return parts, parted
	case n.op == compute.OpTypeDotGeneral:
		return t.dotRule(n, axis, splits)
	}
	if !t.c.runs(n) {
		return nil, whole
	}
	switch n.op {
	case compute.OpTypeBroadcastInDim:
		return t.broadcastRule(n, axis, splits)
	case compute.OpTypeConcatenate:
		if !splits || n.args[0].(int) <= axis {
			return nil, whole
		}
		for i, v := range n.inputs {
			at, ok := t.batchAxis(v.shape)
			if !ok || at != axis {
				return nil, whole
			}
			parts[i] = true
		}
		return parts, parted
	case compute.OpTypeConvGeneral:
		conv := n.args[0].(compute.ConvolveAxesConfig)
		at, ok := t.batchAxis(n.inputs[0].shape)
		if !splits || !ok || n.args[6].(int) > 1 || conv.InputBatch != at || conv.OutputBatch != axis {
			return nil, whole
		}
		if weights := size(n.inputs[1].shape); t.weighs(weights, size(out)/out.Dimensions[conv.OutputChannels]) {
			return nil, whole
		}
		return []bool{true, false}, parted
	}
	return t.axisRule(n, axis, splits)
}

// operand reports whether an elementwise operation whose result has the given
// shape can read an operand, and sets *part when it reads it part by part.
func (t *tiling) operand(s, out shapes.Shape, axis int, part *bool) bool {
	if size(s) == 1 {
		return true
	}
	if s.Rank() != out.Rank() {
		return false
	}
	at, ok := t.batchAxis(s)
	switch {
	case ok && at == axis && s.Dimensions[at] == out.Dimensions[axis]:
		*part = true
		return true
	default:
		return at > axis
	}
}

func (t *tiling) broadcastRule(n *node, axis int, splits bool) ([]bool, kind) {
	if !splits {
		return nil, whole
	}
	x, axes, dims := n.inputs[0].shape, n.args[1].([]int), n.outputs[0].shape.Dimensions
	for i, to := range axes {
		if x.Dimensions[i] == 1 {
			continue
		}
		switch at, ok := t.batchAxis(x); {
		case to > axis:
			return []bool{false}, parted
		case to == axis && ok && at == i && x.Dimensions[i] == dims[to]:
			return []bool{true}, parted
		default:
			return nil, whole
		}
	}
	return []bool{false}, parted
}

// axisRule is for operations of one input that leave the batch axis alone, or
// sum over it.
func (t *tiling) axisRule(n *node, axis int, splits bool) ([]bool, kind) {
	x := n.inputs[0].shape
	at, ok := t.batchAxis(x)
	if !ok {
		return nil, whole
	}
	parts := make([]bool, len(n.inputs))
	parts[0] = true
	switch n.op {
	case compute.OpTypeReduceSum, compute.OpTypeReduceMax, compute.OpTypeReduceMin:
		axes := n.args[0].([]int)
		if len(axes) > 0 && !slices.Contains(axes, at) {
			if splits {
				return parts, parted
			}
			return nil, whole
		}
		if n.op == compute.OpTypeReduceSum && n.outputs[0].shape.DType == dtypes.Float32 {
			return parts, summing
		}
		return nil, whole
	case compute.OpTypeTranspose:
		if splits && n.args[0].([]int)[axis] == at {
			return parts, parted
		}
	case compute.OpTypeSlice:
		steps := n.args[2].([]int)
		if splits && axis == at && x.Dimensions[at] == n.outputs[0].shape.Dimensions[axis] && (at >= len(steps) || steps[at] <= 1) {
			return parts, parted
		}
	case compute.OpTypePad:
		pads := n.args[0].([]compute.PadAxis)
		if splits && axis == at && (at >= len(pads) || pads[at] == compute.PadAxis{}) && x.Dimensions[at] == n.outputs[0].shape.Dimensions[axis] {
			return parts, parted
		}
	case compute.OpTypeReduceWindow:
		if splits && axis == at && window1(n.args[1].([]int), at) && window1(n.args[2].([]int), at) && x.Dimensions[at] == n.outputs[0].shape.Dimensions[axis] {
			return parts, parted
		}
	case compute.OpTypeSelectAndScatterMax:
		from, ok := t.batchAxis(n.inputs[1].shape)
		if splits && ok && axis == at && from == at && n.inputs[1].shape.Dimensions[at] == x.Dimensions[at] && x.Dimensions[at] == n.outputs[0].shape.Dimensions[axis] {
			parts[1] = true
			return parts, parted
		}
	case compute.OpTypeArgMinMax:
		if splits && n.args[0].(int) != at {
			return parts, parted
		}
	case compute.OpTypeEqual:
		from, ok := t.batchAxis(n.inputs[1].shape)
		if splits && ok && from == at && axis == at {
			parts[1] = true
			return parts, parted
		}
	}
	return nil, whole
}

func window1(size []int, axis int) bool { return axis >= len(size) || size[axis] <= 1 }

// dotRule splits a matrix product along a batch axis of both operands or the
// rows of the left one; where the batch is contracted, the parts' products are
// added.
func (t *tiling) dotRule(n *node, axis int, splits bool) ([]bool, kind) {
	d, ok := n.args[len(n.args)-1].(*dot)
	if !ok || !t.c.runs(n) {
		return nil, whole
	}
	l, okL := d.lhs.batchAxis(t.extent)
	r, okR := d.rhs.batchAxis(t.extent)
	if okL && okR {
		if k := slices.Index(d.lhs.batchAxes, l); k >= 0 && d.rhs.batchAxes[k] == r && splits && axis == d.place[k] {
			return []bool{true, true}, parted
		}
		if k := slices.Index(d.lhs.contracting, l); k >= 0 && d.rhs.contracting[k] == r {
			return []bool{true, true}, summing
		}
	}
	if k := slices.Index(d.lhs.crossed, l); okL && k >= 0 && splits && axis == d.place[len(d.batch)+k] {
		if weights := product(d.rhs.dims); t.weighs(weights, size(n.outputs[0].shape)*product(d.batch)*d.contracted()/max(weights, 1)) {
			return nil, whole
		}
		return []bool{true, false}, parted
	}
	return nil, whole
}

// fewRows is the number of rows of a sample below which a product with heavy
// weights is better done for the whole batch: the weights are brought into
// the order of the kernel, and through the cache, for every block.
const (
	fewRows      = 512
	heavyWeights = 1 << 15
)

func (t *tiling) weighs(weights, rows int) bool {
	return weights > heavyWeights && rows/t.extent < fewRows
}

// contracted returns the number of products in an element of the result.
func (d *dot) contracted() int {
	n := 1
	for _, axis := range d.lhs.contracting {
		n *= d.lhs.dims[axis]
	}
	return n
}

// batchAxis returns the axis with the largest stride.
func (o *dotOperand) batchAxis(extent int) (axis int, ok bool) {
	axis = -1
	for i, d := range o.dims {
		if d > 1 && (axis < 0 || o.strides[i] > o.strides[axis]) {
			axis = i
		}
	}
	if axis < 0 {
		return 0, false
	}
	return axis, o.dims[axis]%extent == 0 && o.dims[axis]*o.strides[axis] == product(o.dims)
}

// part returns the operand with its batch axis cut into the given number of
// blocks.
func (o *dotOperand) part(extent, blocks int) dotOperand {
	axis, _ := o.batchAxis(extent)
	p := *o
	p.dims = slices.Clone(o.dims)
	p.dims[axis] /= blocks
	return p
}
