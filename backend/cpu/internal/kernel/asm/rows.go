package main

import (
	"math"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rowFunctions writes the functions that work on one row of a matrix in a few passes.
func rowFunctions(s isa) {
	m := function(s, "softmax", "dst, x *float32, n int", "sets dst to e^x over its sum.")
	dst, x, n := param("dst"), param("x"), param("n")
	top := m.rowMax(x, n)
	acc := m.sums(1)
	m.loop("exp", n, 1, func(p part) {
		e := p.only(m.exp(m.sub(p.read(x), top)))
		ctx.VADDPS(e, acc[0], acc[0])
		p.write(e, dst)
	})
	scale := m.div(m.load(m.number(1)), m.total(acc))
	m.loop("scale", n, 1, func(p part) { p.write(m.mul(p.read(dst), scale), dst) })
	end()

	m = function(s, "softmaxGrad", "dx, y, dy *float32, n int", "sets dx = y*(dy - sum of y*dy).")
	dx, y, dy, n := param("dx"), param("y"), param("dy"), param("n")
	acc = m.sums(1)
	m.loop("dot", n, 1, func(p part) { m.addMul(acc[0], p.read(y), p.read(dy)) })
	dot := m.total(acc)
	m.loop("grad", n, 1, func(p part) { p.write(m.mul(p.read(y), m.sub(p.read(dy), dot)), dx) })
	end()

	m = function(s, "logSoftmax", "dst, x *float32, n int", "sets dst to the logarithm of the softmax of x.")
	dst, x, n = param("dst"), param("x"), param("n")
	top = m.rowMax(x, n)
	acc = m.sums(1)
	m.loop("exp", n, 1, func(p part) {
		ctx.VADDPS(p.only(m.exp(m.sub(p.read(x), top))), acc[0], acc[0])
	})
	size := m.log(m.total(acc))
	m.loop("less", n, 1, func(p part) { p.write(m.sub(m.sub(p.read(x), top), size), dst) })
	end()

	m = function(s, "logSoftmaxGrad", "dx, y, dy *float32, n int", "sets dx = dy - e^y * sum of dy.")
	dx, y, dy, n = param("dx"), param("y"), param("dy"), param("n")
	acc = m.sums(1)
	m.loop("sum", n, 1, func(p part) { ctx.VADDPS(p.read(dy), acc[0], acc[0]) })
	sum := m.total(acc)
	m.loop("grad", n, 1, func(p part) {
		v := p.read(dy)
		m.subMul(v, m.exp(p.read(y)), sum)
		p.write(v, dx)
	})
	end()
	layerNorm(s)
	layerNormGrad(s)
}

// rowMax returns the largest of n numbers in all lanes. NaN is passed over: it shows in the sums that follow.
func (m machine) rowMax(x, n reg.GPVirtual) vec {
	least := m.load(m.number(math.Inf(-1)))
	best := m.load(m.number(math.Inf(-1)))
	m.loop("max", n, 1, func(p part) { ctx.VMAXPS(best, p.readOr(x, least), best) })
	return m.everywhere(m.fold(best, ctx.VMAXPS))
}

func layerNorm(s isa) {
	m := function(s, "layerNorm", "dst, x, gamma, beta *float32, n int, count, eps float32, stats *float32",
		"normalises a row and writes its mean and the inverse of its standard deviation to stats.")
	dst, x, gamma, beta, n, stats := param("dst"), param("x"), param("gamma"), param("beta"), param("n"), param("stats")
	acc := m.sums(1)
	m.loop("sum", n, 1, func(p part) { ctx.VADDPS(p.read(x), acc[0], acc[0]) })
	mean := m.div(m.total(acc), m.spread("count"))
	acc = m.sums(1)
	m.loop("squares", n, 1, func(p part) {
		d := p.only(m.sub(p.read(x), mean))
		m.addMul(acc[0], d, d)
	})
	variance := m.div(m.total(acc), m.spread("count"))
	rstd := m.div(m.load(m.number(1)), m.sqrt(m.add(variance, m.spread("eps"))))
	m.loop("norm", n, 1, func(p part) {
		h := m.mul(m.sub(p.read(x), mean), rstd)
		b := p.read(beta)
		m.addMul(b, h, p.read(gamma))
		p.write(b, dst)
	})
	ctx.VMOVSS(mean.AsX(), Mem{Base: stats})
	ctx.VMOVSS(rstd.AsX(), Mem{Base: stats, Disp: 4})
	end()
}

func layerNormGrad(s isa) {
	m := function(s, "layerNormGrad", "dx, dgamma, dbeta, x, gamma, dy *float32, n int, count, mean, rstd float32",
		"computes the gradients of one row and adds those of gamma and beta.")
	dx, dgamma, dbeta, x := param("dx"), param("dgamma"), param("dbeta"), param("x")
	gamma, dy, n := param("gamma"), param("dy"), param("n")
	mean, rstd := m.spread("mean"), m.spread("rstd")
	sum, dot := m.sums(1), m.sums(1)
	m.loop("sums", n, 1, func(p part) {
		h, d := m.mul(m.sub(p.read(x), mean), rstd), p.read(dy)
		dg := p.read(dgamma)
		m.addMul(dg, d, h)
		p.write(dg, dgamma)
		p.write(m.add(p.read(dbeta), d), dbeta)
		g := m.mul(d, p.read(gamma))
		ctx.VADDPS(g, sum[0], sum[0])
		m.addMul(dot[0], g, h)
	})
	a := m.div(m.total(sum), m.spread("count"))
	b := m.div(m.total(dot), m.spread("count"))
	m.loop("grad", n, 1, func(p part) {
		h := m.mul(m.sub(p.read(x), mean), rstd)
		g := m.sub(m.mul(p.read(dy), p.read(gamma)), a)
		m.subMul(g, h, b)
		p.write(m.mul(g, rstd), dx)
	})
	end()
}
