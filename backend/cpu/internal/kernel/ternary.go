package kernel

// MulAdd sets dst[i] = a[i]*b[i] + c[i]; the product is not rounded before the sum on the assembly levels.
func MulAdd(dst, a, b, c []float32) {
	if len(a) == 0 {
		return
	}
	dst, b, c = dst[:len(a)], b[:len(a)], c[:len(a)]
	if fastMulAdd(&dst[0], &a[0], &b[0], &c[0], len(a)) {
		return
	}
	for i, x := range a {
		dst[i] = float32(float64(x)*float64(b[i]) + float64(c[i]))
	}
}

// AddScaled sets dst[i] = a[i] + s*b[i].
func AddScaled(dst, a []float32, s float32, b []float32) {
	if len(a) == 0 {
		return
	}
	dst, b = dst[:len(a)], b[:len(a)]
	if fastAddScaled(&dst[0], &a[0], s, &b[0], len(a)) {
		return
	}
	for i, x := range a {
		dst[i] = float32(float64(s)*float64(b[i]) + float64(x))
	}
}

// ReLUGrad sets dst[i] = dy[i] where x[i] > 0 and 0 elsewhere.
func ReLUGrad(dst, x, dy []float32) {
	if len(x) == 0 {
		return
	}
	dst, dy = dst[:len(x)], dy[:len(x)]
	if fastReluGrad(&dst[0], &x[0], &dy[0], len(x)) {
		return
	}
	for i, v := range x {
		if v > 0 {
			dst[i] = dy[i]
		} else {
			dst[i] = 0
		}
	}
}

// Fill sets every element of dst to s.
func Fill(dst []float32, s float32) {
	if len(dst) == 0 || fastFill(&dst[0], s, len(dst)) {
		return
	}
	for i := range dst {
		dst[i] = s
	}
}

// Repeat sets the rows of dst, a matrix of len(src) rows, to the elements of src: len(dst)/len(src) times each.
func Repeat(dst, src []float32) {
	if len(src) == 0 || len(dst) < len(src) {
		return
	}
	width := len(dst) / len(src)
	dst = dst[:len(src)*width]
	if fastRepeat(&dst[0], &src[0], len(src), width) {
		return
	}
	for i, v := range src {
		row := dst[i*width : (i+1)*width]
		for j := range row {
			row[j] = v
		}
	}
}
