package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rowFunctions writes operations of matrices with one number for each row.
func rowFunctions(s isa) {
	for _, f := range []struct {
		name, doc string
		operation func(...Op)
	}{
		{"rowAdd", "adds s[i] to the numbers of row i of x", ctx.VADDPS},
		{"rowSub", "subtracts s[i] from the numbers of row i of x", ctx.VSUBPS},
		{"rowMul", "multiplies the numbers of row i of x by s[i]", ctx.VMULPS},
	} {
		m := function(s, f.name, "dst, x, s *float32, r, c int", f.doc+", [r, c].")
		rowLoop(m, []string{"x"}, func(number vec, in []Op) vec { return m.op(f.operation, number, m.held(in[0])) })
	}
	m := function(s, "rowMulAdd", "dst, x, s, y *float32, r, c int", "multiplies the numbers of row i of x by s[i] and adds y, [r, c].")
	rowLoop(m, []string{"x", "y"}, func(number vec, in []Op) vec {
		sum := m.held(in[1])
		m.addMul(sum, number, in[0])
		return sum
	})
	m = function(s, "rowAddMul", "dst, x, s, y *float32, r, c int", "adds s[i] to the numbers of row i of x and multiplies them by y, [r, c].")
	rowLoop(m, []string{"x", "y"}, func(number vec, in []Op) vec { return m.mul(m.add(number, in[0]), in[1]) })
}

// rowLoop writes the loop over the rows of the matrices of the given names, whose result may overwrite one of them.
func rowLoop(m machine, matrices []string, body func(number vec, in []Op) vec) {
	dst, number, r, c := param("dst"), param("s"), param("r"), param("c")
	var in []reg.GPVirtual
	for _, name := range matrices {
		in = append(in, param(name))
	}
	next := rows(r, c, []reg.GPVirtual{number}, append(in, dst))
	value := m.new()
	ctx.VBROADCASTSS(Mem{Base: number}, value)
	each := func(p part) {
		var v []Op
		for _, base := range in {
			v = append(v, p.operand(base))
		}
		p.write(body(value, v), dst)
	}
	if m.isa == avx2 {
		m.reachBack("each", c, 1, in, func(parts []part) { each(parts[0]) }, func(last []Op, p part, _ mask) { p.write(body(value, last), dst) })
	} else {
		m.loop("each", c, 2, each)
	}
	next()
}

// rows begins a loop over the rows of matrices [r, c] and returns what ends it, and the function: columns hold one number for
// each row. It counts r down to 0 and leaves c as it is.
func rows(r, c reg.GPVirtual, columns, matrices []reg.GPVirtual) (next func()) {
	step := ctx.GP64()
	ctx.MOVQ(c, step)
	ctx.SHLQ(Imm(2), step)
	ctx.Label("row")
	ctx.TESTQ(r, r)
	ctx.JLE(LabelRef("rowsDone"))
	return func() {
		for _, base := range columns {
			ctx.ADDQ(Imm(4), base)
		}
		for _, base := range matrices {
			ctx.ADDQ(step, base)
		}
		ctx.DECQ(r)
		ctx.JMP(LabelRef("row"))
		ctx.Label("rowsDone")
		end()
	}
}
