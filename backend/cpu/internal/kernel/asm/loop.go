package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// function begins an assembly function whose parameters are given as in Go.
func function(s isa, name, params, doc string) machine {
	declare(s, declaration{name, params, ""})
	return begin(s, name, params, "", doc)
}

// operation is function for what is called by operation code.
func operation(s isa, name, params, doc string) machine { return begin(s, name, params, "", doc) }

// reduction is function for what returns a number.
func reduction(s isa, name, params, doc string) machine {
	declare(s, declaration{name, params, "float32"})
	return begin(s, name, params, " float32", doc)
}

func begin(s isa, name, params, result, doc string) machine {
	full := name + s.String()
	ctx.Function(full)
	ctx.Attributes(noSplit)
	ctx.SignatureExpr("func(" + params + ")" + result)
	ctx.Doc(full + " " + doc)
	ctx.Pragma("noescape")
	return machine{s}
}

// end ends an assembly function.
func end() {
	ctx.VZEROUPPER()
	ctx.RET()
}

// param returns a register that holds an integer or pointer parameter.
func param(name string) reg.GPVirtual {
	r := ctx.GP64()
	ctx.Load(ctx.Param(name), r)
	return r
}

// part is the piece of the vectors that one pass of a loop works on.
type part struct {
	machine
	at   reg.GPVirtual // index of its first element
	step int           // vectors after at
	tail mask          // the lanes that exist; nil: all
}

func (p part) mem(base reg.GPVirtual) Mem {
	return Mem{Base: base, Index: p.at, Scale: 4, Disp: 4 * p.step * p.lanes()}
}

// read returns the piece of the vector at base, 0 in lanes that do not exist.
func (p part) read(base reg.GPVirtual) vec {
	v := p.new()
	switch {
	case p.tail == nil:
		ctx.VMOVUPS(p.mem(base), v)
	case p.isa == avx512:
		ctx.VMOVUPS_Z(p.mem(base), p.tail, v)
	default:
		ctx.VMASKMOVPS(p.mem(base), p.tail, v)
	}
	return v
}

// operand is read as an operand of one instruction, which needs no register for it where it is in memory.
func (p part) operand(base reg.GPVirtual) Op {
	if p.tail == nil {
		return p.mem(base)
	}
	return p.read(base)
}

// readOr is read with the lanes that do not exist taken from otherwise.
func (p part) readOr(base reg.GPVirtual, otherwise vec) vec {
	v := p.read(base)
	if p.tail == nil {
		return v
	}
	return p.choose(p.tail, v, otherwise)
}

// write stores the lanes that exist.
func (p part) write(v vec, base reg.GPVirtual) {
	switch {
	case p.tail == nil:
		ctx.VMOVUPS(v, p.mem(base))
	case p.isa == avx512:
		ctx.VMOVUPS(v, p.tail, p.mem(base))
	default:
		ctx.VMASKMOVPS(v, p.tail, p.mem(base))
	}
}

// loop writes a loop over n elements: passes of unroll vectors, passes of one vector, and one with a mask. name makes its
// labels unique in the function. n is kept.
func (m machine) loop(name string, n reg.GPVirtual, unroll int, body func(p part)) {
	at := m.whole(name, n, unroll, body)
	left := ctx.GP64()
	ctx.MOVQ(n, left)
	ctx.SUBQ(at, left)
	ctx.JE(LabelRef(name + "End"))
	body(part{m, at, 0, newMask(m.isa, left)})
	ctx.Label(name + "End")
}

// whole writes the part of a loop that works on whole vectors and returns the register with the index it stops at.
func (m machine) whole(name string, n reg.GPVirtual, unroll int, body func(p part)) reg.GPVirtual {
	return m.passes(name, n, unroll, func(parts []part) {
		for _, p := range parts {
			body(p)
		}
	})
}

