package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa is an instruction set the generator can write for.
type isa int

const (
	avx2 isa = iota
	avx512
)

func (s isa) String() string { return [...]string{"AVX2", "AVX512"}[s] }

// unroll is the number of k that a pass of the inner loop takes: the end of a loop of few passes is foreseen.
const unroll = 4

// maxRows returns the largest height of a tile that is h half vectors (8 columns) wide: what the registers hold.
func (s isa) maxRows(h int) int {
	switch {
	case s == avx2 && h == 2:
		return 6
	case s == avx512 && h > 4:
		return 8
	default:
		return 12
	}
}

// gemmTiles writes one function for each width of tile. Each holds a block of code for each height.
func gemmTiles(s isa) {
	widest := 2
	if s == avx512 {
		widest = 6
	}
	for h := 1; h <= widest; h++ {
		gemmTile(s, h, true)
		if s == avx2 {
			// Masked moves are slow on some processors.
			gemmTile(s, h, false)
		}
	}
}

// tile is the code of one function: a tile of h half vectors.
type tile struct {
	isa    isa
	h      int
	cols   int  // vectors in a row
	masked bool // the last vector of a row is moved under a mask
	// general registers
	a              [4]reg.GPPhysical // rows 0, 3, 6 and 9
	ars, aks       reg.GPPhysical
	b, bks, k      reg.GPPhysical
	c, ldc         reg.GPPhysical
	init, irs, tmp reg.GPPhysical
}

func gemmTile(s isa, h int, masked bool) {
	name := fmt.Sprintf("tile%vw%d", s, 8*h)
	if !masked {
		name += "full"
	}
	ctx.Function(name)
	ctx.Attributes(noSplit)
	ctx.SignatureExpr("func(tiles, taller, rows, k int, a *float32, ars, aks, packed int, b *float32, bks int, c *float32, ldc int, init *float32, irs, last, relu int)")
	width := fmt.Sprintf("at most %d columns wide, the last vector only last columns", 8*h)
	if !masked {
		width = fmt.Sprintf("%d columns wide", 8*h)
	}
	ctx.Doc(
		fmt.Sprintf("%s computes tiles of C, one below the other, %s.", name, width),
		"The first ones, taller in number, have the given rows, the others one less. Strides are in elements. packed, when not 0,",
		"says that the tiles of A follow one another, column by column. init, when not nil, holds what the sums begin with, at row",
		"stride irs.")
	ctx.Pragma("noescape")
	t := &tile{
		isa: s, h: h, cols: (h + 1) / 2, masked: masked, a: [4]reg.GPPhysical{reg.RSI, reg.R8, reg.R9, reg.R10},
		ars: reg.R11, aks: reg.R12, b: reg.RDI, bks: reg.R13, k: reg.RCX, c: reg.RDX, ldc: reg.RBX,
		init: reg.RSI, irs: reg.R11, tmp: reg.RAX,
	}
	if s == avx2 {
		t.cols = h
	}
	if masked {
		t.mask()
	}
	most := s.maxRows(h)
	ctx.Label("next")
	ctx.Load(ctx.Param("rows"), reg.RAX)
	for m := 1; m < most; m++ {
		ctx.CMPQ(reg.RAX, Imm(uint64(m)))
		ctx.JE(LabelRef(t.label("rows", m)))
	}
	for m := most; m >= 1; m-- {
		ctx.Label(t.label("rows", m))
		t.block(m)
	}
	t.advance()
}

// advance moves to the next tile, in the parameters themselves. The height of the last one is in a register, and c is at
// its last row.
func (t *tile) advance() {
	slot := func(name string) Op {
		b, err := ctx.Param(name).Resolve()
		if err != nil {
			panic(err)
		}
		return b.Addr
	}
	rows, step, p := t.tmp, reg.RCX, reg.RSI
	ctx.Label("advance")
	ctx.DECQ(slot("tiles"))
	ctx.JE(LabelRef("end"))
	ctx.ADDQ(t.ldc, t.c)
	ctx.MOVQ(t.c, slot("c"))
	ctx.MOVQ(slot("k"), step)
	ctx.CMPQ(slot("packed"), Imm(0))
	ctx.JNE(LabelRef("panel"))
	ctx.MOVQ(slot("ars"), step)
	ctx.Label("panel")
	ctx.IMULQ(rows, step)
	ctx.SHLQ(Imm(2), step)
	ctx.ADDQ(step, slot("a"))
	ctx.MOVQ(slot("init"), p)
	ctx.TESTQ(p, p)
	ctx.JE(LabelRef("height"))
	ctx.MOVQ(slot("irs"), step)
	ctx.IMULQ(rows, step)
	ctx.SHLQ(Imm(2), step)
	ctx.ADDQ(step, p)
	ctx.MOVQ(p, slot("init"))
	ctx.Label("height")
	ctx.DECQ(slot("taller"))
	ctx.JNE(LabelRef("next"))
	ctx.DECQ(slot("rows"))
	ctx.JMP(LabelRef("next"))
	ctx.Label("end")
	ctx.VZEROUPPER()
	ctx.RET()
}

