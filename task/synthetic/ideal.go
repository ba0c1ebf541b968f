package synthetic

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"

	"cggm/objective"
)

// Ideal holds the best scores that any model can expect on generated data:
// accuracy for classification and dense prediction, accuracy per label for
// multi-label, R² for regression. For maps it is what a pixel alone allows: a
// model that averages neighbours does better when Grain is above 1.
type Ideal struct {
	// Modality is the score from each modality alone. It is exact: the
	// synergistic part adds nothing to it.
	Modality []float64
	// Linear is the score of a linear model on each modality, or on its mean
	// over the steps: curvature counts as noise.
	Linear []float64
	// All is the score from all modalities together. It is exact without
	// synergy; with it, it is an upper bound that takes the phases as known
	// without noise.
	All float64
}

// Ideal returns the best possible scores. The configuration must be valid.
func (c Config) Ideal() Ideal {
	n := len(c.Modalities)
	out := Ideal{Modality: make([]float64, n), Linear: make([]float64, n)}
	for mask, p := range c.patterns() {
		if p == 0 {
			continue
		}
		out.All += p * c.score(c.explained(mask))
		for m := range n {
			alone := mask & (1 << m)
			out.Modality[m] += p * c.score(c.explained(alone))
			linear := 0.
			if mod := c.Modalities[m]; alone != 0 {
				linear = (c.Redundant + mod.Unique) / (1 + 1/mod.SNR + mod.Curvature*mod.Curvature)
			}
			out.Linear[m] += p * c.score(linear)
		}
	}
	return out
}

// patterns returns the probability of every set of present modalities.
func (c Config) patterns() []float64 {
	n := len(c.Modalities)
	out := make([]float64, 1<<n)
	for mask := range out {
		out[mask] = 1
		for m, mod := range c.Modalities {
			if mask&(1<<m) != 0 {
				out[mask] *= 1 - mod.Missing
			} else {
				out[mask] *= mod.Missing
			}
		}
	}
	for m := range n {
		out[1<<m] += out[0] / float64(n)
	}
	out[0] = 0
	return out
}

// explained returns the share of the scores' variance that the modalities of
// the mask explain. Independent noise on the redundant part averages out, so
// its SNRs add up.
func (c Config) explained(mask int) float64 {
	var snr, share float64
	for m, mod := range c.Modalities {
		if mask&(1<<m) != 0 {
			snr += mod.SNR
			share += mod.Unique * mod.SNR / (1 + mod.SNR)
		}
	}
	share += c.Redundant * snr / (1 + snr)
	whole := c.Synergistic > 0
	for _, m := range c.between() {
		whole = whole && mask&(1<<m) != 0
	}
	if whole {
		share += c.Synergistic
	}
	return min(1, share)
}

func (c Config) score(explained float64) float64 {
	switch c.Task {
	case objective.Regression:
		return explained
	case objective.MultiLabel:
		return Accuracy(2, explained)
	default:
		return Accuracy(c.Outputs, explained)
	}
}

// Accuracy returns how often the largest of classes independent standard
// normal scores is also the largest of their best estimates, when these
// explain the given share of the scores' variance. For two classes that is
// 1/2 + asin(√explained)/π (Sheppard 1899); for more it is the integral of
// classes·φ₂(x,y)·Φ₂(x,y)^(classes-1), with the bivariate normal of
// correlation √explained, accurate to about 1e-4.
func Accuracy(classes int, explained float64) float64 {
	switch {
	case explained <= 0:
		return 1 / float64(classes)
	case explained >= 1:
		return 1
	case classes == 2:
		return .5 + math.Asin(math.Sqrt(explained))/math.Pi
	}
	rho := math.Sqrt(explained)
	rest := math.Sqrt(1 - explained)
	below := bivariate(rho)
	const end, steps = 7., 112
	const step = 2 * end / steps
	var sum float64
	for i := range steps + 1 {
		y := -end + float64(i)*step
		for j := range steps + 1 {
			e := -end + float64(j)*step
			sum += math.Exp(-(y*y+e*e)/2) * math.Pow(below(rho*y+rest*e, y), float64(classes-1))
		}
	}
	return min(1, float64(classes)*sum*step*step/(2*math.Pi))
}

// bivariate returns the distribution function of the bivariate standard
// normal, Φ(h)Φ(k) + 1/2π ∫ exp(-(h²+k²-2hk sin t)/(2cos² t)) dt over
// [0, asin rho] (Plackett 1954).
func bivariate(rho float64) func(h, k float64) float64 {
	const nodes = 24
	at, weight := make([]float64, nodes), make([]float64, nodes)
	quad.Legendre{}.FixedLocations(at, weight, 0, math.Asin(rho))
	return func(h, k float64) float64 {
		var sum float64
		for i, t := range at {
			sin, cos := math.Sincos(t)
			sum += weight[i] * math.Exp(-(h*h+k*k-2*h*k*sin)/(2*cos*cos))
		}
		return max(0, cumulative(h)*cumulative(k)+sum/(2*math.Pi))
	}
}
