package kernel

import "math"

type binaryOp uint8

const (
	opAdd binaryOp = iota
	opSub
	opMul
	opDiv
	opMax
	opMin
	// The reversed operations exist for a scalar on the left.
	opRSub
	opRDiv
)

// Add sets dst[i] = a[i] + b[i].
func Add(dst, a, b []float32) { binary(opAdd, dst, a, b) }

// Sub sets dst[i] = a[i] - b[i].
func Sub(dst, a, b []float32) { binary(opSub, dst, a, b) }

// Mul sets dst[i] = a[i] * b[i].
func Mul(dst, a, b []float32) { binary(opMul, dst, a, b) }

// Div sets dst[i] = a[i] / b[i].
func Div(dst, a, b []float32) { binary(opDiv, dst, a, b) }

// Max sets dst[i] to the larger of a[i] and b[i], NaN if either is NaN. Of two zeros, +0 is the larger.
func Max(dst, a, b []float32) { binary(opMax, dst, a, b) }

// Min sets dst[i] to the smaller of a[i] and b[i], NaN if either is NaN. Of two zeros, -0 is the smaller.
func Min(dst, a, b []float32) { binary(opMin, dst, a, b) }

// AddScalar sets dst[i] = a[i] + s.
func AddScalar(dst, a []float32, s float32) { scalar(opAdd, dst, a, s) }

// SubScalar sets dst[i] = a[i] - s.
func SubScalar(dst, a []float32, s float32) { scalar(opSub, dst, a, s) }

// RSubScalar sets dst[i] = s - a[i].
func RSubScalar(dst, a []float32, s float32) { scalar(opRSub, dst, a, s) }

// MulScalar sets dst[i] = a[i] * s.
func MulScalar(dst, a []float32, s float32) { scalar(opMul, dst, a, s) }

// DivScalar sets dst[i] = a[i] / s.
func DivScalar(dst, a []float32, s float32) { scalar(opDiv, dst, a, s) }

// RDivScalar sets dst[i] = s / a[i].
func RDivScalar(dst, a []float32, s float32) { scalar(opRDiv, dst, a, s) }

// MaxScalar sets dst[i] to the larger of a[i] and s, as [Max] does.
func MaxScalar(dst, a []float32, s float32) { scalar(opMax, dst, a, s) }

// MinScalar sets dst[i] to the smaller of a[i] and s, as [Min] does.
func MinScalar(dst, a []float32, s float32) { scalar(opMin, dst, a, s) }

// Pow sets dst[i] = a[i]^b[i], within 1 ulp, with the special cases of [math.Pow].
func Pow(dst, a, b []float32) {
	dst, b = dst[:len(a)], b[:len(a)]
	for i, x := range a {
		dst[i] = float32(math.Pow(float64(x), float64(b[i])))
	}
}

// PowScalar sets dst[i] = a[i]^s, within 1 ulp. Powers 2 and -1 run at vector speed.
func PowScalar(dst, a []float32, s float32) {
	dst = dst[:len(a)]
	switch s {
	case 2:
		Mul(dst, a, a)
	case -1:
		RDivScalar(dst, a, 1)
	default:
		for i, x := range a {
			dst[i] = float32(math.Pow(float64(x), float64(s)))
		}
	}
}

func binary(op binaryOp, dst, a, b []float32) {
	if len(a) == 0 {
		return
	}
	dst, b = dst[:len(a)], b[:len(a)]
	if !fastBinary(op, dst, a, b) {
		portableBinary(op, dst, a, b)
	}
}

func scalar(op binaryOp, dst, a []float32, s float32) {
	if len(a) == 0 {
		return
	}
	dst = dst[:len(a)]
	if !fastScalar(op, dst, a, s) {
		portableScalar(op, dst, a, s)
	}
}

func portableBinary(op binaryOp, dst, a, b []float32) {
	switch op {
	case opAdd:
		for i, x := range a {
			dst[i] = x + b[i]
		}
	case opSub:
		for i, x := range a {
			dst[i] = x - b[i]
		}
	case opMul:
		for i, x := range a {
			dst[i] = x * b[i]
		}
	case opDiv:
		for i, x := range a {
			dst[i] = x / b[i]
		}
	case opMax:
		for i, x := range a {
			dst[i] = max(x, b[i])
		}
	case opMin:
		for i, x := range a {
			dst[i] = min(x, b[i])
		}
	case opRSub, opRDiv:
		panic("kernel: reversed operations take a scalar")
	}
}

func portableScalar(op binaryOp, dst, a []float32, s float32) {
	switch op {
	case opAdd:
		for i, x := range a {
			dst[i] = x + s
		}
	case opSub:
		for i, x := range a {
			dst[i] = x - s
		}
	case opRSub:
		for i, x := range a {
			dst[i] = s - x
		}
	case opMul:
		for i, x := range a {
			dst[i] = x * s
		}
	case opDiv:
		for i, x := range a {
			dst[i] = x / s
		}
	case opRDiv:
		for i, x := range a {
			dst[i] = s / x
		}
	case opMax:
		for i, x := range a {
			dst[i] = max(x, s)
		}
	case opMin:
		for i, x := range a {
			dst[i] = min(x, s)
		}
	}
}
