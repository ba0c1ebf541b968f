package cpu

import (
	"github.com/gomlx/compute"

	"cggm/backend/cpu/internal/kernel"
)

var unaryKernels = map[compute.OpType]func(dst, src []float32){
	compute.OpTypeNeg: kernel.Neg, compute.OpTypeAbs: kernel.Abs, compute.OpTypeExp: kernel.Exp, compute.OpTypeExpm1: kernel.Expm1,
	compute.OpTypeLog: kernel.Log, compute.OpTypeLog1p: kernel.Log1p, compute.OpTypeTanh: kernel.Tanh, compute.OpTypeErf: kernel.Erf,
	compute.OpTypeLogistic: kernel.Logistic, compute.OpTypeSqrt: kernel.Sqrt, compute.OpTypeRsqrt: kernel.Rsqrt,
	compute.OpTypeSin: kernel.Sin, compute.OpTypeCos: kernel.Cos, compute.OpTypeFloor: kernel.Floor, compute.OpTypeCeil: kernel.Ceil,
	compute.OpTypeRound: kernel.Round, compute.OpTypeSign: kernel.Sign,
}

var binaryKernels = map[compute.OpType]func(dst, a, b []float32){
	compute.OpTypeAdd: kernel.Add, compute.OpTypeSub: kernel.Sub, compute.OpTypeMul: kernel.Mul, compute.OpTypeDiv: kernel.Div,
	compute.OpTypeMax: kernel.Max, compute.OpTypeMin: kernel.Min, compute.OpTypePow: kernel.Pow,
}

// rightScalar computes a op s, leftScalar s op a.
var rightScalar = map[compute.OpType]func(dst, a []float32, s float32){
	compute.OpTypeAdd: kernel.AddScalar, compute.OpTypeSub: kernel.SubScalar, compute.OpTypeMul: kernel.MulScalar,
	compute.OpTypeDiv: kernel.DivScalar, compute.OpTypeMax: kernel.MaxScalar, compute.OpTypeMin: kernel.MinScalar,
	compute.OpTypePow: kernel.PowScalar,
}

var leftScalar = map[compute.OpType]func(dst, a []float32, s float32){
	compute.OpTypeAdd: kernel.AddScalar, compute.OpTypeSub: kernel.RSubScalar, compute.OpTypeMul: kernel.MulScalar,
	compute.OpTypeDiv: kernel.RDivScalar, compute.OpTypeMax: kernel.MaxScalar, compute.OpTypeMin: kernel.MinScalar,
}

type comparison struct{ op, turned kernel.Comparison }

var comparisons = map[compute.OpType]comparison{
	compute.OpTypeEqual: {kernel.Equal, kernel.Equal}, compute.OpTypeNotEqual: {kernel.NotEqual, kernel.NotEqual},
	compute.OpTypeLessThan: {kernel.Less, kernel.Greater}, compute.OpTypeLessOrEqual: {kernel.LessEqual, kernel.GreaterEqual},
	compute.OpTypeGreaterThan: {kernel.Greater, kernel.Less}, compute.OpTypeGreaterOrEqual: {kernel.GreaterEqual, kernel.LessEqual},
}

// exec carries out an instruction on the registers of a tile.
type exec func(r *registers, scalars []float32)

// compile returns the function that carries out an instruction.
func (p *loopProgram) compile(i instr) exec {
	in := &operation{op: i.op, dst: p.index(i.dst)}
	for k, r := range i.operands() {
		in.in[k] = operand{reg: p.index(r), scalar: r.scalar}
	}
	in.sum = p.index(i.sum)
	in.isBool = i.dst.bank == truths || i.dst.bank == rowTruths
	return in.compile(p.row)
}

// operation is an instruction whose registers are numbered by type.
type operation struct {
	op     compute.OpType
	dst    int
	sum    int // of expLess
	isBool bool
	in     [4]operand
}

type operand struct{ reg, scalar int }

var rowKernels = map[compute.OpType]func(dst, x []float32, r, c int){
	compute.OpTypeReduceSum: kernel.SumRows, compute.OpTypeReduceMax: kernel.MaxRows, compute.OpTypeReduceMin: kernel.MinRows,
}

