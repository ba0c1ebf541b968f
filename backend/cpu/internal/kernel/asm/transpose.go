package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transposeFunctions writes the transposes of one instruction set.
func transposeFunctions(s isa) {
	side := 16
	if s == avx2 {
		side = 8
		transposeBlocks()
	}
	transposeRows(s, side)
}

// transposeBlocks writes the transpose of a matrix of whole blocks on AVX2. The halves of a register are read from rows that
// are four apart, so that nothing has to cross between them.
func transposeBlocks() {
	ctx.Function("transposeBlocksAVX2")
	ctx.Attributes(noSplit)
	ctx.SignatureExpr("func(dst, src *float32, r, c, ldd, lds int)")
	ctx.Doc("transposeBlocksAVX2 sets dst[j*ldd+i] = src[i*lds+j] for i < r and j < c, positive multiples of 8.")
	ctx.Pragma("noescape")
	dst, src, r, c, ldd, lds := param("dst"), param("src"), param("r"), param("c"), param("ldd"), param("lds")
	ctx.SHLQ(Imm(2), ldd)
	ctx.SHLQ(Imm(2), lds)
	// lines returns the addresses of eight rows; every third has a register.
	lines := func(first, stride reg.GPVirtual) []Mem {
		bases := []reg.GPVirtual{first, ctx.GP64(), ctx.GP64()}
		triple := ctx.GP64()
		ctx.LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, triple)
		ctx.LEAQ(Mem{Base: first, Index: triple, Scale: 1}, bases[1])
		ctx.LEAQ(Mem{Base: bases[1], Index: triple, Scale: 1}, bases[2])
		out := make([]Mem, 8)
		for i := range out {
			out[i] = Mem{Base: bases[i/3]}
			if i%3 > 0 {
				out[i].Index, out[i].Scale = stride, uint8(i%3)
			}
		}
		return out
	}
	ctx.Label("strip")
	from, to, left := ctx.GP64(), ctx.GP64(), ctx.GP64()
	ctx.MOVQ(src, from)
	ctx.MOVQ(dst, to)
	ctx.MOVQ(c, left)
	ctx.Label("block")
	in := lines(from, lds)
	v := make([]reg.VecVirtual, 8)
	for i := range v {
		v[i] = ctx.YMM()
		low, high := in[i%4], in[i%4+4]
		low.Disp, high.Disp = i/4*16, i/4*16
		ctx.VMOVUPS(low, v[i].AsX())
		ctx.VINSERTF128(Imm(1), high, v[i], v[i])
	}
	quads(v, ctx.YMM)
	for i, m := range lines(to, ldd) {
		ctx.VMOVUPS(v[i], m)
	}
	ctx.ADDQ(Imm(32), from)
	ctx.LEAQ(Mem{Base: to, Index: ldd, Scale: 8}, to)
	ctx.SUBQ(Imm(8), left)
	ctx.JNE(LabelRef("block"))
	ctx.LEAQ(Mem{Base: src, Index: lds, Scale: 8}, src)
	ctx.ADDQ(Imm(32), dst)
	ctx.SUBQ(Imm(8), r)
	ctx.JNE(LabelRef("strip"))
	ctx.VZEROUPPER()
	ctx.RET()
}

// transposeRows writes the transpose of a strip of at most side rows. Its columns are taken a square block at a time; the
// last block is read and written through masks.
func transposeRows(s isa, side int) {
	ctx.Function(fmt.Sprintf("transpose%v", s))
	ctx.Attributes(noSplit)
	ctx.SignatureExpr("func(dst, src *float32, r, c, ldd, lds int)")
	ctx.Doc(fmt.Sprintf("transpose%v sets dst[j*ldd+i] = src[i*lds+j] for i < r and j < c, where 1 <= r <= %d.", s, side))
	ctx.Pragma("noescape")
	rows := ctx.AllocLocal(8 * side)
	r, c, ldd, lds := ctx.GP64(), ctx.GP64(), ctx.GP64(), ctx.GP64()
	dst, src := ctx.GP64(), ctx.GP64()
	ctx.Load(ctx.Param("dst"), dst)
	ctx.Load(ctx.Param("src"), src)
	ctx.Load(ctx.Param("r"), r)
	ctx.Load(ctx.Param("c"), c)
	ctx.Load(ctx.Param("ldd"), ldd)
	ctx.Load(ctx.Param("lds"), lds)
	ctx.SHLQ(Imm(2), ldd)
	ctx.SHLQ(Imm(2), lds)
	ctx.Comment("Rows beyond the last one are read as the last one again.")
	next, left := ctx.GP64(), ctx.GP64()
	ctx.MOVQ(src, next)
	ctx.MOVQ(r, left)
	zero := ctx.GP64()
	ctx.XORQ(zero, zero)
	for i := range side {
		ctx.MOVQ(next, rows.Offset(8*i))
		ctx.DECQ(left)
		ctx.CMOVQLE(zero, lds)
		ctx.ADDQ(lds, next)
	}
	b := &block{s: s, side: side, rows: rows, at: ctx.GP64(), dst: dst, ldd: ldd}
	ctx.XORQ(b.at, b.at)
	b.rMask = newMask(s, r)
	b.strip(c)
}

