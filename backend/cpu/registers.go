package cpu

import "github.com/gomlx/compute/dtypes"

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
		regs := file(p.sources[l.source].kind == dtypes.Bool || l.floor > 0)
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
