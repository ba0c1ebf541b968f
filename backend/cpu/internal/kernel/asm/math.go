package main

import (
	"math"

	. "github.com/mmcloughlin/avo/operand"
)

// The polynomials are minimax fits of relative error, found with Lawson's iteration on 400 Chebyshev nodes; the maximum
// error of each, before rounding of its coefficients, is below 0.06 units of 2^-24.
var (
	// (e^r - 1 - r) / r² on |r| <= log(2)/2.
	expTail = []float64{0.49999994, 0.166665196, 0.0416683927, 0.00836878084, 0.00138144649}
	// The same for e^r - 1.
	expm1Tail = []float64{0.5, 0.166666657, 0.0416663587, 0.00833338965, 0.00139407208, 0.000198458845}
	// (log(1+f) - f + f²/2) / f³ on |f| <= 1/3.
	logTail = []float64{
		0.333333373, -0.249998152, 0.199995875, -0.166798338, 0.143048286, -0.121916652, 0.107493937, -0.128653124, 0.120280854,
	}
	// (tanh(x) - x) / x³ in x², on 0 <= x <= 0.6.
	tanhTail = []float64{-0.333332986, 0.133319244, -0.0537838265, 0.0207959637, -0.00589515036}
	// (erf(x) - x) / x in x², on 0 <= x <= 0.95.
	erfTail = []float64{
		0.128379166, -0.376126319, 0.112836637, -0.0268577058, 0.0051969518, -0.000809770252, 8.1850907e-05,
	}
	// -log(1 - erf(x)) / x on 0.9 <= x <= 4.
	erfcLog = []float64{
		1.12863708, 0.635198057, 0.106159046, -0.0236945655, 0.00361034204, -0.000314858102, 1.04331148e-05,
	}
)

// log(2) as a number of few bits, so that products with small integers are exact, and the rest.
const (
	ln2High = 0x1.62e4p-1
	ln2Low  = math.Ln2 - ln2High
)

// reduce returns n = round(x/log 2) and r = x - n log 2.
func (m machine) reduce(x vec) (n, r vec) {
	n = m.round(m.mul(x, m.number(math.Log2E)), roundNearest)
	r = m.new()
	ctx.VMOVAPS(x, r)
	m.subMul(r, n, m.number(ln2High))
	m.subMul(r, n, m.number(ln2Low))
	return n, r
}

// power returns p * 2^n for whole n from -254 to 254, rounded once.
func (m machine) power(p, n vec) vec {
	if m.isa == avx512 {
		return m.op(ctx.VSCALEFPS, n, p)
	}
	i := m.toInt(n)
	half := m.shiftRight(i, 1)
	return m.mul(m.mul(p, m.exponent(half)), m.exponent(m.subInt(i, half)))
}

// exponent returns 2^n for a vector of integers from -126 to 127.
func (m machine) exponent(n vec) vec { return m.shiftLeft(m.addInt(n, m.word(127)), 23) }

func (m machine) exp(x vec) vec {
	// The bounds are the second source, so that NaN would be lost the other way round.
	x = m.min(m.load(m.number(104)), x)
	x = m.max(m.load(m.number(-104)), x)
	if m.isa == avx2 {
		return m.expShort(x)
	}
	n, r := m.reduce(x)
	p := m.polynomial(r, append([]float64{1, 1}, expTail...)...)
	return m.power(p, n)
}

// expParts returns 2^n as the low bits of t, and e^r - 1, for e^x = 2^n e^r. It is a short chain of operations. The vectors
// take turns, so that a processor that looks only a few operations ahead finds one that need not wait. It changes x.
func (m machine) expParts(x ...vec) (t, less []vec) {
	// Added to a number of this size, n = round(x/log 2) stands in the low bits.
	const shift = 0x1.8p23
	k := len(x)
	t, n, square, low, high := make([]vec, k), make([]vec, k), make([]vec, k), make([]vec, k), make([]vec, k)
	turns := func(f func(i int)) {
		for i := range k {
			f(i)
		}
	}
	turns(func(i int) { t[i] = m.load(m.number(shift)) })
	turns(func(i int) { m.addMul(t[i], x[i], m.number(math.Log2E)) })
	turns(func(i int) { n[i] = m.sub(t[i], m.number(shift)) })
	turns(func(i int) { m.subMul(x[i], n[i], m.number(ln2High)) })
	turns(func(i int) { m.subMul(x[i], n[i], m.number(ln2Low)) })
	turns(func(i int) { square[i] = m.mul(x[i], x[i]) })
	turns(func(i int) { low[i], high[i] = m.load(m.number(expTail[0])), m.load(m.number(expTail[2])) })
	turns(func(i int) { m.addMul(high[i], x[i], m.number(expTail[3])) })
	turns(func(i int) { m.addMul(low[i], x[i], m.number(expTail[1])) })
	turns(func(i int) { m.addMul(high[i], square[i], m.number(expTail[4])) })
	turns(func(i int) { m.addMul(low[i], high[i], square[i]) })
	turns(func(i int) { m.addMul(x[i], low[i], square[i]) })
	return t, x
}

