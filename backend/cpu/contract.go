package cpu

import "github.com/gomlx/compute"

// contract makes one instruction of two where there is a kernel for both and
// nobody else reads what passes between them.
func (b *loopBuilder) contract() {
	p := b.p
	// The place of the maker is kept plus one: inputs have none.
	readers, makers := p.byRegister(), p.byRegister()
	for i := range p.code {
		in := &p.code[i]
		for _, r := range in.operands() {
			if r.scalar == 0 {
				*readers.at(r)++
			}
		}
		*makers.at(in.dst) = i + 1
	}
	for _, out := range p.outs {
		*readers.at(out.src)++
	}
	maker := func(r ref) int { return *makers.at(r) - 1 }
	gone := make([]bool, len(p.code))
	// inner returns the instruction that makes r for one reader.
	inner := func(r ref, op compute.OpType) *instr {
		if r.scalar != 0 || *readers.at(r) != 1 {
			return nil
		}
		if i := maker(r); i >= 0 && !gone[i] && p.code[i].op == op {
			return &p.code[i]
		}
		return nil
	}
	// row returns the numbers of rows that an operand repeats.
	row := func(r ref) (ref, bool) {
		if r.scalar != 0 {
			return ref{}, false
		}
		if i := maker(r); i >= 0 && p.code[i].op == expand {
			return p.code[i].in[0], true
		}
		return ref{}, false
	}
	read := func(r ref) {
		if *readers.at(r)--; *readers.at(r) == 0 {
			gone[maker(r)] = true
		}
	}
	// byRow makes an operation of rows of one whose operand from k on repeats
	// numbers of rows.
	byRow := func(in *instr, op compute.OpType, k int) bool {
		for ; k < 2; k++ {
			x, r := in.in[1-k], in.in[k]
			if numbers, ok := row(r); ok && x.scalar == 0 && x != r {
				*in = instr{op: op, dst: in.dst, in: [4]ref{x, numbers}}
				read(r)
				return true
			}
		}
		return false
	}
	// with makes one instruction of in and of the one that makes an operand.
	with := func(in *instr, op, made compute.OpType) bool {
		for k, r := range in.operands() {
			m := inner(r, op)
			if other := in.in[1-k]; m != nil && other.scalar == 0 && m.in[0].scalar == 0 && m.in[1].scalar == 0 {
				*in = instr{op: made, dst: in.dst, in: [4]ref{m.in[0], m.in[1], other}}
				gone[maker(r)] = true
				return true
			}
		}
		return false
	}
	for i := range p.code {
		in := &p.code[i]
		switch in.op {
		case compute.OpTypeWhere:
			used := in.in[1]
			if m := inner(used, compute.OpTypeMul); m != nil && in.in[2].scalar != 0 && in.in[0].scalar == 0 {
				if x, s, ok := timesScalar(m); ok {
					*in = instr{op: selectTimes, dst: in.dst, in: [4]ref{in.in[0], x, s, in.in[2]}}
					gone[maker(used)] = true
				}
			}
		case compute.OpTypeMul:
			if x, s, ok := timesScalar(in); ok {
				w := inner(x, compute.OpTypeWhere)
				if w == nil || w.in[1].scalar != 0 || w.in[2].scalar == 0 {
					continue
				}
				zero, known := b.known[w.in[2].scalar]
				if scale, ok := b.known[s.scalar]; known && ok && zero == 0 && scale > 0 {
					*in = instr{op: selectTimes, dst: in.dst, in: [4]ref{w.in[0], w.in[1], s, w.in[2]}}
					gone[maker(x)] = true
				}
				continue
			}
			_ = byRow(in, mulRows, 0) || with(in, addRows, addMulRows)
		case compute.OpTypeExp:
			d := inner(in.in[0], subRows)
			for k, sum := range p.code {
				if d != nil && !gone[k] && sum.op == compute.OpTypeReduceSum && sum.in[0] == in.dst {
					gone[maker(in.in[0])], gone[k] = true, true
					*in = instr{op: expLess, dst: in.dst, in: [4]ref{d.in[0], d.in[1]}, sum: sum.dst}
					break
				}
			}
		case compute.OpTypeSub:
			byRow(in, subRows, 1)
		case compute.OpTypeAdd:
			_ = byRow(in, addRows, 0) || with(in, mulRows, mulAddRows) || with(in, compute.OpTypeMul, addTimes)
		}
	}
	code := p.code[:0]
	for i, in := range p.code {
		if !gone[i] {
			code = append(code, in)
		}
	}
	p.code = code
}

// timesScalar returns the operands of a product of a register and one number.
func timesScalar(in *instr) (x, s ref, ok bool) {
	x, s = in.in[0], in.in[1]
	if x.scalar != 0 {
		x, s = s, x
	}
	return x, s, x.scalar == 0 && s.scalar != 0
}
