package kernel

// Softmax sets each row of dst, a matrix [r, c], to the softmax of the same row of x: e^(x-max) over its sum. A row that
// holds NaN or +Inf, or only -Inf, becomes NaN.
func Softmax(dst, x []float32, r, c int) {
	for i := range r {
		softmaxRow(dst[i*c:(i+1)*c], x[i*c:(i+1)*c])
	}
}

func softmaxRow(dst, x []float32) {
	if len(x) == 0 || fastSoftmax(&dst[0], &x[0], len(x)) {
		return
	}
	SubScalar(dst, x, ReduceMax(x))
	Exp(dst, dst)
	MulScalar(dst, dst, 1/Sum(dst))
}

// SoftmaxGrad sets each row of dx to the gradient of the softmax: y*(dy - Σ y*dy), with y its output. All are [r, c].
func SoftmaxGrad(dx, y, dy []float32, r, c int) {
	for i := range r {
		softmaxGradRow(dx[i*c:(i+1)*c], y[i*c:(i+1)*c], dy[i*c:(i+1)*c])
	}
}

func softmaxGradRow(dx, y, dy []float32) {
	if len(y) == 0 || fastSoftmaxGrad(&dx[0], &y[0], &dy[0], len(y)) {
		return
	}
	s := Dot(y, dy)
	for j, v := range y {
		dx[j] = v * (dy[j] - s)
	}
}
