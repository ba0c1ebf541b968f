package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// philox writes the generator of random words. A block of four words lives in one 64-bit lane of four vectors, where the
// product of two words has room; the lanes are numbered so that the blocks are in order once pairs of words are interleaved.
func philox(s isa) {
	m := function(s, "philox", "dst *uint32, groups int, c0, c1, c2, c3, k0, k1 uint32",
		"writes groups of blocks, as many as a vector has 64-bit lanes. The lowest word of the counter must not overflow.")
	philoxBody(m, s, func(dst reg.GPVirtual, first, second vec) {
		ctx.VMOVUPS(first, Mem{Base: dst})
		ctx.VMOVUPS(second, Mem{Base: dst, Disp: 4 * m.lanes()})
		ctx.ADDQ(Imm(uint64(8*m.lanes())), dst)
	})

	m = function(s, "coins", "dst *bool, groups int, c0, c1, c2, c3, k0, k1, least uint32",
		"writes whether the halves of the words that philox writes are at least as large as the halves of one, which are equal.")
	var least, one vec
	if s == avx512 {
		least, one = m.spread("least"), m.load(m.word(0x01010101))
	}
	philoxBody(m, s, func(dst reg.GPVirtual, first, second vec) {
		if s == avx512 {
			for i, v := range []vec{first, second} {
				k, truth := ctx.K(), ctx.YMM()
				ctx.VPCMPUW(Imm(5), least, v, k)
				ctx.VMOVDQU8_Z(one.AsY(), k, truth)
				ctx.VMOVDQU(truth, Mem{Base: dst, Disp: 32 * i})
			}
		} else {
			least := m.spread("least") // two registers short of keeping it
			reaches := func(v vec) vec { return m.op(ctx.VPCMPEQW, v, m.op(ctx.VPMAXUW, least, v)) }
			packed := m.op(ctx.VPACKSSWB, reaches(second), reaches(first))
			ctx.VPERMQ(Imm(0xD8), packed, packed)
			ctx.VMOVUPS(m.and(packed, m.word(0x01010101)), Mem{Base: dst})
		}
		ctx.ADDQ(Imm(uint64(4*m.lanes())), dst)
	})
}

// philoxBody writes the loop over groups of blocks and hands over the two vectors of words of each. Only the first word of
// the counter differs between the blocks, so that half of what the first two rounds compute is the same for all of them.
func philoxBody(m machine, s isa, use func(dst reg.GPVirtual, first, second vec)) {
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
	if s == avx512 {
		philoxWide(m, first, use)
		return
	}
	philoxNarrow(m, first, use)
}

// philoxNarrow is the body for AVX2, which keeps the keys of the rounds on the stack.
func philoxNarrow(m machine, first vec, use func(dst reg.GPVirtual, first, second vec)) {
	dst, groups := param("dst"), param("groups")
	mult0, mult1 := m.load(m.word(0xD2511F53)), m.load(m.word(0xCD9E8D57))
	keys := ctx.AllocLocal(16 * 32)
	key := func(round, side int) Mem { return keys.Offset(32 * (2*(round-2) + side)) }
	k0, k1 := m.spread("k0"), m.spread("k1")
	for round := 2; round < 10; round++ {
		ctx.VMOVUPS(m.addInt(k0, m.word(uint32(round)*0x9E3779B9)), key(round, 0))
		ctx.VMOVUPS(m.addInt(k1, m.word(uint32(round)*0xBB67AE85)), key(round, 1))
	}
	multiply := func(x, by vec) (low, high vec) {
		low, high = m.op(ctx.VPMULUDQ, by, x), m.new()
		ctx.VPSHUFD(Imm(0xF5), low, high) // the multiplication ignores the upper halves
		return low, high
	}
	b1, a1 := multiply(m.spread("c2"), mult1)
	ctx.VXORPS(m.op(ctx.VXORPS, m.spread("c1"), k0), a1, a1)
	key0 := m.op(ctx.VXORPS, m.addInt(k0, m.word(0x9E3779B9)), b1)
	c1 := m.op(ctx.VXORPS, k1, m.spread("c3"))
	d2, c2 := multiply(a1, mult0)
	ctx.VXORPS(m.addInt(k1, m.word(0xBB67AE85)), c2, c2)

	ctx.Label("group")
	d, c := multiply(first, mult0)
	ctx.VXORPS(c1, c, c)
	b, a := multiply(c, mult1)
	ctx.VXORPS(key0, a, a)
	c = m.op(ctx.VXORPS, c2, d)
	d = d2
	for round := 2; round < 10; round++ {
		p0, high0 := multiply(a, mult0)
		p1, high1 := multiply(c, mult1)
		left, right := m.op(ctx.VXORPS, key(round, 0), b), m.op(ctx.VXORPS, key(round, 1), d)
		ctx.VXORPS(left, high1, high1)
		ctx.VXORPS(right, high0, high0)
		a, b, c, d = high1, p1, high0, p0
	}
	pair := func(low, high vec) vec {
		ctx.VPSLLQ(Imm(32), high, high)
		ctx.VPBLENDD(Imm(0xAA), high, low, low)
		return low
	}
	ab, cd := pair(a, b), pair(c, d)
	use(dst, m.op(ctx.VPUNPCKLQDQ, cd, ab), m.op(ctx.VPUNPCKHQDQ, cd, ab))
	ctx.VPADDD(m.word(uint32(m.lanes()/2)), first, first)
	ctx.DECQ(groups)
	ctx.JNE(LabelRef("group"))
	end()
}

