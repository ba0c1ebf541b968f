package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vec is a vector of float32 numbers, or of words.
type vec = reg.VecVirtual

// mask chooses lanes: a mask register on AVX-512, a vector of set or clear words on AVX2.
type mask = reg.Register

// machine writes vector code that is the same for both instruction sets, in three-operand form: every method returns a new
// register. An Op may be a register or memory.
type machine struct{ isa isa }

// lanes returns the number of float32 lanes of a vector.
func (m machine) lanes() int {
	if m.isa == avx512 {
		return 16
	}
	return 8
}

func (m machine) new() vec {
	if m.isa == avx512 {
		return ctx.ZMM()
	}
	return ctx.YMM()
}

// word returns the address of a vector whose lanes all hold w.
func (m machine) word(w uint32) Mem {
	words := make([]uint32, m.lanes())
	for i := range words {
		words[i] = w
	}
	return table(fmt.Sprintf("word%08x", w), words...)
}

// number returns the address of a vector whose lanes all hold x.
func (m machine) number(x float64) Mem { return m.word(math.Float32bits(float32(x))) }

func (m machine) load(a Op) vec {
	v := m.new()
	ctx.VMOVUPS(a, v)
	return v
}

// held returns a vector that holds a, which is a itself where it is a register.
func (m machine) held(a Op) vec {
	if v, ok := a.(vec); ok {
		return v
	}
	return m.load(a)
}

// spread returns a vector whose lanes all hold the float32 parameter of the given name.
func (m machine) spread(param string) vec {
	b, err := ctx.Param(param).Resolve()
	if err != nil {
		panic(err)
	}
	v := m.new()
	ctx.VBROADCASTSS(b.Addr, v)
	return v
}

func (m machine) zero() vec {
	v := m.new()
	m.clear(v)
	return v
}

func (m machine) clear(v vec) {
	if m.isa == avx512 {
		ctx.VPXORD(v, v, v)
	} else {
		ctx.VXORPS(v, v, v)
	}
}

func (m machine) op(f func(...Op), b Op, a vec) vec {
	v := m.new()
	f(b, a, v)
	return v
}

func (m machine) add(a vec, b Op) vec { return m.op(ctx.VADDPS, b, a) }
func (m machine) sub(a vec, b Op) vec { return m.op(ctx.VSUBPS, b, a) }
func (m machine) mul(a vec, b Op) vec { return m.op(ctx.VMULPS, b, a) }
func (m machine) div(a vec, b Op) vec { return m.op(ctx.VDIVPS, b, a) }
func (m machine) and(a vec, b Op) vec { return m.op(ctx.VANDPS, b, a) }
func (m machine) or(a vec, b Op) vec  { return m.op(ctx.VORPS, b, a) }

// max returns the larger lanes, those of b where either is NaN or both are zeros.
func (m machine) max(a vec, b Op) vec { return m.op(ctx.VMAXPS, b, a) }

// min returns the smaller lanes, those of b where either is NaN or both are zeros.
func (m machine) min(a vec, b Op) vec { return m.op(ctx.VMINPS, b, a) }

func (m machine) sqrt(a Op) vec {
	v := m.new()
	ctx.VSQRTPS(a, v)
	return v
}

// addInt and subInt work on the lanes as 32-bit integers.
func (m machine) addInt(a vec, b Op) vec { return m.op(ctx.VPADDD, b, a) }
func (m machine) subInt(a vec, b Op) vec { return m.op(ctx.VPSUBD, b, a) }

func (m machine) shiftLeft(a vec, bits int) vec {
	v := m.new()
	ctx.VPSLLD(Imm(uint64(bits)), a, v)
	return v
}

// shiftRight keeps the sign.
func (m machine) shiftRight(a vec, bits int) vec {
	v := m.new()
	ctx.VPSRAD(Imm(uint64(bits)), a, v)
	return v
}

func (m machine) toInt(a vec) vec {
	v := m.new()
	ctx.VCVTPS2DQ(a, v)
	return v
}

