package kernel

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// near fails the test when an element is further from its wanted value than tolerance.
func near(t rapidOrT, what string, got []float32, want []float64, tolerance float64) {
	t.Helper()
	for i, v := range got {
		if d := math.Abs(float64(v) - want[i]); !(d <= tolerance*max(1, math.Abs(want[i]))) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, v, want[i])
		}
	}
}

// naiveSoftmax returns the softmax of a row and its logarithm.
func naiveSoftmax(x []float32) (y, log []float64) {
	top, sum := math.Inf(-1), 0.0
	for _, v := range x {
		top = max(top, float64(v))
	}
	for _, v := range x {
		sum += math.Exp(float64(v) - top)
	}
	for _, v := range x {
		log = append(log, float64(v)-top-math.Log(sum))
		y = append(y, math.Exp(float64(v)-top)/sum)
	}
	return y, log
}

func TestSoftmax(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			r, c := rapid.IntRange(1, 4).Draw(t, "r"), rapid.IntRange(0, 130).Draw(t, "c")
			x, dy := randoms(1, r*c), randoms(2, r*c)
			MulScalar(x, x, rapid.SampledFrom([]float32{0.1, 1, 30}).Draw(t, "scale"))
			y, dx := newGuarded(r*c), newGuarded(r*c)
			var wantY, wantLog, wantDx, wantLogDx []float64
			for i := range r {
				soft, log := naiveSoftmax(x[i*c : (i+1)*c])
				var dot, sum float64
				for j := range c {
					dot += soft[j] * float64(dy[i*c+j])
					sum += float64(dy[i*c+j])
				}
				for j := range c {
					wantDx = append(wantDx, soft[j]*(float64(dy[i*c+j])-dot))
					wantLogDx = append(wantLogDx, float64(dy[i*c+j])-math.Exp(log[j])*sum)
				}
				wantY, wantLog = append(wantY, soft...), append(wantLog, log...)
			}
			Softmax(y.data, x, r, c)
			near(t, "softmax", y.data, wantY, 1e-6)
			SoftmaxGrad(dx.data, y.data, dy, r, c)
			near(t, "gradient of softmax", dx.data, wantDx, 4e-6)
			LogSoftmax(y.data, x, r, c)
			near(t, "logarithm of softmax", y.data, wantLog, 2e-6)
			LogSoftmaxGrad(dx.data, y.data, dy, r, c)
			near(t, "gradient of the logarithm of softmax", dx.data, wantLogDx, 1e-5)
			y.check(t)
			dx.check(t)
		})
	})
}

func TestSoftmaxEdges(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	rows := map[string][]float32{"NaN": {1, nan, 2}, "+Inf": {1, inf, 2}, "only -Inf": {-inf, -inf, -inf}}
	eachLevel(t, func(t *testing.T) {
		for name, x := range rows {
			y := make([]float32, 3)
			Softmax(y, x, 1, 3)
			for _, v := range y {
				if v == v {
					t.Errorf("%s: got %v, want NaN", name, y)
				}
			}
		}
		y := make([]float32, 3)
		Softmax(y, []float32{-inf, 5, -inf}, 1, 3)
		if y[0] != 0 || y[1] != 1 || y[2] != 0 {
			t.Errorf("a masked row: got %v, want 0 1 0", y)
		}
	})
}

func TestLayerNorm(t *testing.T) {
	const eps = 1e-5
	eachLevel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			r, c := rapid.IntRange(1, 4).Draw(t, "r"), rapid.IntRange(2, 130).Draw(t, "c")
			x, dy := randoms(1, r*c), randoms(2, r*c)
			var gamma, beta []float32
			if rapid.Bool().Draw(t, "gamma") {
				gamma = randoms(3, c)
			}
			if rapid.Bool().Draw(t, "beta") {
				beta = randoms(4, c)
			}
			y, dx, mean, rstd := newGuarded(r*c), newGuarded(r*c), newGuarded(r), newGuarded(r)
			dgamma, dbeta := newGuarded(c), newGuarded(c)
			clear(dgamma.data)
			clear(dbeta.data)
			LayerNorm(y.data, mean.data, rstd.data, x, gamma, beta, r, c, eps)
			LayerNormGrad(dx.data, dgamma.data, dbeta.data, x, mean.data, rstd.data, gamma, dy, r, c)
			for _, g := range []guarded{y, dx, mean, rstd, dgamma, dbeta} {
				g.check(t)
			}
			wantY, wantDx := make([]float64, r*c), make([]float64, r*c)
			wantGamma, wantBeta := make([]float64, c), make([]float64, c)
			n := float64(c)
			for i := range r {
				var m, v, sumG, sumGH float64
				for _, a := range x[i*c : (i+1)*c] {
					m += float64(a) / n
				}
				for _, a := range x[i*c : (i+1)*c] {
					v += (float64(a) - m) * (float64(a) - m) / n
				}
				s := 1 / math.Sqrt(v+eps)
				g := make([]float64, c)
				for j := range c {
					h, d := (float64(x[i*c+j])-m)*s, float64(dy[i*c+j])
					scale, shift := 1.0, 0.0
					if gamma != nil {
						scale = float64(gamma[j])
					}
					if beta != nil {
						shift = float64(beta[j])
					}
					wantY[i*c+j] = h*scale + shift
					wantGamma[j] += d * h
					wantBeta[j] += d
					g[j] = d * scale
					sumG += g[j] / n
					sumGH += g[j] * h / n
				}
				for j := range c {
					wantDx[i*c+j] = s * (g[j] - sumG - (float64(x[i*c+j])-m)*s*sumGH)
				}
			}
			near(t, "layer norm", y.data, wantY, 2e-5)
			near(t, "gradient of the input", dx.data, wantDx, 1e-4)
			near(t, "gradient of gamma", dgamma.data, wantGamma, 2e-5)
			near(t, "gradient of beta", dbeta.data, wantBeta, 2e-6)
		})
	})
}

func BenchmarkRows(b *testing.B) {
	const r, c = 64, 50
	x, dy, y := randoms(1, r*c), randoms(2, r*c), make([]float32, r*c)
	gamma, beta, mean, rstd := randoms(3, c), randoms(4, c), make([]float32, r), make([]float32, r)
	for name, f := range map[string]func(){
		"Softmax":       func() { Softmax(y, x, r, c) },
		"SoftmaxGrad":   func() { SoftmaxGrad(y, x, dy, r, c) },
		"LogSoftmax":    func() { LogSoftmax(y, x, r, c) },
		"LayerNorm":     func() { LayerNorm(y, mean, rstd, x, gamma, beta, r, c, 1e-5) },
		"LayerNormGrad": func() { LayerNormGrad(y, gamma, beta, x, mean, rstd, gamma, dy, r, c) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*r*c), "ns/element")
		})
	}
}