// byRowKernels combine elements with a number of their row, byRowKernels2 with
// another element too.
var (
	byRowKernels = map[compute.OpType]func(dst, x, numbers []float32, r, c int){
		addRows: kernel.AddRows, subRows: kernel.SubRows, mulRows: kernel.MulRows,
	}
	byRowKernels2 = map[compute.OpType]func(dst, x, numbers, y []float32, r, c int){
		addMulRows: kernel.AddMulRows, mulAddRows: kernel.MulAddRows,
	}
)

func (in *operation) compile(row int) exec {
	x, y := in.in[0], in.in[1]
	if in.op == expand {
		return func(r *registers, _ []float32) { kernel.Repeat(r.f[in.dst], r.f[x.reg]) }
	}
	switch in.op {
	case selectTimes:
		scale, other := in.in[2].scalar-1, in.in[3].scalar-1
		return func(r *registers, scalars []float32) {
			kernel.SelectScaled(r.f[in.dst], r.b[x.reg], r.f[y.reg], scalars[scale], scalars[other])
		}
	case expLess:
		return func(r *registers, _ []float32) {
			sums := r.f[in.sum]
			kernel.ExpRows(r.f[in.dst], sums, r.f[x.reg], r.f[y.reg], len(sums), row)
		}
	case addTimes:
		z := in.in[2]
		return func(r *registers, _ []float32) { kernel.MulAdd(r.f[in.dst], r.f[x.reg], r.f[y.reg], r.f[z.reg]) }
	}
	if kern, ok := byRowKernels[in.op]; ok {
		return func(r *registers, _ []float32) {
			numbers := r.f[y.reg]
			kern(r.f[in.dst], r.f[x.reg], numbers, len(numbers), row)
		}
	}
	if kern, ok := byRowKernels2[in.op]; ok {
		z := in.in[2]
		return func(r *registers, _ []float32) {
			numbers := r.f[y.reg]
			kern(r.f[in.dst], r.f[x.reg], numbers, r.f[z.reg], len(numbers), row)
		}
	}
	if kern, ok := rowKernels[in.op]; ok {
		return func(r *registers, _ []float32) {
			dst := r.f[in.dst]
			kern(dst, r.f[x.reg], len(dst), row)
		}
	}
	if cmp, ok := comparisons[in.op]; ok {
		return in.comparison(cmp)
	}
	if kern, ok := unaryKernels[in.op]; ok {
		if x.scalar != 0 {
			return func(r *registers, scalars []float32) {
				dst := r.f[in.dst]
				kern(dst[:1], scalars[x.scalar-1:x.scalar])
				fill(dst, dst[0])
			}
		}
		return func(r *registers, _ []float32) { kern(r.f[in.dst], r.f[x.reg]) }
	}
	if kern, ok := binaryKernels[in.op]; ok {
		right, left := rightScalar[in.op], leftScalar[in.op]
		switch {
		case x.scalar == 0 && y.scalar == 0:
			return func(r *registers, _ []float32) { kern(r.f[in.dst], r.f[x.reg], r.f[y.reg]) }
		case x.scalar == 0:
			return func(r *registers, scalars []float32) { right(r.f[in.dst], r.f[x.reg], scalars[y.scalar-1]) }
		case y.scalar == 0 && left != nil:
			return func(r *registers, scalars []float32) { left(r.f[in.dst], r.f[y.reg], scalars[x.scalar-1]) }
		case y.scalar == 0: // the power of a number
			return func(r *registers, scalars []float32) {
				dst := r.f[in.dst]
				var one [1]float32
				for i, e := range r.f[y.reg] {
					kern(one[:], scalars[x.scalar-1:x.scalar], []float32{e})
					dst[i] = one[0]
				}
			}
		default:
			return func(r *registers, scalars []float32) {
				dst := r.f[in.dst]
				kern(dst[:1], scalars[x.scalar-1:x.scalar], scalars[y.scalar-1:y.scalar])
				fill(dst, dst[0])
			}
		}
	}
	return func(r *registers, scalars []float32) { special(in, r.f, r.b, scalars) }
}

