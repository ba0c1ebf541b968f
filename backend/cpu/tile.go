package cpu

import (
	"fmt"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"cggm/backend/cpu/internal/kernel"
)

// tileSize is the number of elements that a group computes at a time: its
// registers stay in the first-level cache. taskTiles tiles are one task.
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
}

// fusedProgram is a group ready to run.
type fusedProgram struct {
	n        int
	sources  []source
	scalars  []int // sources that are one number
	loads    []load
	code     []instr
	floats   int // numbers of registers
	bools    int
	out      int
	outBool  bool
	outStore int
	scratch  sync.Pool
}

type registers struct {
	f     [][]float32
	b     [][]bool
	tileF [][]float32 // of the tile being computed; some stand for memory
	tileB [][]bool
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
	s := step{name: fmt.Sprintf("fused %s (%d operations)", g.root.op, len(g.nodes)), run: p.run, writes: []int{p.outStore}}
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

// allocate renumbers registers so that one whose value is no longer read
// serves again. Inputs and the result keep a register of their own: they stand
// for memory, which nothing else may be written to.
func (p *fusedProgram) allocate() {
	f, b := newFile(p.floats), newFile(p.bools)
	file := func(isBool bool) *registerFile {
		if isBool {
			return b
		}
		return f
	}
	for i, in := range p.code {
		for _, r := range in.operands() {
			if r.scalar == 0 {
				file(r.isBool).last[r.reg] = i
			}
		}
	}
	for i, l := range p.loads {
		regs := file(p.sources[l.source].kind == dtypes.Bool)
		p.loads[i].reg = regs.fresh(l.reg)
		regs.pinned[l.reg] = true
	}
	for i := range p.code {
		in := &p.code[i]
		read := append([]ref{}, in.operands()...)
		for k, r := range read {
			if r.scalar == 0 {
				in.in[k].reg = file(r.isBool).physical[r.reg]
			}
		}
		regs := file(in.isBool)
		if virtual := in.dst; virtual == p.out && in.isBool == p.outBool {
			in.dst = regs.fresh(virtual)
			regs.pinned[virtual] = true
		} else {
			in.dst = regs.take(virtual)
		}
		for _, r := range read {
			if r.scalar == 0 {
				file(r.isBool).release(r.reg, i)
			}
		}
	}
	p.out = file(p.outBool).physical[p.out]
	p.floats, p.bools = f.count, b.count
}

// operands returns the operands that the instruction has.
func (in *instr) operands() []ref { return in.in[:arity(in.op)] }

// registerFile maps virtual registers to physical ones.
type registerFile struct {
	last, physical []int
	pinned         []bool
	free           []int
	count          int
}

func newFile(n int) *registerFile {
	n = max(n, 1)
	return &registerFile{last: make([]int, n), physical: make([]int, n), pinned: make([]bool, n)}
}

func (r *registerFile) fresh(virtual int) int {
	r.physical[virtual] = r.count
	r.count++
	return r.physical[virtual]
}

func (r *registerFile) take(virtual int) int {
	n := len(r.free)
	if n == 0 {
		return r.fresh(virtual)
	}
	r.physical[virtual] = r.free[n-1]
	r.free = r.free[:n-1]
	return r.physical[virtual]
}

// release frees a register after its last read, at instruction i.
func (r *registerFile) release(virtual, i int) {
	if r.last[virtual] == i && !r.pinned[virtual] {
		r.free = append(r.free, r.physical[virtual])
		r.pinned[virtual] = true
	}
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

// run computes the group.
func (p *fusedProgram) run(fr *frame) error {
	scalars := make([]float32, len(p.scalars))
	for i, s := range p.scalars {
		scalars[i] = fr.bufs[p.sources[s].store].([]float32)[0]
	}
	tiles := (p.n + tileSize - 1) / tileSize
	task := func(t int) {
		regs, _ := p.scratch.Get().(*registers)
		if regs == nil {
			regs = p.registers()
		}
		for i := t * taskTiles; i < min((t+1)*taskTiles, tiles); i++ {
			p.tile(fr, regs, scalars, i*tileSize, min((i+1)*tileSize, p.n))
		}
		p.scratch.Put(regs)
	}
	if tiles <= taskTiles {
		task(0)
		return nil
	}
	fr.parallel((tiles+taskTiles-1)/taskTiles, task)
	return nil
}

func (p *fusedProgram) registers() *registers {
	width := min(tileSize, p.n)
	r := &registers{
		f: make([][]float32, p.floats), tileF: make([][]float32, p.floats),
		b: make([][]bool, p.bools), tileB: make([][]bool, p.bools),
	}
	for i := range r.f {
		r.f[i] = make([]float32, width)
	}
	for i := range r.b {
		r.b[i] = make([]bool, width)
	}
	return r
}

// tile computes elements [from, to).
func (p *fusedProgram) tile(fr *frame, own *registers, scalars []float32, from, to int) {
	n := to - from
	f, b := own.tileF[:0], own.tileB[:0]
	for _, r := range own.f {
		f = append(f, r[:n])
	}
	for _, r := range own.b {
		b = append(b, r[:n])
	}
	for _, l := range p.loads {
		s := &p.sources[l.source]
		switch data := fr.bufs[s.store].(type) {
		case []float32:
			if s.view.full(p.n) {
				f[l.reg] = data[from:to]
			} else {
				spread(f[l.reg], data, s.view, from)
			}
		case []bool:
			if s.view.full(p.n) {
				b[l.reg] = data[from:to]
			} else {
				spread(b[l.reg], data, s.view, from)
			}
		case []uint32:
			loadAs(f[l.reg], data, s.view, p.n, from)
		case []int32:
			loadAs(f[l.reg], data, s.view, p.n, from)
		}
	}
	if p.outBool {
		if len(p.code) > 0 {
			b[p.out] = fr.bufs[p.outStore].([]bool)[from:to]
		}
	} else if len(p.code) > 0 {
		f[p.out] = fr.bufs[p.outStore].([]float32)[from:to]
	}
	for i := range p.code {
		execute(&p.code[i], f, b, scalars)
	}
	if len(p.code) == 0 {
		copy(fr.bufs[p.outStore].([]float32)[from:to], f[p.out])
	}
}

func loadAs[T uint32 | int32](dst []float32, data []T, w view, n, from int) {
	if w.full(n) {
		kernel.Convert(dst, data[from:from+len(dst)])
		return
	}
	for k := range dst {
		dst[k] = float32(data[(from+k)/w.inner%w.len])
	}
}

// spread fills dst with elements from of a repeated operand.
func spread[T any](dst, data []T, w view, from int) {
	if w.len == 1 {
		fill(dst, data[0])
		return
	}
	if w.inner == 1 {
		at := from % w.len
		for len(dst) > 0 {
			n := copy(dst, data[at:])
			dst = dst[n:]
			at = 0
		}
		return
	}
	at, left := from/w.inner%w.len, w.inner-from%w.inner
	for len(dst) > 0 {
		n := min(left, len(dst))
		fill(dst[:n], data[at])
		dst = dst[n:]
		if at++; at == w.len {
			at = 0
		}
		left = w.inner
	}
}

func fill[T any](dst []T, v T) {
	if f, ok := any(dst).([]float32); ok && len(f) >= 16 {
		kernel.Fill(f, any(v).(float32))
		return
	}
	for i := range dst {
		dst[i] = v
	}
}
