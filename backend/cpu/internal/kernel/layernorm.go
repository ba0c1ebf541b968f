package kernel

import "math"

// LayerNorm sets each row of dst, a matrix [r, c], to (x - mean) * rstd * gamma + beta, where mean is the mean of the row
// of x and rstd = 1/sqrt(variance + eps) (Ba, Kiros and Hinton, 2016). mean and rstd, of length r, receive the two numbers
// of each row for [LayerNormGrad]. gamma and beta have length c; nil stands for ones and zeros.
func LayerNorm(dst, mean, rstd, x, gamma, beta []float32, r, c int, eps float32) {
	for i := range r {
		mean[i], rstd[i] = layerNormRow(dst[i*c:(i+1)*c], x[i*c:(i+1)*c], gamma, beta, eps)
	}
}

func layerNormRow(dst, x, gamma, beta []float32, eps float32) (mean, rstd float32) {
	n := float32(len(x))
	if len(x) > 0 && gamma != nil && beta != nil {
		gamma, beta = gamma[:len(x)], beta[:len(x)]
		var stats [2]float32
		if fastLayerNorm(&dst[0], &x[0], &gamma[0], &beta[0], len(x), n, eps, &stats[0]) {
			return stats[0], stats[1]
		}
	}
	mean = Sum(x) / n
	SubScalar(dst, x, mean)
	rstd = float32(1 / math.Sqrt(float64(SumSquares(dst)/n+eps)))
	MulScalar(dst, dst, rstd)
	switch {
	case gamma != nil && beta != nil:
		MulAdd(dst, dst, gamma, beta)
	case gamma != nil:
		Mul(dst, dst, gamma)
	case beta != nil:
		Add(dst, dst, beta)
	}
	return mean, rstd
}

// LayerNormGrad computes the gradients of [LayerNorm] from those of its output, dy [r, c]. With h = (x-mean)*rstd and
// g = dy*gamma, dx = rstd * (g - mean(g) - h*mean(g*h)); Σ dy*h over the rows is added to dgamma and Σ dy to dbeta, each of
// length c. gamma, dgamma and dbeta may be nil.
func LayerNormGrad(dx, dgamma, dbeta, x, mean, rstd, gamma, dy []float32, r, c int) {
	if r*c == 0 {
		return
	}
	h := getScratch(2 * c)
	defer putScratch(h)
	for i := range r {
		layerNormGradRow(dx[i*c:(i+1)*c], dgamma, dbeta, x[i*c:(i+1)*c], mean[i], rstd[i], gamma, dy[i*c:(i+1)*c],
			h.data[:c], h.data[c:])
	}
}

func layerNormGradRow(dx, dgamma, dbeta, x []float32, mean, rstd float32, gamma, dy, h, g []float32) {
	n := float32(len(x))
	if gamma != nil && dgamma != nil && dbeta != nil {
		gamma, dgamma, dbeta = gamma[:len(x)], dgamma[:len(x)], dbeta[:len(x)]
		if fastLayerNormGrad(&dx[0], &dgamma[0], &dbeta[0], &x[0], &gamma[0], &dy[0], len(x), n, mean, rstd) {
			return
		}
	}
	SubScalar(h, x, mean)
	MulScalar(h, h, rstd)
	if dgamma != nil {
		MulAdd(dgamma, dy, h, dgamma)
	}
	if dbeta != nil {
		Add(dbeta, dbeta, dy)
	}
	if gamma != nil {
		Mul(g, dy, gamma)
	} else {
		copy(g, dy)
	}
	sum, dot := Sum(g)/n, Dot(g, h)/n
	AddScaled(g, g, -dot, h)
	SubScalar(g, g, sum)
	MulScalar(dx, g, rstd)
}
