package kernel

import "math"

// AdamStep holds the numbers of one update of Adam (Kingma and Ba, 2015, algorithm 1), or AdamW when WeightDecay is not 0.
// With g the gradient, m = Beta1*m + (1-Beta1)*g and v = Beta2*v + (1-Beta2)*g², then
//
//	param -= Rate * (m*Correct1 / (sqrt(v*Correct2) + Epsilon) + WeightDecay*param)
//
// where Correct1 = 1/(1-Beta1^t) and Correct2 = 1/(1-Beta2^t) at step t >= 1.
type AdamStep struct {
	Rate, Beta1, Beta2, Epsilon, WeightDecay, Correct1, Correct2 float32
}

// Update applies the step to param, m and v in place; grad is only read. All four have the same length.
func (s AdamStep) Update(param, m, v, grad []float32) {
	if len(param) == 0 {
		return
	}
	m, v, grad = m[:len(param)], v[:len(param)], grad[:len(param)]
	numbers := [9]float32{
		s.Beta1, 1 - s.Beta1, s.Beta2, 1 - s.Beta2, s.Correct1, s.Correct2, s.Epsilon, s.Rate, s.WeightDecay,
	}
	if fastAdam(&param[0], &m[0], &v[0], &grad[0], len(param), &numbers[0]) {
		return
	}
	for i, g := range grad {
		m[i] = s.Beta1*m[i] + (1-s.Beta1)*g
		v[i] = s.Beta2*v[i] + (1-s.Beta2)*g*g
		denominator := float32(math.Sqrt(float64(v[i]*s.Correct2))) + s.Epsilon
		param[i] -= s.Rate * (m[i]*s.Correct1/denominator + s.WeightDecay*param[i])
	}
}
