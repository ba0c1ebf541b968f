package kernel

// Comparison names a relation of two numbers.
type Comparison uint8

// The relations. Every relation with NaN is false but NotEqual, which is true.
const (
	Equal Comparison = iota
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
)

// Compare sets dst[i] to whether a[i] and b[i] stand in the relation op.
func Compare(op Comparison, dst []bool, a, b []float32) {
	if len(a) == 0 {
		return
	}
	dst, b = dst[:len(a)], b[:len(a)]
	done := wholeVectors(len(a))
	if !fastCompare(op, &dst[0], &a[0], &b[0], done) {
		done = 0
	}
	for i := done; i < len(a); i++ {
		dst[i] = holds(op, a[i], b[i])
	}
}

// CompareScalar sets dst[i] to whether a[i] and s stand in the relation op.
func CompareScalar(op Comparison, dst []bool, a []float32, s float32) {
	if len(a) == 0 {
		return
	}
	dst = dst[:len(a)]
	done := wholeVectors(len(a))
	if !fastCompareScalar(op, &dst[0], &a[0], s, done) {
		done = 0
	}
	for i := done; i < len(a); i++ {
		dst[i] = holds(op, a[i], s)
	}
}

func holds(op Comparison, x, y float32) bool {
	switch op {
	case Equal:
		return x == y
	case NotEqual:
		return x != y
	case Less:
		return x < y
	case LessEqual:
		return x <= y
	case Greater:
		return x > y
	default:
		return x >= y
	}
}

// Select sets dst[i] = a[i] where mask[i] is true and b[i] elsewhere.
func Select(dst []float32, mask []bool, a, b []float32) {
	if len(mask) == 0 {
		return
	}
	dst, a, b = dst[:len(mask)], a[:len(mask)], b[:len(mask)]
	done := wholeVectors(len(mask))
	if !fastChoose(&dst[0], &mask[0], &a[0], &b[0], done) {
		done = 0
	}
	for i := done; i < len(mask); i++ {
		if mask[i] {
			dst[i] = a[i]
		} else {
			dst[i] = b[i]
		}
	}
}

// SelectScalar sets dst[i] = a[i] where mask[i] is true and s elsewhere.
func SelectScalar(dst []float32, mask []bool, a []float32, s float32) {
	if len(mask) == 0 {
		return
	}
	dst, a = dst[:len(mask)], a[:len(mask)]
	done := wholeVectors(len(mask))
	if !fastChooseScalar(&dst[0], &mask[0], &a[0], s, done) {
		done = 0
	}
	for i := done; i < len(mask); i++ {
		if mask[i] {
			dst[i] = a[i]
		} else {
			dst[i] = s
		}
	}
}

// wholeVectors returns how many of n elements the assembly that reads and writes truth values takes: AVX2 cannot mask bytes.
func wholeVectors(n int) int {
	if active == levelAVX2 {
		return n &^ 7
	}
	return n
}

// AtLeast sets dst[i] to whether x[i] >= s.
func AtLeast(dst []bool, x []uint32, s uint32) {
	if len(x) == 0 {
		return
	}
	dst = dst[:len(x)]
	done := wholeVectors(len(x))
	if !fastAtLeast(&dst[0], &x[0], s, done) {
		done = 0
	}
	for i := done; i < len(x); i++ {
		dst[i] = x[i] >= s
	}
}

// SelectScaled sets dst[i] = scale*a[i] where mask[i] is true and s elsewhere: what dropout does. dst may be a.
func SelectScaled(dst []float32, mask []bool, a []float32, scale, s float32) {
	if len(mask) == 0 {
		return
	}
	dst, a = dst[:len(mask)], a[:len(mask)]
	done := wholeVectors(len(mask))
	if !fastChooseScaled(&dst[0], &mask[0], &a[0], scale, s, done) {
		done = 0
	}
	for i := done; i < len(mask); i++ {
		if mask[i] {
			dst[i] = scale * a[i]
		} else {
			dst[i] = s
		}
	}
}