// strip writes the loop over the blocks, and returns.
func (b *block) strip(c reg.GPVirtual) {
	side := Imm(uint64(b.side))
	ctx.SUBQ(side, c)
	ctx.JL(LabelRef("partial"))
	ctx.Label("full")
	b.emit(nil)
	ctx.ADDQ(Imm(uint64(4*b.side)), b.at)
	ctx.SUBQ(side, c)
	ctx.JGE(LabelRef("full"))
	ctx.Label("partial")
	ctx.ADDQ(side, c)
	ctx.JE(LabelRef("end"))
	b.cMask = newMask(b.s, c)
	b.emit(c)
	ctx.Label("end")
	ctx.VZEROUPPER()
	ctx.RET()
}

// block is one square of a transpose.
type block struct {
	s        isa
	side     int
	rows     Mem
	at       reg.GPVirtual // offset of the block in its rows, in bytes
	dst, ldd reg.GPVirtual
	rMask    reg.Register
	cMask    reg.Register
}

// newMask returns a mask of the first n lanes: a mask register, or a vector on AVX2.
func newMask(s isa, n reg.GPVirtual) reg.Register {
	t := ctx.GP64()
	if s == avx512 {
		ctx.MOVQ(I64(-1), t)
		ctx.BZHIQ(n, t, t)
		k := ctx.K()
		ctx.KMOVW(t.As32(), k)
		return k
	}
	base := ctx.GP64()
	ctx.LEAQ(tailMask(), base)
	ctx.MOVQ(n, t)
	ctx.NEGQ(t)
	y := ctx.YMM()
	ctx.VMOVDQU(Mem{Base: base, Index: t, Scale: 4, Disp: 32}, y)
	return y
}

// emit reads, transposes and writes a block. cols counts its columns when it may have fewer than a full block.
func (b *block) emit(cols reg.Register) {
	v := make([]reg.VecVirtual, b.side)
	for i := range v {
		p := ctx.GP64()
		ctx.MOVQ(b.rows.Offset(8*i), p)
		m := Mem{Base: p, Index: b.at, Scale: 1}
		switch {
		case b.s == avx512 && cols != nil:
			v[i] = ctx.ZMM()
			ctx.VMOVUPS_Z(m, b.cMask, v[i])
		case b.s == avx512:
			v[i] = ctx.ZMM()
			ctx.VMOVUPS(m, v[i])
		case cols != nil:
			v[i] = ctx.YMM()
			ctx.VMASKMOVPS(m, b.cMask, v[i])
		default:
			v[i] = ctx.YMM()
			ctx.VMOVUPS(m, v[i])
		}
	}
	if b.s == avx512 {
		v = square16(v)
	} else {
		v = square8(v)
	}
	for i := range v {
		m := Mem{Base: b.dst}
		switch {
		case b.s == avx512:
			ctx.VMOVUPS(v[i], b.rMask, m)
		default:
			ctx.VMASKMOVPS(v[i], b.rMask, m)
		}
		ctx.ADDQ(b.ldd, b.dst)
		if cols != nil && i < len(v)-1 {
			ctx.DECQ(cols)
			ctx.JE(LabelRef("end"))
		}
	}
}

// quads transposes the 4 by 4 squares within each 128-bit lane: afterwards element 4q+j holds column j of rows 4q to 4q+3.
func quads(v []reg.VecVirtual, fresh func() reg.VecVirtual) {
	for q := 0; q < len(v); q += 4 {
		a, b, c, d := v[q], v[q+1], v[q+2], v[q+3]
		ab, cd := fresh(), fresh()
		ctx.VUNPCKLPS(b, a, ab)
		ctx.VUNPCKLPS(d, c, cd)
		ctx.VUNPCKHPS(b, a, a)
		ctx.VUNPCKHPS(d, c, c)
		ctx.VUNPCKLPD(cd, ab, b)
		ctx.VUNPCKHPD(cd, ab, d)
		low, high := fresh(), fresh()
		ctx.VUNPCKLPD(c, a, low)
		ctx.VUNPCKHPD(c, a, high)
		v[q], v[q+1], v[q+2], v[q+3] = b, d, low, high
	}
}

func square8(v []reg.VecVirtual) []reg.VecVirtual {
	quads(v, ctx.YMM)
	out := make([]reg.VecVirtual, 8)
	for j := range 4 {
		out[j], out[j+4] = ctx.YMM(), v[j]
		ctx.VPERM2F128(Imm(0x20), v[j+4], v[j], out[j])
		ctx.VPERM2F128(Imm(0x31), v[j+4], v[j], v[j])
	}
	return out
}

func square16(v []reg.VecVirtual) []reg.VecVirtual {
	quads(v, ctx.ZMM)
	out := make([]reg.VecVirtual, 16)
	for j := range 4 {
		// Lane l of v[4q+j] is column 4l+j of rows 4q to 4q+3.
		low, high := ctx.ZMM(), ctx.ZMM()
		ctx.VSHUFF32X4(Imm(0x44), v[4+j], v[j], low)
		ctx.VSHUFF32X4(Imm(0xEE), v[4+j], v[j], v[j])
		ctx.VSHUFF32X4(Imm(0x44), v[12+j], v[8+j], high)
		ctx.VSHUFF32X4(Imm(0xEE), v[12+j], v[8+j], v[8+j])
		ctx.VSHUFF32X4(Imm(0x88), high, low, v[4+j])
		ctx.VSHUFF32X4(Imm(0xDD), high, low, v[12+j])
		ctx.VSHUFF32X4(Imm(0x88), v[8+j], v[j], low)
		ctx.VSHUFF32X4(Imm(0xDD), v[8+j], v[j], high)
		out[j], out[4+j], out[8+j], out[12+j] = v[4+j], v[12+j], low, high
	}
	return out
}
