package main

import (
	"fmt"
	"math"
	"strings"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sums are accumulators that are added as a tree in the end.
type sums []vec

func (m machine) sums(n int) sums {
	s := make(sums, n)
	for i := range s {
		s[i] = m.zero()
	}
	return s
}

// total returns the sum of all lanes in all lanes.
func (m machine) total(s sums) vec {
	for len(s) > 1 {
		for i := range len(s) / 2 {
			ctx.VADDPS(s[len(s)/2+i], s[i], s[i])
		}
		s = s[:len(s)/2]
	}
	return m.everywhere(m.fold(s[0], ctx.VADDPS))
}

func result(v vec) {
	ctx.Store(v.AsX(), ctx.ReturnIndex(0))
	end()
}

// reduceFunctions writes the reductions of a run of numbers to one.
func reduceFunctions(s isa) {
	m := reduction(s, "sum", "x *float32, n int", "returns the sum of n numbers.")
	x, n := param("x"), param("n")
	acc := m.sums(4)
	m.loop("each", n, 4, func(p part) { ctx.VADDPS(p.read(x), acc[p.step], acc[p.step]) })
	result(m.total(acc))

	m = reduction(s, "dot", "a, b *float32, n int", "returns the sum of n products.")
	a, b, n := param("a"), param("b"), param("n")
	acc = m.sums(4)
	m.loop("each", n, 4, func(p part) { m.addMul(acc[p.step], p.read(a), p.read(b)) })
	result(m.total(acc))

	for _, larger := range []bool{true, false} {
		name, combine, neutral := "largest", ctx.VMAXPS, math.Inf(-1)
		if !larger {
			name, combine, neutral = "smallest", ctx.VMINPS, math.Inf(1)
		}
		m = reduction(s, name, "x *float32, n int", "returns the "+name+" of n numbers, NaN if one is NaN.")
		x, n = param("x"), param("n")
		least := m.load(m.number(neutral))
		best := sums{m.load(m.number(neutral)), m.load(m.number(neutral))}
		bad := m.zero()
		m.loop("each", n, 2, func(p part) {
			v := p.readOr(x, least)
			combine(v, best[p.step], best[p.step])
			ctx.VORPS(m.keep(m.compare(unordered, v, v), v), bad, bad)
		})
		combine(best[1], best[0], best[0])
		y := m.fold(best[0], combine)
		// Adding the NaN that was seen, or 0, spreads it.
		ctx.VADDSS(m.fold(bad, ctx.VORPS), y, y)
		result(y)
	}
	columnSums(s)
	rowReductions(s)
}

// rowExp writes the exponential of rows less a number each, with the sums of the rows.
func rowExp(s isa) {
	m := function(s, "rowExp", "dst, sums, x, less *float32, r, c int", "sets dst to e^(x-less[i]) and sums[i] to its sum for row i, [r, c].")
	dst, sums, x, less, r, c := param("dst"), param("sums"), param("x"), param("less"), param("r"), param("c")
	next := rows(r, c, []reg.GPVirtual{sums, less}, []reg.GPVirtual{dst, x})
	var far []func()
	shift, acc := m.new(), m.sums(1)
	ctx.VBROADCASTSS(Mem{Base: less}, shift)
	ctx.VXORPS(m.word(0x80000000), shift, shift)
	use := func(p part, e vec) {
		ctx.VADDPS(e, acc[0], acc[0])
		p.write(e, dst)
	}
	each := func(p part) { use(p, p.only(m.exp(m.add(shift, p.operand(x))))) }
	if s == avx2 {
		m.reachBack("each", c, 2, []reg.GPVirtual{x}, func(parts []part) {
			if parts[0].tail != nil {
				each(parts[0])
				return
			}
			read := func() (in []vec) {
				for _, p := range parts {
					in = append(in, m.add(shift, p.operand(x)))
				}
				return in
			}
			for i, e := range m.expNear(fmt.Sprintf("each%d", len(parts)), &far, read) {
				use(parts[i], e)
			}
		}, func(last []Op, p part, old mask) {
			e := m.expNear("back", &far, func() []vec { return []vec{m.add(shift, last[0])} })[0]
			p.write(e, dst)
			ctx.VANDNPS(e, old, e)
			ctx.VADDPS(e, acc[0], acc[0])
		})
	} else {
		m.loop("each", c, 1, each)
	}
	ctx.VMOVSS(m.total(acc).AsX(), Mem{Base: sums})
	next()
	for _, slow := range far {
		slow()
	}
}

// rowReductions writes the reductions of every row of a matrix of short rows.
func rowReductions(s isa) {
	reduce := func(row func(x, c reg.GPVirtual) vec) {
		dst, x, r, c := param("dst"), param("x"), param("r"), param("c")
		next := rows(r, c, []reg.GPVirtual{dst}, []reg.GPVirtual{x})
		ctx.VMOVSS(row(x, c).AsX(), Mem{Base: dst})
		next()
	}
	m := function(s, "rowSums", "dst, x *float32, r, c int", "sets dst[i] to the sum of row i of x, [r, c].")
	reduce(func(x, c reg.GPVirtual) vec {
		acc := m.sums(4)
		m.loop("each", c, 4, func(p part) { ctx.VADDPS(p.read(x), acc[p.step], acc[p.step]) })
		return m.total(acc)
	})
	rowExp(s)
	for _, larger := range []bool{true, false} {
		name, combine, neutral := "rowLargest", ctx.VMAXPS, math.Inf(-1)
		if !larger {
			name, combine, neutral = "rowSmallest", ctx.VMINPS, math.Inf(1)
		}
		m := function(s, name, "dst, x *float32, r, c int", "sets dst[i] to the "+strings.ToLower(name[3:])+" number of row i of x, [r, c], NaN if one is NaN.")
		least := m.load(m.number(neutral))
		reduce(func(x, c reg.GPVirtual) vec {
			best, bad := m.load(m.number(neutral)), m.zero()
			m.loop("each", c, 1, func(p part) {
				v := p.readOr(x, least)
				combine(v, best, best)
				ctx.VORPS(m.keep(m.compare(unordered, v, v), v), bad, bad)
			})
			y := m.fold(best, combine)
			ctx.VADDSS(m.fold(bad, ctx.VORPS), y, y)
			return y
		})
	}
}

// columnSums writes the sum over the rows of a matrix.
func columnSums(s isa) {
	m := function(s, "columnSums", "dst, x *float32, r, c int", "sets dst[j] to the sum of column j of x, [r, c], r > 0.")
	dst, x, r, c := param("dst"), param("x"), param("r"), param("c")
	step := ctx.GP64()
	ctx.LEAQ(Mem{Base: c, Index: c, Scale: 1}, step)
	ctx.ADDQ(step, step)
	rounds := 0
	m.loop("each", c, 1, func(p part) {
		rounds++
		label := "rows" + string(rune('0'+rounds))
		row, left := ctx.GP64(), ctx.GP64()
		ctx.MOVQ(x, row)
		ctx.MOVQ(r, left)
		sum := m.zero()
		ctx.Label(label)
		ctx.VADDPS(p.read(row), sum, sum)
		ctx.ADDQ(step, row)
		ctx.DECQ(left)
		ctx.JNE(LabelRef(label))
		p.write(sum, dst)
	})
	end()
}
