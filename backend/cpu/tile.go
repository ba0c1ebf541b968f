package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// tileSize is about the number of elements that a group computes at a time:
// its registers stay in the first-level cache. taskTiles tiles are one task.
const (
	tileSize  = 1024
	taskTiles = 16
)

// source is an input of a group.
type source struct {
	store int
	view  view
	kind  dtypes.DType
}

// instr is one operation on registers. Truth values and numbers have registers
// of their own, numbered apart.
type instr struct {
	op     compute.OpType
	dst    int
	isBool bool // dst is a truth register
	in     [3]ref
}

// ref is an operand of an instruction: a register, or an input that is the
// same number everywhere.
type ref struct {
	reg    int
	scalar int // index of a scalar source + 1; 0: a register
	isBool bool
}

// load fills a register from an input.
type load struct {
	source int
	reg    int
	// floor is the index + 1 of the source whose number the loaded words are
	// compared with: the register gets whether they reach it. 0: none.
	floor int
	// still is set when all tiles load the same.
	still bool
}

// fusedProgram is a group ready to run.
type fusedProgram struct {
	n, width int // elements of the loop and of a tile
	sources  []source
	scalars  []int // sources that are one number
	loads    []load
	code     []instr
	execs    []exec // of code
	floats   int    // numbers of registers
	bools    int
	out      int
	outBool  bool
	outStore int
}

// registers are those of a tile; some stand for memory.
type registers struct {
	f [][]float32
	b [][]bool
}

// fused returns the step that runs a group.
func (c *compiler) fused(g *group) step {
	out := g.root.outputs[0]
	p := &fusedProgram{n: size(out.shape), outBool: out.shape.DType == dtypes.Bool, outStore: c.store(out)}
	regs := make(map[*value]ref)
	loaded := make(map[view]ref)
	operand := func(v *value, at *node) ref {
		w, _ := c.view(v, at.outputs[0].shape)
		if r, ok := regs[w.value]; ok && w.full(p.n) {
			return r
		}
		if r, ok := loaded[w]; ok {
			return r
		}
		s := source{store: c.store(w.value), view: w, kind: w.value.shape.DType}
		index := len(p.sources)
		p.sources = append(p.sources, s)
		r := ref{isBool: s.kind == dtypes.Bool}
		if w.len == 1 && s.kind == dtypes.Float32 {
			p.scalars = append(p.scalars, index)
			r.scalar = len(p.scalars)
		} else {
			if r.isBool {
				r.reg = p.bools
				p.bools++
			} else {
				r.reg = p.floats
				p.floats++
			}
			p.loads = append(p.loads, load{source: index, reg: r.reg})
		}
		loaded[w] = r
		return r
	}
	for _, n := range g.nodes {
		v := n.outputs[0]
		if reaches(n) {
			regs[v] = p.reach(c, n)
			continue
		}
		if n.op == compute.OpTypeConvertDType && n.inputs[0].shape.DType != dtypes.Bool {
			regs[v] = operand(n.inputs[0], n) // loading converts
			continue
		}
		in := instr{op: n.op, isBool: v.shape.DType == dtypes.Bool}
		for k, x := range n.inputs {
			in.in[k] = operand(x, n)
		}
		r := ref{isBool: in.isBool}
		if in.isBool {
			r.reg = p.bools
			p.bools++
		} else {
			r.reg = p.floats
			p.floats++
		}
		in.dst = r.reg
		regs[v] = r
		p.code = append(p.code, in)
	}
	p.out = regs[out].reg
	p.allocate()
	p.layOut()
	s := step{name: "fused " + g.root.op.String(), run: p.run, writes: []int{p.outStore}}
	partial := make(map[int]bool)
	for _, src := range p.sources {
		s.reads = append(s.reads, src.store)
		if !src.view.full(p.n) || src.kind != out.shape.DType {
			partial[src.store] = true
		}
	}
	for _, src := range p.sources {
		if !partial[src.store] {
			s.inPlace = append(s.inPlace, src.store)
		}
	}
	return s
}

// reaches reports whether a node compares random words with one number, as
// dropout does.
func reaches(n *node) bool {
	return n.op == compute.OpTypeGreaterOrEqual && n.inputs[0].shape.DType == dtypes.Uint32 &&
		size(n.inputs[1].shape) == 1 && size(n.inputs[0].shape) == size(n.outputs[0].shape)
}

// reach adds the load that carries out such a comparison.
func (p *fusedProgram) reach(c *compiler, n *node) ref {
	for _, v := range n.inputs {
		p.sources = append(p.sources, source{store: c.store(v), view: view{value: c.root(v), len: size(v.shape), inner: 1}, kind: dtypes.Uint32})
	}
	r := ref{reg: p.bools, isBool: true}
	p.bools++
	p.loads = append(p.loads, load{source: len(p.sources) - 2, reg: r.reg, floor: len(p.sources)})
	return r
}

// arity is the number of operands of an instruction.
func arity(op compute.OpType) int {
	switch op {
	case compute.OpTypeWhere, compute.OpTypeClamp:
		return 3
	case compute.OpTypeAdd, compute.OpTypeSub, compute.OpTypeMul, compute.OpTypeDiv, compute.OpTypeMax, compute.OpTypeMin, compute.OpTypePow,
		compute.OpTypeEqual, compute.OpTypeNotEqual, compute.OpTypeLessThan, compute.OpTypeLessOrEqual,
		compute.OpTypeGreaterThan, compute.OpTypeGreaterOrEqual, compute.OpTypeLogicalAnd, compute.OpTypeLogicalOr:
		return 2
	}
	return 1
}
