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

// maxRows returns the largest height of a tile of the given number of vectors in a row: what the registers hold.
func (s isa) maxRows(cols int) int {
	switch {
	case s == avx2 && cols == 2:
		return 6
	case s == avx512 && cols == 3:
		return 8
	default:
		return 12
	}
}

// gemmTiles writes one function for each width of tile. Each holds a loop over tiles for each height.
func gemmTiles(s isa) {
	if s == avx512 {
		for width := 8; width <= 48; width += 8 {
			gemmTile(tile{isa: s, width: width, lanes: 16, masked: true})
		}
		return
	}
	for width := 8; width <= 16; width += 8 {
		gemmTile(tile{isa: s, width: width, lanes: 8, masked: true})
		gemmTile(tile{isa: s, width: width, lanes: 8})
	}
	gemmTile(tile{isa: s, width: 8, lanes: 4})
}

// tile is the code of one function.
type tile struct {
	isa    isa
	width  int  // columns
	lanes  int  // of a vector
	masked bool // the last vector of a row is moved under a mask

	cols int // vectors in a row
	// general registers
	a              [4]reg.GPPhysical // rows 0, 3, 6 and 9
	ars, aks       reg.GPPhysical
	b, bks, k      reg.GPPhysical
	c, ldc         reg.GPPhysical
	ahead, at, tmp reg.GPPhysical
}

func gemmTile(t tile) {
	name := fmt.Sprintf("tile%vw%d", t.isa, t.width)
	columns := fmt.Sprintf("at most %d columns wide, the last vector only last columns", t.width)
	if !t.masked {
		name, columns = name+"full", fmt.Sprintf("%d columns wide", t.width)
	}
	doc := []string{
		"Strides are in elements; A of the next tile begins next elements later. The sums begin with what C holds if add is not 0.",
	}
	if t.lanes == 4 {
		name += "by4"
		doc = append(doc, "It is for processors that pass 256 bits through their units in halves: they spread a number of A to four lanes in one load",
			"and to eight in two.")
	}
	ctx.Function(name)
	ctx.Attributes(noSplit)
	ctx.SignatureExpr("func(tiles, rows, k int, a *float32, ars, aks, next int, b *float32, bks int, c *float32, ldc int, add, last int)")
	ctx.Doc(append([]string{fmt.Sprintf("%s computes tiles of C, one below the other, %s.", name, columns)}, doc...)...)
	ctx.Pragma("noescape")
	t.cols = (t.width + t.lanes - 1) / t.lanes
	t.a = [4]reg.GPPhysical{reg.RSI, reg.R8, reg.R9, reg.R10}
	t.ars, t.aks, t.b, t.bks, t.k, t.c, t.ldc = reg.R11, reg.R12, reg.RDI, reg.R13, reg.RCX, reg.RDX, reg.RBX
	t.ahead, t.at, t.tmp = reg.R14, reg.R15, reg.RAX
	if t.masked {
		t.mask()
	}
	t.begin()
	most := t.isa.maxRows(t.cols)
	ctx.Load(ctx.Param("rows"), t.tmp)
	for m := 1; m < most; m++ {
		ctx.CMPQ(t.tmp, Imm(uint64(m)))
		ctx.JE(LabelRef(t.label("tile", m)))
	}
	for m := most; m >= 1; m-- {
		t.block(m)
	}
	ctx.Label("end")
	ctx.VZEROUPPER()
	ctx.RET()
}