// passes is whole for what works on all vectors of a pass at once.
func (m machine) passes(name string, n reg.GPVirtual, unroll int, body func(parts []part)) reg.GPVirtual {
	at, after := ctx.GP64(), ctx.GP64()
	ctx.XORQ(at, at)
	for _, u := range []int{unroll, 1} {
		label := fmt.Sprintf("%s%d", name, u)
		ctx.LEAQ(Mem{Base: at, Disp: u * m.lanes()}, after)
		ctx.CMPQ(after, n)
		ctx.JG(LabelRef(label + "Done"))
		ctx.Label(label)
		var parts []part
		for i := range u {
			parts = append(parts, part{m, at, i, nil})
		}
		body(parts)
		ctx.MOVQ(after, at)
		ctx.ADDQ(Imm(uint64(u*m.lanes())), after)
		ctx.CMPQ(after, n)
		ctx.JLE(LabelRef(label))
		ctx.Label(label + "Done")
		if unroll == 1 {
			break
		}
	}
	return at
}

// reachBack is loop on AVX2 for matrices of n elements that may be overwritten on the way, without masked stores, which are
// slow on some processors: the last n mod lanes elements are left to back, with the last whole vectors of the matrices as
// they were before the loop and a mask of the lanes that the loop has done. Fewer elements than a vector has lanes go under
// a mask.
func (m machine) reachBack(name string, n reg.GPVirtual, unroll int, in []reg.GPVirtual, body func(parts []part), back func(last []Op, p part, old mask)) {
	ctx.CMPQ(n, Imm(uint64(m.lanes())))
	ctx.JL(LabelRef(name + "Few"))
	var last []Op
	for _, base := range in {
		last = append(last, m.load(Mem{Base: base, Index: n, Scale: 4, Disp: -4 * m.lanes()}))
	}
	left := ctx.GP64()
	ctx.MOVQ(n, left)
	ctx.SUBQ(m.passes(name, n, unroll, body), left)
	ctx.JE(LabelRef(name + "End"))
	done, from := ctx.GP64(), ctx.GP64()
	ctx.MOVQ(U32(uint32(m.lanes())), done)
	ctx.SUBQ(left, done)
	ctx.LEAQ(Mem{Base: n, Disp: -m.lanes()}, from)
	back(last, part{m, from, 0, nil}, newMask(m.isa, done))
	ctx.JMP(LabelRef(name + "End"))
	ctx.Label(name + "Few")
	first := ctx.GP64()
	ctx.XORQ(first, first)
	body([]part{{m, first, 0, newMask(m.isa, n)}})
	ctx.Label(name + "End")
}

// bytes returns the address of the piece of a vector of bytes.
func (p part) bytes(base reg.GPVirtual) Mem {
	return Mem{Base: base, Index: p.at, Scale: 1, Disp: p.step * p.lanes()}
}

// readBools returns the lanes whose byte is not 0. zero is a vector of zeros.
func (p part) readBools(base reg.GPVirtual, zero vec) mask {
	v := p.new()
	if p.isa == avx512 {
		if p.tail == nil {
			ctx.VPMOVZXBD(p.bytes(base), v)
		} else {
			ctx.VPMOVZXBD_Z(p.bytes(base), p.tail, v)
		}
		k := ctx.K()
		ctx.VPTESTMD(v, v, k)
		return k
	}
	ctx.VPMOVZXBD(p.bytes(base), v)
	return p.op(ctx.VPCMPGTD, zero, v)
}

// writeBools stores a byte, 1 or 0, for each lane.
func (p part) writeBools(k mask, base reg.GPVirtual) {
	x := ctx.XMM()
	ones := p.word(0x01010101)
	if p.isa == avx512 {
		ctx.VMOVDQU8_Z(ones, k, x)
		if p.tail == nil {
			ctx.VMOVDQU(x, p.bytes(base))
		} else {
			ctx.VMOVDQU8(x, p.tail, p.bytes(base))
		}
		return
	}
	y, ok := k.(reg.VecVirtual)
	if !ok {
		panic("a mask of AVX2 is a vector")
	}
	ctx.VEXTRACTI128(Imm(1), y, x)
	ctx.VPACKSSDW(x, y.AsX(), x)
	ctx.VPACKSSWB(x, x, x)
	ctx.VPAND(ones, x, x)
	ctx.VMOVQ(x, p.bytes(base))
}

// only returns v with 0 in the lanes that do not exist.
func (p part) only(v vec) vec {
	if p.tail == nil {
		return v
	}
	return p.keep(p.tail, v)
}