// expShort is exp of numbers from -104 to 104.
func (m machine) expShort(x vec) vec {
	ts, parts := m.expParts(x)
	t, less := ts[0], parts[0]
	half := m.shiftRight(t, 1)
	one := m.number(1)
	y := m.addInt(m.shiftLeft(half, 23), one)
	rest := m.addInt(m.shiftLeft(m.subInt(t, half), 23), one)
	m.addMul(y, y, less)
	return m.mul(y, rest)
}

// expNear is exp of the vectors that x reads, on AVX2, faster while all lanes are from -87 to 87, where results and their parts
// are normal numbers. What it adds to far writes the code for others and has to be called after the end of the function.
func (m machine) expNear(name string, far *[]func(), x func() []vec) []vec {
	in, outside := x(), ctx.GP32()
	largest := m.abs(in[0])
	for _, v := range in[1:] {
		ctx.VPMAXSD(m.abs(v), largest, largest) // as integers, NaN is the largest
	}
	ctx.VMOVMSKPS(m.compare(notLessEqual, largest, m.number(87)), outside)
	ctx.TESTL(outside, outside)
	ctx.JNE(LabelRef(name + "Far"))
	t, less := m.expParts(in...)
	y := make([]vec, len(in))
	for i := range y {
		y[i] = m.new()
		ctx.VPADDD(m.shiftLeft(t[i], 23), m.add(less[i], m.number(1)), y[i])
	}
	ctx.Label(name + "Near")
	*far = append(*far, func() {
		ctx.Label(name + "Far")
		for i, v := range x() {
			ctx.VMOVAPS(m.exp(v), y[i])
		}
		ctx.JMP(LabelRef(name + "Near"))
	})
	return y
}

func (m machine) expm1(x vec) vec {
	sign := m.sign(x)
	x = m.min(m.load(m.number(89)), x)
	x = m.max(m.load(m.number(-25)), x)
	n, r := m.reduce(x)
	p := m.polynomial(r, expm1Tail...)
	p = m.mul(p, m.mul(r, r))
	p = m.add(p, r)
	// 2^n p + 2^n - 1, at half size because 2^128 is out of range.
	half := m.exponent(m.subInt(m.toInt(n), m.word(1)))
	y := m.sub(half, m.number(0.5))
	m.addMul(y, half, p)
	y = m.add(y, y)
	// The result has the sign of x; only -0 would lose it.
	return m.or(y, sign)
}

// logParts splits a positive number x = 2^e (1+f) with |f| <= 1/3. extra is a small number added to x, or nil.
func (m machine) logParts(x, extra vec) (e, f vec) {
	bits := m.subInt(x, m.word(math.Float32bits(2.0/3)))
	i := m.shiftRight(bits, 23)
	scaled := m.shiftLeft(i, 23)
	f = m.sub(m.subInt(x, scaled), m.number(1))
	if extra != nil {
		f = m.add(f, m.mul(extra, m.exponent(m.negInt(m.op(ctx.VPMINSD, m.word(126), i)))))
	}
	return m.fromInt(i), f
}

func (m machine) negInt(a vec) vec { return m.subInt(m.zero(), a) }

// logOf returns e log 2 + log(1+f).
func (m machine) logOf(e, f vec) vec {
	s := m.mul(f, f)
	p := m.mul(m.polynomial(f, logTail...), f)
	p = m.sub(p, m.number(0.5))
	// f + (s*p + e*low) + e*high
	y := m.mul(e, m.number(ln2Low))
	m.addMul(y, s, p)
	y = m.add(y, f)
	m.addMul(y, e, m.number(ln2High))
	return y
}

// logEdges puts in the values at and beyond the ends: NaN below 0, -Inf at 0, x itself for +Inf and NaN.
func (m machine) logEdges(x, y vec) vec {
	y = m.choose(m.compare(equal, x, m.number(math.Inf(1))), x, y)
	y = m.choose(m.compare(equal, x, m.zero()), m.load(m.number(math.Inf(-1))), y)
	// A NaN as first operand keeps its payload.
	y = m.choose(m.compare(less, x, m.zero()), m.load(m.word(0x7FC00000)), y)
	return m.choose(m.compare(unordered, x, x), x, y)
}

func (m machine) log(x vec) vec {
	small := m.compare(less, x, m.number(0x1p-126))
	scaled := m.choose(small, m.mul(x, m.number(0x1p23)), x)
	e, f := m.logParts(scaled, nil)
	e = m.sub(e, m.keep(small, m.load(m.number(23))))
	return m.logEdges(x, m.logOf(e, f))
}

func (m machine) log1p(x vec) vec {
	u := m.add(x, m.number(1))
	// What the sum lost: x - (u - 1) while |x| < 1 or so; for large x the loss is 1 - (u - x).
	lost := m.sub(x, m.sub(u, m.number(1)))
	e, f := m.logParts(u, lost)
	y := m.logEdges(u, m.logOf(e, f))
	return m.choose(m.compare(less, m.abs(x), m.number(0x1p-25)), x, y)
}