// begin loads what all tiles share, with strides in bytes. ahead leads from the end of a tile of A to the next tile.
func (t *tile) begin() {
	ctx.Load(ctx.Param("a"), t.a[0])
	ctx.Load(ctx.Param("ars"), t.ars)
	ctx.Load(ctx.Param("aks"), t.aks)
	ctx.Load(ctx.Param("next"), t.ahead)
	ctx.Load(ctx.Param("bks"), t.bks)
	ctx.Load(ctx.Param("c"), t.c)
	ctx.Load(ctx.Param("ldc"), t.ldc)
	ctx.MOVQ(t.aks, t.tmp)
	ctx.IMULQ(slot("k"), t.tmp)
	ctx.SUBQ(t.tmp, t.ahead)
	for _, stride := range []reg.GPPhysical{t.ars, t.aks, t.ahead, t.bks, t.ldc} {
		ctx.SHLQ(Imm(2), stride)
	}
}

// slot returns the place of a parameter.
func slot(name string) Op {
	b, err := ctx.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
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
	switch lanes := min(t.lanes, t.width-col*t.lanes); lanes {
	case 4:
		return xmms[number]
	case 8:
		return ymms[number]
	default:
		return zmms[number]
	}
}

func (t *tile) acc(row, col int) reg.VecPhysical { return t.vector(row*t.cols+col, col) }

// mem returns the address of a vector of a row.
func (t *tile) mem(row reg.GPPhysical, col int) Mem { return Mem{Base: row, Disp: 4 * t.lanes * col} }

func (t *tile) load(row reg.GPPhysical, col int, v reg.VecPhysical) {
	switch m := t.mem(row, col); {
	case col < t.cols-1 || !t.masked:
		ctx.VMOVUPS(m, v)
	case t.isa == avx512:
		ctx.VMOVUPS_Z(m, reg.K1, v)
	default:
		ctx.VMASKMOVPS(m, reg.Y15, v)
	}
}

func (t *tile) store(v reg.VecPhysical, col int, row reg.GPPhysical) {
	switch m := t.mem(row, col); {
	case col < t.cols-1 || !t.masked:
		ctx.VMOVUPS(v, m)
	case t.isa == avx512:
		ctx.VMOVUPS(v, reg.K1, m)
	default:
		ctx.VMASKMOVPS(v, reg.Y15, m)
	}
}

// block writes the loop over tiles of the given height.
func (t *tile) block(rows int) {
	ctx.Label(t.label("tile", rows))
	t.start(rows)
	ctx.Load(ctx.Param("k"), t.k)
	ctx.Load(ctx.Param("b"), t.b)
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
	for r := range rows {
		for c := range t.cols {
			t.store(t.acc(r, c), c, t.c)
		}
		ctx.ADDQ(t.ldc, t.c)
	}
	ctx.ADDQ(t.ahead, t.a[0])
	ctx.DECQ(slot("tiles"))
	ctx.JNE(LabelRef(t.label("tile", rows)))
	ctx.JMP(LabelRef("end"))
}

// start sets the accumulators to what they begin with.
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
	ctx.CMPQ(slot("add"), Imm(0))
	ctx.JE(LabelRef(t.label("zero", rows)))
	ctx.MOVQ(t.c, t.at)
	for r := range rows {
		for c := range t.cols {
			t.load(t.at, c, t.acc(r, c))
		}
		ctx.ADDQ(t.ldc, t.at)
	}
	ctx.Label(t.label("zero", rows))
}

// step adds the products of one k.
func (t *tile) step(rows int) {
	n := rows * t.cols
	b := make([]reg.VecPhysical, t.cols)
	for c := range t.cols {
		b[c] = t.vector(n+c, c)
		t.load(t.b, c, b[c])
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
		ctx.VBROADCASTSS(a, t.vector(number, 0))
		for c := range t.cols {
			ctx.VFMADD231PS(t.vector(number, c), b[c], t.acc(r, c))
		}
	}
}

// xmms, ymms and zmms are the vector registers by number.
var xmms, ymms, zmms = registers(reg.S128), registers(reg.S256), registers(reg.S512)

func registers(s reg.Spec) []reg.VecPhysical {
	var all []reg.VecPhysical
	for i := range 32 {
		all = append(all, reg.Vector.Lookup(reg.Index(i), s).(reg.VecPhysical))
	}
	return all
}
