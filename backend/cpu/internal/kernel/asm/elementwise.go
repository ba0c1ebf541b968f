package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// relations are the comparisons, in the order of the constants of package kernel.
var relations = []struct {
	name      string
	predicate uint64
}{
	{"equal", equal},
	{"notEqual", notEqual},
	{"less", less},
	{"lessEqual", lessEqual},
	{"greater", greater},
	{"greaterEqual", greaterEqual},
}

// ternaryFunctions writes the elementwise functions with their own signatures.
func ternaryFunctions(s isa) {
	m := function(s, "mulAdd", "dst, a, b, c *float32, n int", "sets dst = a*b + c.")
	dst, a, b, c, n := param("dst"), param("a"), param("b"), param("c"), param("n")
	m.loop("each", n, 2, func(p part) {
		sum := p.read(c)
		m.addMul(sum, p.read(a), p.operand(b))
		p.write(sum, dst)
	})
	end()

	m = function(s, "addScaled", "dst, a *float32, s float32, b *float32, n int", "sets dst = a + s*b.")
	dst, a, b, n = param("dst"), param("a"), param("b"), param("n")
	scale := m.spread("s")
	m.loop("each", n, 2, func(p part) {
		sum := p.read(a)
		m.addMul(sum, scale, p.operand(b))
		p.write(sum, dst)
	})
	end()

	m = function(s, "reluGrad", "dst, x, dy *float32, n int", "sets dst = dy where x > 0 and 0 elsewhere.")
	dst, x, dy, n := param("dst"), param("x"), param("dy"), param("n")
	zero := m.zero()
	m.loop("each", n, 2, func(p part) {
		p.write(m.keep(m.compare(greater, p.read(x), zero), p.read(dy)), dst)
	})
	end()

	m = function(s, "fill", "dst *float32, s float32, n int", "sets n numbers to s.")
	dst, n = param("dst"), param("n")
	value := m.spread("s")
	m.loop("each", n, 4, func(p part) { p.write(value, dst) })
	end()

	repeat(s)
}

// repeat writes the function that spreads the elements of a column over the rows of a matrix.
func repeat(s isa) {
	m := function(s, "repeat", "dst, src *float32, rows, width int", "sets the elements of each row to one number.")
	dst, src, width := param("dst"), param("src"), param("width")
	next := rows(param("rows"), width, []reg.GPVirtual{src}, []reg.GPVirtual{dst})
	value := m.new()
	ctx.VBROADCASTSS(Mem{Base: src}, value)
	m.loop("each", width, 1, func(p part) { p.write(value, dst) })
	next()
}

// logicFunctions writes the functions that read or write truth values, one byte each. Those of AVX2 take whole vectors.
func logicFunctions(s isa) {
	each := func(m machine, n string, body func(p part)) {
		if s == avx512 {
			m.loop("each", param(n), 2, body)
		} else {
			m.whole("each", param(n), 2, body)
		}
	}
	for _, r := range relations {
		m := operation(s, r.name, "dst *bool, a, b *float32, n int", "compares n pairs of numbers.")
		dst, a, b := param("dst"), param("a"), param("b")
		each(m, "n", func(p part) { p.writeBools(m.compare(r.predicate, p.read(a), p.read(b)), dst) })
		end()

		m = operation(s, r.name+"Scalar", "dst *bool, a *float32, s float32, n int", "compares n numbers with one.")
		dst, a = param("dst"), param("a")
		y := m.spread("s")
		each(m, "n", func(p part) { p.writeBools(m.compare(r.predicate, p.read(a), y), dst) })
		end()
	}

	m := function(s, "atLeast", "dst *bool, x *uint32, s uint32, n int", "compares n words with one.")
	dst, x := param("dst"), param("x")
	least := m.spread("s")
	each(m, "n", func(p part) {
		v := p.read(x)
		larger := m.op(ctx.VPMAXUD, least, v)
		if s == avx512 {
			k := ctx.K()
			ctx.VPCMPEQD(v, larger, k)
			p.writeBools(k, dst)
			return
		}
		p.writeBools(m.op(ctx.VPCMPEQD, v, larger), dst)
	})
	end()

	m = function(s, "choose", "dst *float32, mask *bool, a, b *float32, n int", "sets dst to a or b.")
	dst = param("dst")
	truth, a, b := param("mask"), param("a"), param("b")
	zero := m.zero()
	each(m, "n", func(p part) { p.write(m.choose(p.readBools(truth, zero), p.operand(a), p.read(b)), dst) })
	end()

	m = function(s, "chooseScaled", "dst *float32, mask *bool, a *float32, scale, s float32, n int", "sets dst to scale*a or s.")
	dst, truth, a = param("dst"), param("mask"), param("a")
	scale, other, zero := m.spread("scale"), m.spread("s"), m.zero()
	each(m, "n", func(p part) { p.write(m.choose(p.readBools(truth, zero), m.mul(scale, p.operand(a)), other), dst) })
	end()

	m = function(s, "chooseScalar", "dst *float32, mask *bool, a *float32, s float32, n int", "sets dst to a or s.")
	dst, truth, a = param("dst"), param("mask"), param("a")
	no, zero := m.spread("s"), m.zero()
	each(m, "n", func(p part) { p.write(m.choose(p.readBools(truth, zero), p.operand(a), no), dst) })
	end()
}
