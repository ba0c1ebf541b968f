package kernel

import "math"

// LogSoftmax sets each row of dst, a matrix [r, c], to x - max - log Σ e^(x-max) of the same row of x.
func LogSoftmax(dst, x []float32, r, c int) {
	if r*c == 0 {
		return
	}
	e := getScratch(c)
	defer putScratch(e)
	for i := range r {
		from, to := x[i*c:(i+1)*c], dst[i*c:(i+1)*c]
		if fastLogSoftmax(&to[0], &from[0], c) {
			continue
		}
		SubScalar(to, from, ReduceMax(from))
		Exp(e.data, to)
		SubScalar(to, to, float32(math.Log(float64(Sum(e.data)))))
	}
}

// LogSoftmaxGrad sets each row of dx to the gradient of the logarithm of the softmax: dy - e^y * Σ dy, with y its output.
// All are [r, c].
func LogSoftmaxGrad(dx, y, dy []float32, r, c int) {
	if r*c == 0 {
		return
	}
	e := getScratch(c)
	defer putScratch(e)
	for i := range r {
		from, out, grad := y[i*c:(i+1)*c], dx[i*c:(i+1)*c], dy[i*c:(i+1)*c]
		if fastLogSoftmaxGrad(&out[0], &from[0], &grad[0], c) {
			continue
		}
		Exp(e.data, from)
		AddScaled(out, grad, -Sum(grad), e.data)
	}
}