func (t *tile) label(what string, rows int) string { return fmt.Sprintf("%s%d", what, rows) }

// mask prepares the mask of the last vector: K1, or Y15 on AVX2.
func (t *tile) mask() {
	ctx.Load(ctx.Param("last"), reg.RAX)
	if t.isa == avx512 {
		ctx.MOVQ(I64(-1), reg.RCX)
		ctx.BZHIQ(reg.RAX, reg.RCX, reg.RCX)
		ctx.KMOVW(reg.ECX, reg.K1)
		return
	}
	ctx.LEAQ(tailMask(), reg.RCX)
	ctx.NEGQ(reg.RAX)
	ctx.VMOVDQU(Mem{Base: reg.RCX, Index: reg.RAX, Scale: 4, Disp: 32}, reg.Y15)
}

// vector returns the register of the given number, half as long for the last column of an odd width.
func (t *tile) vector(number, col int) reg.VecPhysical {
	if t.isa == avx2 || (t.h%2 == 1 && col == t.cols-1) {
		return ymm(number)
	}
	return zmm(number)
}

func (t *tile) acc(row, col int) reg.VecPhysical { return t.vector(row*t.cols+col, col) }

func (t *tile) bytes(col int) int {
	if t.isa == avx2 {
		return 32 * col
	}
	return 64 * col
}

func (t *tile) load(m Mem, col int, v reg.VecPhysical) {
	switch {
	case col < t.cols-1 || !t.masked:
		ctx.VMOVUPS(m, v)
	case t.isa == avx512:
		ctx.VMOVUPS_Z(m, reg.K1, v)
	default:
		ctx.VMASKMOVPS(m, reg.Y15, v)
	}
}

func (t *tile) store(v reg.VecPhysical, col int, m Mem) {
	switch {
	case col < t.cols-1 || !t.masked:
		ctx.VMOVUPS(v, m)
	case t.isa == avx512:
		ctx.VMOVUPS(v, reg.K1, m)
	default:
		ctx.VMASKMOVPS(v, reg.Y15, m)
	}
}

func (t *tile) block(rows int) {
	t.start(rows)
	ctx.Load(ctx.Param("k"), t.k)
	ctx.Load(ctx.Param("a"), t.a[0])
	ctx.Load(ctx.Param("ars"), t.ars)
	ctx.Load(ctx.Param("aks"), t.aks)
	ctx.Load(ctx.Param("packed"), t.tmp)
	ctx.TESTQ(t.tmp, t.tmp)
	ctx.JE(LabelRef(t.label("loose", rows)))
	ctx.MOVQ(I32(int32(rows)), t.aks)
	ctx.Label(t.label("loose", rows))
	ctx.Load(ctx.Param("b"), t.b)
	ctx.Load(ctx.Param("bks"), t.bks)
	ctx.SHLQ(Imm(2), t.ars)
	ctx.SHLQ(Imm(2), t.aks)
	ctx.SHLQ(Imm(2), t.bks)
	groups := (rows + 2) / 3
	if groups > 1 {
		ctx.LEAQ(Mem{Base: t.ars, Index: t.ars, Scale: 2}, t.tmp)
		for i := 1; i < groups; i++ {
			ctx.LEAQ(Mem{Base: t.a[i-1], Index: t.tmp, Scale: 1}, t.a[i])
		}
	}
	add := func() {
		t.step(rows)
		for i := range groups {
			ctx.ADDQ(t.aks, t.a[i])
		}
		ctx.ADDQ(t.bks, t.b)
	}
	ctx.SUBQ(Imm(unroll), t.k)
	ctx.JL(LabelRef(t.label("rest", rows)))
	ctx.Label(t.label("loop", rows))
	for range unroll {
		add()
	}
	ctx.SUBQ(Imm(unroll), t.k)
	ctx.JGE(LabelRef(t.label("loop", rows)))
	ctx.Label(t.label("rest", rows))
	ctx.ADDQ(Imm(unroll), t.k)
	ctx.JE(LabelRef(t.label("done", rows)))
	ctx.Label(t.label("single", rows))
	add()
	ctx.DECQ(t.k)
	ctx.JNE(LabelRef(t.label("single", rows)))
	ctx.Label(t.label("done", rows))
	t.finish(rows)
}

