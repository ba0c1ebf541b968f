package kernel

import "math"

type unaryOp uint8

const (
	opExp unaryOp = iota
	opExpm1
	opLog
	opLog1p
	opTanh
	opErf
	opLogistic
	opRsqrt
	opSqrt
	opNeg
	opAbs
	opReLU
	opFloor
	opCeil
	opRound
	opTrunc
	opSign
	opSin
	opCos
)

// Exp sets dst[i] = e^src[i], within 1 ulp (2 where the result is subnormal).
func Exp(dst, src []float32) { unary(opExp, dst, src) }

// Expm1 sets dst[i] = e^src[i] - 1, within 2 ulp.
func Expm1(dst, src []float32) { unary(opExpm1, dst, src) }

// Log sets dst[i] to the natural logarithm of src[i], within 1 ulp.
func Log(dst, src []float32) { unary(opLog, dst, src) }

// Log1p sets dst[i] = log(1 + src[i]), within 2 ulp.
func Log1p(dst, src []float32) { unary(opLog1p, dst, src) }

// Tanh sets dst[i] to the hyperbolic tangent of src[i], within 2 ulp.
func Tanh(dst, src []float32) { unary(opTanh, dst, src) }

// Erf sets dst[i] to the error function of src[i], within 2 ulp.
func Erf(dst, src []float32) { unary(opErf, dst, src) }

// Logistic sets dst[i] = 1 / (1 + e^-src[i]), within 3 ulp.
func Logistic(dst, src []float32) { unary(opLogistic, dst, src) }

// Rsqrt sets dst[i] = 1 / sqrt(src[i]), within 2 ulp.
func Rsqrt(dst, src []float32) { unary(opRsqrt, dst, src) }

// Sqrt sets dst[i] to the correctly rounded square root of src[i].
func Sqrt(dst, src []float32) { unary(opSqrt, dst, src) }

// Sin sets dst[i] to the sine of src[i] radians, within 1 ulp.
func Sin(dst, src []float32) { unary(opSin, dst, src) }

// Cos sets dst[i] to the cosine of src[i] radians, within 1 ulp.
func Cos(dst, src []float32) { unary(opCos, dst, src) }

// Neg sets dst[i] = -src[i].
func Neg(dst, src []float32) { unary(opNeg, dst, src) }

// Abs sets dst[i] = |src[i]|.
func Abs(dst, src []float32) { unary(opAbs, dst, src) }

// ReLU sets dst[i] = max(src[i], 0); NaN stays NaN.
func ReLU(dst, src []float32) { unary(opReLU, dst, src) }

// Floor sets dst[i] to the largest whole number not above src[i].
func Floor(dst, src []float32) { unary(opFloor, dst, src) }

// Ceil sets dst[i] to the smallest whole number not below src[i].
func Ceil(dst, src []float32) { unary(opCeil, dst, src) }

// Round sets dst[i] to the whole number nearest src[i], ties to even.
func Round(dst, src []float32) { unary(opRound, dst, src) }

// Trunc sets dst[i] to src[i] without its fraction.
func Trunc(dst, src []float32) { unary(opTrunc, dst, src) }

// Sign sets dst[i] to -1, 0 or 1; a zero keeps its sign and NaN stays NaN.
func Sign(dst, src []float32) { unary(opSign, dst, src) }

func unary(op unaryOp, dst, src []float32) {
	if len(src) == 0 {
		return
	}
	dst = dst[:len(src)]
	if !fastUnary(op, dst, src) {
		portableUnary(op, dst, src)
	}
}

// portableUnary computes the transcendental functions in float64, where the library is accurate to about 1 ulp, so that
// the only error that shows in float32 is the final rounding.
func portableUnary(op unaryOp, dst, src []float32) {
	switch op {
	case opNeg:
		for i, x := range src {
			dst[i] = -x
		}
	case opAbs:
		for i, x := range src {
			dst[i] = math.Float32frombits(math.Float32bits(x) &^ (1 << 31))
		}
	case opReLU:
		for i, x := range src {
			if x <= 0 {
				x = 0
			}
			dst[i] = x
		}
	case opSign:
		for i, x := range src {
			switch {
			case x > 0:
				x = 1
			case x < 0:
				x = -1
			}
			dst[i] = x
		}
	case opRsqrt:
		for i, x := range src {
			dst[i] = float32(1 / math.Sqrt(float64(x)))
		}
	case opLogistic:
		for i, x := range src {
			dst[i] = float32(1 / (1 + math.Exp(-float64(x))))
		}
	default:
		f := scalarFunc[op]
		for i, x := range src {
			dst[i] = float32(f(float64(x)))
		}
	}
}

var scalarFunc = map[unaryOp]func(float64) float64{
	opExp: math.Exp, opExpm1: math.Expm1, opLog: math.Log, opLog1p: math.Log1p, opTanh: math.Tanh, opErf: math.Erf,
	opSqrt: math.Sqrt, opSin: math.Sin, opCos: math.Cos, opFloor: math.Floor, opCeil: math.Ceil,
	opRound: math.RoundToEven, opTrunc: math.Trunc,
}
