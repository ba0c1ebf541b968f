package balance

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/objective"
	"cggm/param"
)

// OGM is on-the-fly gradient modulation: it slows the encoders of the
// modalities whose own predictions are ahead. With s_m the summed probability
// of the true class under modality m's logits and
//
//	rho_m = s_m / mean_{j != m} s_j
//	k_m   = 1 - tanh(alpha rho_m) if rho_m > 1, else 1
//
// encoder m's gradient is multiplied by k_m. With Generalize (OGM-GE) Gaussian
// noise of the standard deviation of each tensor's unscaled gradient is added
// to it. The paper defines rho for two modalities; the mean over the others is
// our generalisation. k jumps from 1 to 1-tanh(alpha) as rho passes 1.
//
// Cost: none beyond the unimodal logits; OGM-GE draws one random number per
// encoder parameter.
//
// Peng et al., "Balanced Multimodal Learning via On-the-fly Gradient
// Modulation", CVPR 2022. The authors' code restricts the modulation to
// convolution kernels; here it covers the whole encoder. For maps, s_m sums over
// all positions.
type OGM struct {
	// Alpha is the strength, >= 0; 0 is joint training. Default 0.3.
	Alpha float64 `yaml:"alpha"`
	// Start and End, >= 0, bound the epochs of modulation, [Start, End); End 0
	// is without end.
	Start int `yaml:"start"`
	End   int `yaml:"end"`
	// Generalize adds the noise of OGM-GE.
	Generalize bool `yaml:"-"`
}

// DefaultOGM returns alpha 0.3 without end.
func DefaultOGM() *OGM { return &OGM{Alpha: 0.3} }

// DefaultOGMGE returns OGM with the generalisation noise.
func DefaultOGMGE() *OGM { return &OGM{Alpha: 0.3, Generalize: true} }

var _ Method = (*OGM)(nil)

// Traits declares the scale and, with the noise, the edit.
func (o *OGM) Traits() Traits {
	return Traits{
		Takes: Scale, Least: 2,
		Tasks: []objective.Task{objective.Classification, objective.Dense},
		Why:   "its score is the probability of the true class",
	}
}

// Validate checks the ranges of the settings.
func (o *OGM) Validate() error {
	if o.Start < 0 || (o.End != 0 && o.End <= o.Start) {
		return fmt.Errorf("balance: ogm: epochs [%d,%d): start must be 0 or more and end above it (0: without end)", o.Start, o.End)
	}
	return notNegative("ogm", "alpha", o.Alpha)
}

// Build computes the coefficients.
func (o *OGM) Build(s *Step) Effect {
	m := s.Modalities()
	scores := make([]*graph.Node, m)
	for i := range scores {
		scores[i] = s.Confidence(i)
	}
	score := graph.Stack(scores, 0)
	rho, k := o.coefficients(score)
	open := s.Open(o.Start, o.End)
	k = blend(open, k)
	e := Effect{
		Scale:  split(k),
		Report: []Quantity{{CoefficientName, k}, {"ratio", rho}, {"confidence", score}},
	}
	if o.Generalize && o.Alpha > 0 {
		e.Noise = open
	}
	return e
}

// coefficients returns rho and k for scores, all [M].
func (o *OGM) coefficients(score *graph.Node) (rho, k *graph.Node) {
	others := graph.DivScalar(graph.Sub(graph.ReduceAllSum(score), score), score.Shape().Size()-1)
	rho = graph.Div(score, graph.MaxScalar(others, 1e-8))
	ahead := graph.ConvertDType(graph.GreaterThan(rho, graph.OnesLike(rho)), rho.DType())
	return rho, graph.OneMinus(graph.Mul(ahead, graph.Tanh(graph.MulScalar(rho, o.Alpha))))
}

// addNoise adds noise of each encoder tensor's own gradient deviation, times
// amount, after scaling. unscaled holds the gradients before it.
func addNoise(g *Gradients, unscaled map[int]*graph.Node, amount *graph.Node) {
	specs := g.Step.Pass.Binding.Set.Specs()
	for _, i := range g.Params() {
		if specs[i].Group.Kind != param.Encoder {
			continue
		}
		grad := unscaled[i]
		mean := graph.ReduceAllMean(grad)
		deviation := graph.Sqrt(graph.ReduceAllMean(graph.Square(graph.Sub(grad, mean))))
		noise := g.Step.State("noise").In(specs[i].Name).Gaussian(grad.Shape())
		noise = graph.Mul(noise, graph.Mul(graph.AddScalar(deviation, 1e-8), amount))
		g.Set(i, graph.Add(g.Get(i), noise))
	}
}

func notNegative(method, setting string, value float64) error {
	if value < 0 {
		return fmt.Errorf("balance: %s: %s %g: must not be negative", method, setting, value)
	}
	return nil
}