// start sets the accumulators to the initial values.
func (t *tile) start(rows int) {
	for r := range rows {
		for c := range t.cols {
			v := t.acc(r, c)
			if t.isa == avx2 {
				ctx.VXORPS(v, v, v)
			} else {
				// The shorter form clears the whole register.
				ctx.VPXORD(v, v, v)
			}
		}
	}
	ctx.Load(ctx.Param("init"), t.init)
	ctx.TESTQ(t.init, t.init)
	ctx.JE(LabelRef(t.label("zero", rows)))
	ctx.Load(ctx.Param("irs"), t.irs)
	ctx.SHLQ(Imm(2), t.irs)
	for r := range rows {
		for c := range t.cols {
			t.load(Mem{Base: t.init, Disp: t.bytes(c)}, c, t.acc(r, c))
		}
		if r < rows-1 {
			ctx.ADDQ(t.irs, t.init)
		}
	}
	ctx.Label(t.label("zero", rows))
}

// step adds the products of one k.
func (t *tile) step(rows int) {
	n := rows * t.cols
	b := make([]reg.VecPhysical, t.cols)
	for c := range t.cols {
		b[c] = t.vector(n+c, c)
		t.load(Mem{Base: t.b, Disp: t.bytes(c)}, c, b[c])
	}
	limit := 31
	switch {
	case t.isa == avx2 && t.masked:
		limit = 14
	case t.isa == avx2:
		limit = 15
	}
	spare := min(limit-(n+t.cols)+1, 4)
	for r := range rows {
		a := Mem{Base: t.a[r/3]}
		if r%3 > 0 {
			a.Index, a.Scale = t.ars, uint8(r%3)
		}
		if t.isa == avx512 && t.cols == 1 {
			ctx.VFMADD231PS_BCST(a, b[0], t.acc(r, 0))
			continue
		}
		number := n + t.cols + r%spare
		if t.isa == avx2 {
			ctx.VBROADCASTSS(a, ymm(number))
		} else {
			ctx.VBROADCASTSS(a, zmm(number))
		}
		for c := range t.cols {
			ctx.VFMADD231PS(t.vector(number, c), b[c], t.acc(r, c))
		}
	}
}

// finish applies the rectifier and stores the tile. A NaN is the second source of the maximum and survives it.
func (t *tile) finish(rows int) {
	ctx.Load(ctx.Param("relu"), t.tmp)
	ctx.TESTQ(t.tmp, t.tmp)
	ctx.JE(LabelRef(t.label("store", rows)))
	zero := rows * t.cols
	if t.isa == avx2 {
		ctx.VXORPS(ymm(zero), ymm(zero), ymm(zero))
	} else {
		ctx.VPXORD(zmm(zero), zmm(zero), zmm(zero))
	}
	for r := range rows {
		for c := range t.cols {
			ctx.VMAXPS(t.acc(r, c), t.vector(zero, c), t.acc(r, c))
		}
	}
	ctx.Label(t.label("store", rows))
	ctx.Load(ctx.Param("c"), t.c)
	ctx.Load(ctx.Param("ldc"), t.ldc)
	ctx.SHLQ(Imm(2), t.ldc)
	for r := range rows {
		for c := range t.cols {
			t.store(t.acc(r, c), c, Mem{Base: t.c, Disp: t.bytes(c)})
		}
		if r < rows-1 {
			ctx.ADDQ(t.ldc, t.c)
		}
	}
	ctx.MOVQ(I32(int32(rows)), t.tmp)
	ctx.JMP(LabelRef("advance"))
}

func ymm(i int) reg.VecPhysical { return ymms[i] }

func zmm(i int) reg.VecPhysical { return zmms[i] }

var ymms = []reg.VecPhysical{
	reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7, reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13,
	reg.Y14, reg.Y15, reg.Y16, reg.Y17, reg.Y18, reg.Y19, reg.Y20, reg.Y21, reg.Y22, reg.Y23, reg.Y24, reg.Y25, reg.Y26,
	reg.Y27, reg.Y28, reg.Y29, reg.Y30, reg.Y31,
}

var zmms = []reg.VecPhysical{
	reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7, reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13,
	reg.Z14, reg.Z15, reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23, reg.Z24, reg.Z25, reg.Z26,
	reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31,
}