func (m machine) fromInt(a vec) vec {
	v := m.new()
	ctx.VCVTDQ2PS(a, v)
	return v
}

// addMul adds a*b to sum, in place.
func (m machine) addMul(sum, a vec, b Op) { ctx.VFMADD231PS(b, a, sum) }

// subMul subtracts a*b from sum, in place.
func (m machine) subMul(sum, a vec, b Op) { ctx.VFNMADD231PS(b, a, sum) }

// polynomial returns Σ c[i]*x^i.
func (m machine) polynomial(x vec, c ...float64) vec {
	p := m.load(m.number(c[len(c)-1]))
	for i := len(c) - 2; i >= 0; i-- {
		ctx.VFMADD213PS(m.number(c[i]), x, p)
	}
	return p
}

// How rounding is asked of VROUNDPS: the mode, with inexact results not signalled.
const (
	roundNearest = 8 + iota
	roundDown
	roundUp
	roundZero
)

func (m machine) round(a vec, mode uint64) vec {
	v := m.new()
	if m.isa == avx512 {
		ctx.VRNDSCALEPS(Imm(mode), a, v)
	} else {
		ctx.VROUNDPS(Imm(mode), a, v)
	}
	return v
}

// The predicates of VCMPPS. Those that are not named after NaN are false for it, but the negated ones.
const (
	equal        = 0
	less         = 17
	lessEqual    = 18
	unordered    = 3
	notEqual     = 4
	notLessEqual = 6 // true for NaN
	greaterEqual = 29
	greater      = 30
)

// compare returns the lanes in which a and b stand in the relation of the predicate.
func (m machine) compare(predicate uint64, a vec, b Op) mask {
	if m.isa == avx512 {
		k := ctx.K()
		ctx.VCMPPS(Imm(predicate), b, a, k)
		return k
	}
	v := ctx.YMM()
	ctx.VCMPPS(Imm(predicate), b, a, v)
	return v
}

// choose returns the lanes of yes where k is set and those of no elsewhere.
func (m machine) choose(k mask, yes Op, no vec) vec {
	v := m.new()
	if m.isa == avx512 {
		ctx.VBLENDMPS(yes, no, k, v)
	} else {
		ctx.VBLENDVPS(k, yes, no, v)
	}
	return v
}

// keep returns a where k is set and 0 elsewhere.
func (m machine) keep(k mask, a vec) vec {
	v := m.new()
	if m.isa == avx512 {
		ctx.VMOVAPS_Z(a, k, v)
	} else {
		ctx.VANDPS(a, k, v)
	}
	return v
}

// abs returns a without its sign; sign returns the sign alone.
func (m machine) abs(a vec) vec  { return m.and(a, m.word(0x7FFFFFFF)) }
func (m machine) sign(a vec) vec { return m.and(a, m.word(0x80000000)) }

// fold returns the sum, or what combine says, of the lanes of v in all lanes of the low quarter. The order is fixed.
func (m machine) fold(v vec, combine func(...Op)) reg.VecVirtual {
	y := ctx.YMM()
	if m.isa == avx512 {
		high := ctx.YMM()
		ctx.VEXTRACTF64X4(Imm(1), v, high)
		ctx.VMOVAPS(v.AsY(), y)
		combine(high, y, y)
	} else {
		ctx.VMOVAPS(v, y)
	}
	x, other := ctx.XMM(), ctx.XMM()
	ctx.VEXTRACTF128(Imm(1), y, other)
	combine(other, y.AsX(), x)
	ctx.VPERMILPS(Imm(0x4E), x, other)
	combine(other, x, x)
	ctx.VPERMILPS(Imm(0xB1), x, other)
	combine(other, x, x)
	return x
}

// everywhere returns a vector whose lanes all hold the lowest of x.
func (m machine) everywhere(x reg.VecVirtual) vec {
	v := m.new()
	ctx.VBROADCASTSS(x, v)
	return v
}