func (m machine) tanh(x vec) vec {
	a := m.abs(x)
	s := m.mul(x, x)
	low := m.mul(m.polynomial(s, tanhTail...), s)
	t := m.mul(low, a)
	low = m.add(t, a)
	e := m.exp(m.add(a, a))
	high := m.sub(m.load(m.number(1)), m.div(m.load(m.number(2)), m.add(e, m.number(1))))
	y := m.choose(m.compare(less, a, m.number(0.6)), low, high)
	return m.or(y, m.sign(x))
}

func (m machine) logistic(x vec) vec {
	e := m.exp(m.or(x, m.word(0x80000000)))
	one := m.load(m.number(1))
	top := m.choose(m.compare(less, x, m.zero()), e, one)
	return m.div(top, m.add(e, one))
}

func (m machine) erf(x vec) vec {
	a := m.abs(x)
	s := m.mul(x, x)
	low := m.polynomial(s, erfTail...)
	ctx.VFMADD213PS(a, a, low) // low*a + a
	b := m.min(m.load(m.number(4)), a)
	q := m.mul(m.polynomial(b, erfcLog...), b)
	high := m.sub(m.load(m.number(1)), m.exp(m.sub(m.zero(), q)))
	y := m.choose(m.compare(less, a, m.number(0.95)), low, high)
	return m.or(y, m.sign(x))
}

func (m machine) signum(x vec) vec {
	y := m.or(m.load(m.number(1)), m.sign(x))
	y = m.choose(m.compare(equal, x, m.zero()), x, y)
	return m.choose(m.compare(unordered, x, x), x, y)
}

// extreme returns the larger lanes, or the smaller ones: NaN if either is, and the right one of two zeros.
func (m machine) extreme(a, b vec, larger bool) vec {
	var y vec
	if larger {
		y = m.and(m.max(a, b), m.max(b, a))
	} else {
		y = m.or(m.min(a, b), m.min(b, a))
	}
	return m.choose(m.compare(unordered, a, b), m.add(a, b), y)
}

// unaries are the functions of one vector, by the name of the assembly function.
var unaries = []struct {
	name string
	f    func(m machine, x vec) vec
}{
	{"exp", machine.exp},
	{"expm1", machine.expm1},
	{"log", machine.log},
	{"log1p", machine.log1p},
	{"tanh", machine.tanh},
	{"erf", machine.erf},
	{"logistic", machine.logistic},
	{"rsqrt", func(m machine, x vec) vec { return m.div(m.load(m.number(1)), m.sqrt(x)) }},
	{"sqrt", func(m machine, x vec) vec { return m.sqrt(x) }},
	{"neg", func(m machine, x vec) vec { return m.op(ctx.VXORPS, m.word(0x80000000), x) }},
	{"abs", machine.abs},
	{"relu", func(m machine, x vec) vec { return m.max(m.zero(), x) }},
	{"floor", func(m machine, x vec) vec { return m.round(x, roundDown) }},
	{"ceil", func(m machine, x vec) vec { return m.round(x, roundUp) }},
	{"round", func(m machine, x vec) vec { return m.round(x, roundNearest) }},
	{"trunc", func(m machine, x vec) vec { return m.round(x, roundZero) }},
	{"sign", machine.signum},
}

// binaries are the functions of two vectors, or of a vector and a scalar; some only exist with a scalar.
var binaries = []struct {
	name       string
	scalarOnly bool
	f          func(m machine, a, b vec) vec
}{
	{"add", false, func(m machine, a, b vec) vec { return m.add(a, b) }},
	{"sub", false, func(m machine, a, b vec) vec { return m.sub(a, b) }},
	{"mul", false, func(m machine, a, b vec) vec { return m.mul(a, b) }},
	{"div", false, func(m machine, a, b vec) vec { return m.div(a, b) }},
	{"max", false, func(m machine, a, b vec) vec { return m.extreme(a, b, true) }},
	{"min", false, func(m machine, a, b vec) vec { return m.extreme(a, b, false) }},
	{"rsub", true, func(m machine, a, b vec) vec { return m.sub(b, a) }},
	{"rdiv", true, func(m machine, a, b vec) vec { return m.div(b, a) }},
}

func unaryFunctions(s isa) {
	for _, u := range unaries {
		m := operation(s, u.name, "dst, src *float32, n int", "works on n numbers.")
		dst, src, n := param("dst"), param("src"), param("n")
		m.loop("each", n, 1, func(p part) { p.write(u.f(m, p.read(src)), dst) })
		end()
	}
}

func binaryFunctions(s isa) {
	for _, b := range binaries {
		if !b.scalarOnly {
			m := operation(s, b.name, "dst, a, b *float32, n int", "works on n pairs of numbers.")
			dst, x, y, n := param("dst"), param("a"), param("b"), param("n")
			m.loop("each", n, 2, func(p part) { p.write(b.f(m, p.read(x), p.read(y)), dst) })
			end()
		}
		m := operation(s, b.name+"Scalar", "dst, a *float32, s float32, n int", "works on n numbers and one.")
		dst, x, n := param("dst"), param("a"), param("n")
		y := m.spread("s")
		m.loop("each", n, 2, func(p part) { p.write(b.f(m, p.read(x), y), dst) })
		end()
	}
}
