package balance

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/objective"
	"cggm/param"
)

// AGM is adaptive gradient modulation. It splits the logits themselves among
// the modalities and lets the ones that lag behind learn faster. With z(S) the
// logits of a coalition, z of none 0, the share of modality m is its Shapley
// value
//
//	c_m = sum over S without m of |S|! (M-|S|-1)! / M! (z(S and m) - z(S))
//
// so that the shares add up to z. With S_m the cross entropy of c_m on this
// batch, no probability below 1e-8, and A_m its mean over all batches so far,
//
//	r_m = exp(M/(M-1) (mean S - S_m))    t_m = exp(M/(M-1) (mean A - A_m))
//	k_m = exp(Alpha min(t_m - r_m, Cap))
//
// multiplies the gradient that flows into c_m. The loss and its value stay
// those of z. For any fusion and number of modalities; for maps S_m is the mean
// over all positions; cost: 2^M - 2 fusion passes.
//
// Li et al., "Boosting Multi-modal Model Performance with Adaptive Gradient
// Modulation", ICCV 2023. A benchmark's public code turns the sign of the
// exponents around and leaves the empty coalition out; the passes of the
// coalitions here draw the same dropout as the full one.
type AGM struct {
	// Alpha is the strength, >= 0; 0 is joint training. Default 1.
	Alpha float64 `yaml:"alpha"`
	// Cap bounds the exponent from above, > 0. Default 10.
	Cap float64 `yaml:"cap"`
}

// leastShare is the least probability a cross entropy of a share counts with:
// it bounds the exponents of AGM.
const leastShare = 1e-8

// DefaultAGM returns alpha 1 and cap 10.
func DefaultAGM() *AGM { return &AGM{Alpha: 1, Cap: 10} }

var _ Method = (*AGM)(nil)

// Traits declares the objective.
func (*AGM) Traits() Traits {
	return Traits{
		Takes: Objective, Least: 2, Tasks: []objective.Task{objective.Classification, objective.Dense},
		Why: "it compares cross entropies of shares of the logits",
	}
}

// Validate checks the ranges of the settings.
func (a *AGM) Validate() error {
	if !(a.Cap > 0) {
		return fmt.Errorf("balance: agm: cap %g: must be positive", a.Cap)
	}
	return notNegative("agm", "alpha", a.Alpha)
}

// Build replaces the objective by one of the same value with other gradients.
func (a *AGM) Build(s *Step) Effect {
	if a.Alpha == 0 {
		return Effect{}
	}
	n := s.Modalities()
	values := make([]*graph.Node, 1<<n)
	for members := 1; members < len(values)-1; members++ {
		values[members] = s.Pass.Coalition(uint(members)).Logits
	}
	values[len(values)-1] = s.Pass.Fused().Logits
	shares := shapleyLogits(values, n)
	losses := make([]*graph.Node, n)
	for m, c := range shares {
		log := graph.LogSoftmax(graph.StopGradient(c), -1)
		truth := graph.OneHot(s.Labels, log.Shape().Dimensions[log.Rank()-1], log.DType())
		right := graph.MaxScalar(graph.ReduceSum(graph.Mul(log, truth), -1), math.Log(leastShare))
		losses[m] = graph.Neg(graph.ReduceAllMean(right))
	}
	now := graph.Stack(losses, 0)
	state := s.State("agm")
	past, count := state.Fixed("mean", param.Zeros, n), state.Fixed("count", param.Zeros)
	next := graph.AddScalar(count, 1)
	mean := graph.Add(past, graph.Div(graph.Sub(now, past), next))
	state.SetFixed("mean", mean)
	state.SetFixed("count", next)
	k := a.coefficients(now, mean)
	logits := values[len(values)-1]
	for m, factor := range split(k) {
		c := shares[m]
		logits = graph.Add(logits, graph.Mul(graph.AddScalar(factor, -1), graph.Sub(c, graph.StopGradient(c))))
	}
	return Effect{Objective: s.Of(logits), Report: []Quantity{{CoefficientName, k}}}
}

// coefficients returns k for losses of this batch and their means, both
// [modalities].
func (a *AGM) coefficients(now, mean *graph.Node) *graph.Node {
	n := float64(now.Shape().Dimensions[0])
	ahead := func(x *graph.Node) *graph.Node {
		return graph.Exp(graph.MulScalar(graph.Sub(graph.ReduceAllMean(x), x), n/(n-1)))
	}
	return graph.Exp(graph.MulScalar(graph.MinScalar(graph.Sub(ahead(mean), ahead(now)), a.Cap), a.Alpha))
}

// shapleyLogits returns the share of every modality, given the logits of each
// set of members; those of the empty set are 0.
func shapleyLogits(values []*graph.Node, modalities int) []*graph.Node {
	shares := make([]*graph.Node, modalities)
	for m := range shares {
		var terms []*graph.Node
		for s, without := range values {
			if s&(1<<m) != 0 {
				continue
			}
			size := bits.OnesCount(uint(s))
			weight := factorial(size) * factorial(modalities-size-1) / factorial(modalities)
			gain := values[s|1<<m]
			if s != 0 {
				gain = graph.Sub(gain, without)
			}
			terms = append(terms, graph.MulScalar(gain, weight))
		}
		shares[m] = sum(terms)
	}
	return shares
}