func (in *operation) comparison(cmp comparison) exec {
	x, y := in.in[0], in.in[1]
	switch {
	case x.scalar == 0 && y.scalar == 0:
		return func(r *registers, _ []float32) { kernel.Compare(cmp.op, r.b[in.dst], r.f[x.reg], r.f[y.reg]) }
	case x.scalar == 0:
		return func(r *registers, scalars []float32) {
			kernel.CompareScalar(cmp.op, r.b[in.dst], r.f[x.reg], scalars[y.scalar-1])
		}
	case y.scalar == 0:
		return func(r *registers, scalars []float32) {
			kernel.CompareScalar(cmp.turned, r.b[in.dst], r.f[y.reg], scalars[x.scalar-1])
		}
	default:
		return func(r *registers, scalars []float32) {
			v := [1]bool{}
			kernel.CompareScalar(cmp.op, v[:], scalars[x.scalar-1:x.scalar], scalars[y.scalar-1])
			fill(r.b[in.dst], v[0])
		}
	}
}

func special(in *operation, f [][]float32, b [][]bool, scalars []float32) {
	switch in.op {
	case compute.OpTypeLogicalAnd:
		kernel.And(b[in.dst], b[in.in[0].reg], b[in.in[1].reg])
	case compute.OpTypeLogicalOr:
		x, y := b[in.in[0].reg], b[in.in[1].reg]
		for i := range b[in.dst] {
			b[in.dst][i] = x[i] || y[i]
		}
	case compute.OpTypeLogicalNot:
		x := b[in.in[0].reg]
		for i := range b[in.dst] {
			b[in.dst][i] = !x[i]
		}
	case compute.OpTypeConvertDType: // a truth value as 0 or 1
		dst := f[in.dst]
		for i, v := range b[in.in[0].reg] {
			if v {
				dst[i] = 1
			} else {
				dst[i] = 0
			}
		}
	case compute.OpTypeWhere:
		where(in, f, b, scalars)
	case compute.OpTypeClamp:
		low, x, high := at(in.in[0], f, scalars), at(in.in[1], f, scalars), at(in.in[2], f, scalars)
		dst := f[in.dst]
		for i := range dst {
			dst[i] = min(max(x(i), low(i)), high(i))
		}
	}
}

// at reads an operand element by element.
func at(r operand, f [][]float32, scalars []float32) func(i int) float32 {
	if r.scalar != 0 {
		s := scalars[r.scalar-1]
		return func(int) float32 { return s }
	}
	v := f[r.reg]
	return func(i int) float32 { return v[i] }
}

func where(in *operation, f [][]float32, b [][]bool, scalars []float32) {
	mask := b[in.in[0].reg]
	if in.isBool {
		x, y, dst := b[in.in[1].reg], b[in.in[2].reg], b[in.dst]
		for i, m := range mask {
			if m {
				dst[i] = x[i]
			} else {
				dst[i] = y[i]
			}
		}
		return
	}
	dst := f[in.dst]
	switch x, y := in.in[1], in.in[2]; {
	case x.scalar == 0 && y.scalar == 0:
		kernel.Select(dst, mask, f[x.reg], f[y.reg])
	case x.scalar == 0:
		kernel.SelectScalar(dst, mask, f[x.reg], scalars[y.scalar-1])
	default:
		xs, ys := at(x, f, scalars), at(y, f, scalars)
		for i, m := range mask {
			if m {
				dst[i] = xs(i)
			} else {
				dst[i] = ys(i)
			}
		}
	}
}

// arity is the number of operands of an instruction.
func arity(op compute.OpType) int {
	switch op {
	case selectTimes:
		return 4
	case compute.OpTypeWhere, compute.OpTypeClamp, addTimes, addMulRows, mulAddRows:
		return 3
	case expLess, addRows, subRows, mulRows, compute.OpTypeAdd, compute.OpTypeSub, compute.OpTypeMul, compute.OpTypeDiv, compute.OpTypeMax, compute.OpTypeMin, compute.OpTypePow,
		compute.OpTypeEqual, compute.OpTypeNotEqual, compute.OpTypeLessThan, compute.OpTypeLessOrEqual,
		compute.OpTypeGreaterThan, compute.OpTypeGreaterOrEqual, compute.OpTypeLogicalAnd, compute.OpTypeLogicalOr:
		return 2
	}
	return 1
}
