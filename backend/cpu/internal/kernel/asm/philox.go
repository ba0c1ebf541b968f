package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// philox writes the generator of random words. A block of four words lives in one 64-bit lane of four vectors, where the
// product of two words has room; the lanes are numbered so that the blocks are in order once pairs of words are interleaved.
func philox(s isa) {
	m := function(s, "philox", "dst *uint32, groups int, c0, c1, c2, c3, k0, k1 uint32",
		"writes groups of eight blocks. The lowest word of the counter must not overflow.")
	philoxBody(m, s, func(dst reg.GPVirtual, first, second vec) {
		ctx.VMOVUPS(first, Mem{Base: dst})
		ctx.VMOVUPS(second, Mem{Base: dst, Disp: 4 * m.lanes()})
		ctx.ADDQ(Imm(uint64(8*m.lanes())), dst)
	})

	m = function(s, "coins", "dst *bool, groups int, c0, c1, c2, c3, k0, k1, high, low uint32",
		"writes whether the bytes of the words that philox writes are at least as large as those of high, or one less where the sum of eight bytes reaches low.")
	var words []uint32
	for range m.lanes() / 4 {
		words = append(words, 0, 0, 0x08080808, 0x08080808)
	}
	eighths := table("eighths", words...)
	philoxBody(m, s, func(dst reg.GPVirtual, first, second vec) {
		for i, v := range []vec{first, second} {
			sums := m.new()
			ctx.VPSADBW(v, m.zero(), sums)
			sums = m.op(ctx.VPSHUFB, eighths, sums)
			at := Mem{Base: dst, Disp: 4 * m.lanes() * i}
			limit := m.spread("high")
			if s == avx512 {
				reaches, truth := ctx.K(), ctx.K()
				ctx.VPCMPUB(Imm(5), m.spread("low"), sums, reaches)
				ctx.VPSUBB(m.word(0x01010101), limit, reaches, limit)
				ctx.VPCMPUB(Imm(5), limit, v, truth)
				ones := m.new()
				ctx.VMOVDQU8_Z(m.load(m.word(0x01010101)), truth, ones)
				ctx.VMOVUPS(ones, at)
				continue
			}
			reach := func(v vec, least Op) vec { return m.op(ctx.VPCMPEQB, v, m.op(ctx.VPMAXUB, least, v)) }
			limit = m.op(ctx.VPADDB, reach(sums, m.spread("low")), limit)
			ctx.VMOVUPS(m.and(reach(v, limit), m.word(0x01010101)), at)
		}
		ctx.ADDQ(Imm(uint64(8*m.lanes())), dst)
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

// philoxNarrow is the body for AVX2. Two halves of a group take turns, since each round waits for the one before; what stays
// the same in all groups lies on the stack.
func philoxNarrow(m machine, first vec, use func(dst reg.GPVirtual, first, second vec)) {
	dst, groups := param("dst"), param("groups")
	mult0, mult1 := m.load(m.word(0xD2511F53)), m.load(m.word(0xCD9E8D57))
	kept := ctx.AllocLocal(20 * 32)
	place := func(i int) Mem { return kept.Offset(32 * i) }
	keep := func(v vec, i int) Mem {
		ctx.VMOVUPS(v, place(i))
		return place(i)
	}
	multiply := func(x, by vec) (low, high vec) {
		low, high = m.op(ctx.VPMULUDQ, by, x), m.new()
		ctx.VPSHUFD(Imm(0xF5), low, high) // the multiplication ignores the upper halves
		return low, high
	}
	xor := func(a Op, b vec) vec {
		v := m.new()
		ctx.VPXOR(a, b, v)
		return v
	}
	k0, k1 := m.spread("k0"), m.spread("k1")
	for round := 2; round < 10; round++ {
		keep(m.addInt(k0, m.word(uint32(round)*0x9E3779B9)), 2*round)
		keep(m.addInt(k1, m.word(uint32(round)*0xBB67AE85)), 2*round+1)
	}
	b1, a1 := multiply(m.spread("c2"), mult1)
	ctx.VPXOR(xor(m.spread("c1"), k0), a1, a1)
	key0 := keep(xor(b1, m.addInt(k0, m.word(0x9E3779B9))), 0)
	c1 := keep(xor(m.spread("c3"), k1), 1)
	low, high := multiply(a1, mult0)
	d2 := keep(low, 2)
	c2 := keep(xor(m.addInt(k1, m.word(0xBB67AE85)), high), 3)

	ctx.Label("group")
	type half struct{ a, b, c, d vec }
	var halves [2]half
	for i := range halves {
		d, c := multiply(m.addInt(first, m.word(uint32(i*m.lanes()/2))), mult0)
		ctx.VPXOR(c1, c, c)
		b, a := multiply(c, mult1)
		ctx.VPXOR(key0, a, a)
		halves[i] = half{a, b, xor(c2, d), m.load(d2)}
	}
	for round := 2; round < 10; round++ {
		for i, h := range halves {
			p0, high0 := multiply(h.a, mult0)
			p1, high1 := multiply(h.c, mult1)
			ctx.VPXOR(place(2*round), h.b, h.b)
			ctx.VPXOR(place(2*round+1), h.d, h.d)
			ctx.VPXOR(h.b, high1, high1)
			ctx.VPXOR(h.d, high0, high0)
			halves[i] = half{high1, p1, high0, p0}
		}
	}
	pair := func(low, high vec) vec {
		ctx.VPSLLQ(Imm(32), high, high)
		ctx.VPBLENDD(Imm(0xAA), high, low, low)
		return low
	}
	for _, h := range halves {
		ab, cd := pair(h.a, h.b), pair(h.c, h.d)
		use(dst, m.op(ctx.VPUNPCKLQDQ, cd, ab), m.op(ctx.VPUNPCKHQDQ, cd, ab))
	}
	ctx.VPADDD(m.word(uint32(m.lanes())), first, first)
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