// philoxWide is the body for AVX-512, whose registers hold the keys of all rounds.
func philoxWide(m machine, first vec, use func(dst reg.GPVirtual, first, second vec)) {
	dst, groups := param("dst"), param("groups")
	mult0, mult1 := m.load(m.word(0xD2511F53)), m.load(m.word(0xCD9E8D57))
	k0, k1 := m.spread("k0"), m.spread("k1")
	var key0, key1 [10]vec
	for round := 1; round < 10; round++ {
		key0[round] = m.addInt(k0, m.word(uint32(round)*0x9E3779B9))
		key1[round] = m.addInt(k1, m.word(uint32(round)*0xBB67AE85))
	}
	multiply := func(x, by vec) (low, high vec) {
		low, high = m.op(ctx.VPMULUDQ, by, x), m.new()
		ctx.VPSRLQ(Imm(32), low, high)
		return low, high
	}
	xor := func(x, y, z vec) { ctx.VPTERNLOGD(Imm(0x96), x, y, z) }
	b1, a1 := multiply(m.spread("c2"), mult1)
	xor(m.spread("c1"), k0, a1)
	key0[1] = m.op(ctx.VPXORD, key0[1], b1)
	c1 := m.op(ctx.VPXORD, k1, m.spread("c3"))
	d2, c2 := multiply(a1, mult0)
	ctx.VPXORD(key1[1], c2, c2)
	even := ctx.K()
	lanes := ctx.GP32()
	ctx.MOVL(U32(0x5555), lanes)
	ctx.KMOVW(lanes, even)

	ctx.Label("group")
	d, c := multiply(first, mult0)
	ctx.VPXORD(c1, c, c)
	b, a := multiply(c, mult1)
	ctx.VPXORD(key0[1], a, a)
	c = m.op(ctx.VPXORD, c2, d)
	d = d2
	for round := 2; round < 10; round++ {
		p0, high0 := multiply(a, mult0)
		p1, high1 := multiply(c, mult1)
		xor(key0[round], b, high1)
		xor(key1[round], d, high0)
		a, b, c, d = high1, p1, high0, p0
	}
	pair := func(low, high vec) vec {
		ctx.VPSLLQ(Imm(32), high, high)
		ctx.VMOVDQA32(low, even, high)
		return high
	}
	ab, cd := pair(a, b), pair(c, d)
	use(dst, m.op(ctx.VPUNPCKLQDQ, cd, ab), m.op(ctx.VPUNPCKHQDQ, cd, ab))
	ctx.VPADDD(m.word(uint32(m.lanes()/2)), first, first)
	ctx.DECQ(groups)
	ctx.JNE(LabelRef("group"))
	end()
}
