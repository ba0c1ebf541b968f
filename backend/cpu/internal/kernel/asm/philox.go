package main

import (
	. "github.com/mmcloughlin/avo/operand"
)

// philox writes the generator of random words. A block of four words lives in one 64-bit lane of four vectors, where the
// product of two words has room; the lanes are numbered so that the blocks are in order once pairs of words are interleaved.
func philox(s isa) {
	m := function(s, "philox", "dst *uint32, groups int, c0, c1, c2, c3, k0, k1 uint32",
		"writes groups of blocks, as many as a vector has 64-bit lanes. The lowest word of the counter must not overflow.")
	dst, groups := param("dst"), param("groups")
	order := []uint32{0, 2, 1, 3}
	if s == avx512 {
		order = []uint32{0, 4, 1, 5, 2, 6, 3, 7}
	}
	var words []uint32
	for _, lane := range order {
		words = append(words, lane, 0)
	}
	lane := m.load(table("philoxLanes", words...))
	first := m.addInt(lane, m.spread("c0"))
	c1, c2, c3 := m.spread("c1"), m.spread("c2"), m.spread("c3")
	k0, k1 := m.spread("k0"), m.spread("k1")
	ctx.Label("group")
	a, b, c, d := m.new(), m.new(), m.new(), m.new()
	ctx.VMOVAPS(first, a)
	ctx.VMOVAPS(c1, b)
	ctx.VMOVAPS(c2, c)
	ctx.VMOVAPS(c3, d)
	key0, key1 := m.new(), m.new()
	ctx.VMOVAPS(k0, key0)
	ctx.VMOVAPS(k1, key1)
	for round := range 10 {
		if round > 0 {
			ctx.VPADDD(m.word(0x9E3779B9), key0, key0)
			ctx.VPADDD(m.word(0xBB67AE85), key1, key1)
		}
		p0, p1 := m.op(ctx.VPMULUDQ, m.word(0xD2511F53), a), m.op(ctx.VPMULUDQ, m.word(0xCD9E8D57), c)
		high0, high1 := m.new(), m.new()
		ctx.VPSRLQ(Imm(32), p0, high0)
		ctx.VPSRLQ(Imm(32), p1, high1)
		if s == avx512 {
			ctx.VPTERNLOGD(Imm(0x96), key0, b, high1)
			ctx.VPTERNLOGD(Imm(0x96), key1, d, high0)
		} else {
			ctx.VXORPS(m.op(ctx.VXORPS, key0, b), high1, high1)
			ctx.VXORPS(m.op(ctx.VXORPS, key1, d), high0, high0)
		}
		a, b, c, d = high1, p1, high0, p0
	}
	pair := func(low, high vec) vec {
		ctx.VPSLLQ(Imm(32), high, high)
		ctx.VPSLLQ(Imm(32), low, low)
		ctx.VPSRLQ(Imm(32), low, low)
		return m.or(low, high)
	}
	ab, cd := pair(a, b), pair(c, d)
	ctx.VMOVUPS(m.op(ctx.VPUNPCKLQDQ, cd, ab), Mem{Base: dst})
	ctx.VMOVUPS(m.op(ctx.VPUNPCKHQDQ, cd, ab), Mem{Base: dst, Disp: 4 * m.lanes()})
	ctx.ADDQ(Imm(uint64(8*m.lanes())), dst)
	ctx.VPADDD(m.word(uint32(m.lanes()/2)), first, first)
	ctx.DECQ(groups)
	ctx.JNE(LabelRef("group"))
	end()
}
