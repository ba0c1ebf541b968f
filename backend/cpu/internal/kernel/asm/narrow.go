package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// narrowFunctions writes the conversions from and to numbers of 16 bits, for AVX-512 only: AVX2 cannot mask words, and the
// program cannot ask for the extension that converts binary16 there.
func narrowFunctions(s isa) {
	if s == avx2 {
		return
	}
	words := func(p part, base reg.GPVirtual) Mem {
		return Mem{Base: base, Index: p.at, Scale: 2, Disp: 2 * p.step * p.lanes()}
	}
	m := function(s, "fromBrain", "dst *float32, src *uint16, n int", "widens n bfloat16 numbers.")
	dst, src, n := param("dst"), param("src"), param("n")
	m.loop("each", n, 2, func(p part) {
		v := m.new()
		if p.tail == nil {
			ctx.VPMOVZXWD(words(p, src), v)
		} else {
			ctx.VPMOVZXWD_Z(words(p, src), p.tail, v)
		}
		p.write(m.shiftLeft(v, 16), dst)
	})
	end()

	m = function(s, "toBrain", "dst *uint16, src *float32, n int", "rounds n numbers to bfloat16, ties to even.")
	dst, src, n = param("dst"), param("src"), param("n")
	m.loop("each", n, 2, func(p part) {
		x := p.read(src)
		high := m.new()
		ctx.VPSRLD(Imm(16), x, high)
		odd := m.and(high, m.word(1))
		y := m.addInt(m.addInt(x, odd), m.word(0x7FFF))
		ctx.VPSRLD(Imm(16), y, y)
		y = m.choose(m.compare(unordered, x, x), m.or(high, m.word(0x40)), y)
		if p.tail == nil {
			ctx.VPMOVDW(y, words(p, dst))
		} else {
			ctx.VPMOVDW(y, p.tail, words(p, dst))
		}
	})
	end()

	m = function(s, "fromHalf", "dst *float32, src *uint16, n int", "widens n binary16 numbers.")
	dst, src, n = param("dst"), param("src"), param("n")
	m.loop("each", n, 2, func(p part) {
		v := m.new()
		if p.tail == nil {
			ctx.VCVTPH2PS(words(p, src), v)
		} else {
			ctx.VCVTPH2PS_Z(words(p, src), p.tail, v)
		}
		p.write(v, dst)
	})
	end()

	m = function(s, "toHalf", "dst *uint16, src *float32, n int", "rounds n numbers to binary16, ties to even.")
	dst, src, n = param("dst"), param("src"), param("n")
	m.loop("each", n, 2, func(p part) {
		x := p.read(src)
		if p.tail == nil {
			ctx.VCVTPS2PH(Imm(0), x, words(p, dst))
		} else {
			ctx.VCVTPS2PH(Imm(0), x, p.tail, words(p, dst))
		}
	})
	end()
}
