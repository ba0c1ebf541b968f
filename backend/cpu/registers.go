package cpu

// byRegister holds something for every register of a program.
type byRegister [banks][]int

func (p *loopProgram) byRegister() *byRegister {
	var b byRegister
	for k := range b {
		b[k] = make([]int, p.count[k])
	}
	return &b
}

func (b *byRegister) at(r ref) *int { return &b[r.bank][r.reg] }

// allocate renumbers registers so that one whose value is no longer read
// serves again. Inputs and outputs keep a register of their own: they stand
// for memory, which nothing else may be written to.
func (p *loopProgram) allocate() {
	var files [banks]*registerFile
	for k := range files {
		files[k] = newFile(p.count[k])
	}
	for i := range p.code {
		for _, r := range p.code[i].operands() {
			if r.scalar == 0 {
				files[r.bank].last[r.reg] = i
			}
		}
	}
	for i, l := range p.loads {
		file := files[l.dst.bank]
		p.loads[i].dst.reg = file.fresh(l.dst.reg)
		file.pinned[l.dst.reg] = true
	}
	stored := p.byRegister()
	for _, out := range p.outs {
		*stored.at(out.src) = 1
	}
	for i := range p.code {
		in := &p.code[i]
		read := append([]ref{}, in.operands()...)
		for k, r := range read {
			if r.scalar == 0 {
				in.in[k].reg = files[r.bank].physical[r.reg]
			}
		}
		result := func(r *ref) {
			file := files[r.bank]
			if virtual := r.reg; *stored.at(*r) > 0 {
				r.reg = file.fresh(virtual)
				file.pinned[virtual] = true
			} else {
				r.reg = file.take(virtual)
			}
		}
		result(&in.dst)
		if in.op == expLess {
			result(&in.sum)
		}
		for _, r := range read {
			if r.scalar == 0 {
				files[r.bank].release(r.reg, i)
			}
		}
	}
	for i, out := range p.outs {
		p.outs[i].src.reg = files[out.src.bank].physical[out.src.reg]
	}
	for k, file := range files {
		p.count[k] = file.count
	}
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
