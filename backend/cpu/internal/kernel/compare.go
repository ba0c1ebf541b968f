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
	if fastCompare(op, dst, a, b) {
		return
	}
	for i, x := range a {
		dst[i] = holds(op, x, b[i])
	}
}

// CompareScalar sets dst[i] to whether a[i] and s stand in the relation op.
func CompareScalar(op Comparison, dst []bool, a []float32, s float32) {
	if len(a) == 0 {
		return
	}
	dst = dst[:len(a)]
	if fastCompareScalar(op, dst, a, s) {
		return
	}
	for i, x := range a {
		dst[i] = holds(op, x, s)
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
	if fastSelect(dst, mask, a, b) {
		return
	}
	for i, m := range mask {
		if m {
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
	if fastSelectScalar(dst, mask, a, s) {
		return
	}
	for i, m := range mask {
		if m {
			dst[i] = a[i]
		} else {
			dst[i] = s
		}
	}
}
