package balance

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/objective"
)

// ARL is asymmetric representation learning: modalities should not be levelled,
// but learn in proportion to what they can tell. On L = L_task(z) + Gamma
// sum_m L_task(z_m), with the entropy H_m of modality m's prediction, at least
// 0.3, and the size A_m = sum_k mean_i |z_m|,
//
//	w_m = (1/H_m) / sum_j 1/H_j      a_m = A_m / sum_j A_j
//	k   = M softmax_m(T (1-a_m) w_m)
//
// and encoder m's gradient is multiplied by k_m from epoch Start on. Cost: the
// unimodal logits. T is 8 in the paper.
//
// Wei et al., "Improving Multimodal Learning via Imbalanced Learning", ICCV
// 2025, arXiv 2507.10203. For two modalities 1-a_m is the other one's share, as in the
// paper; for more it is the share of all others. For maps each position counts as
// a sample. The factor M keeps the mean
// of the coefficients at 1: without it the method would cut the learning rate
// too. The authors' public script computes the coefficients and never uses
// them.
type ARL struct {
	// Gamma weights the unimodal losses, >= 0. Default 1.
	Gamma float64 `yaml:"gamma"`
	// Temperature is T, >= 0; 0 leaves the gradients alone. Default 8.
	Temperature float64 `yaml:"temperature"`
	// Start is the first epoch of modulation, >= 0. Default 5.
	Start int `yaml:"start"`
}

// DefaultARL returns gamma 1, temperature 8, from epoch 5 on.
func DefaultARL() *ARL { return &ARL{Gamma: 1, Temperature: 8, Start: 5} }

var _ Method = (*ARL)(nil)

// Traits declares the scale.
func (*ARL) Traits() Traits {
	return Traits{
		Takes: Scale, Least: 2, Tasks: []objective.Task{objective.Classification, objective.Dense},
		Why: "it measures the entropy of class probabilities",
	}
}

// Validate checks the ranges of the settings.
func (a *ARL) Validate() error {
	if a.Start < 0 {
		return fmt.Errorf("balance: arl: start %d: must not be negative", a.Start)
	}
	if err := notNegative("arl", "gamma", a.Gamma); err != nil {
		return err
	}
	return notNegative("arl", "temperature", a.Temperature)
}

// Build adds the losses and the coefficients.
func (a *ARL) Build(s *Step) Effect {
	var e Effect
	if a.Gamma > 0 {
		total := unimodalLoss(s)
		e.Loss = graph.MulScalar(total, a.Gamma)
		e.Report = append(e.Report, Quantity{"unimodal_loss", total})
	}
	if a.Temperature == 0 {
		return e
	}
	var entropies, sizes []*graph.Node
	for m := range s.Modalities() {
		h, size := readiness(graph.StopGradient(s.Pass.Unimodal(m)))
		entropies, sizes = append(entropies, h), append(sizes, size)
	}
	k := a.coefficients(graph.Stack(entropies, 0), graph.Stack(sizes, 0))
	open := s.Open(a.Start, 0)
	k = graph.Add(graph.Mul(open, k), graph.Sub(graph.OnesLike(k), open))
	e.Scale = split(k)
	e.Report = append(e.Report, Quantity{CoefficientName, k})
	return e
}

// readiness returns the mean entropy of the predictions of logits, [batch, ...,
// classes], and the sum over the classes of their mean size.
func readiness(z *graph.Node) (entropy, size *graph.Node) {
	log := graph.LogSoftmax(z, -1)
	entropy = graph.Neg(graph.ReduceAllMean(graph.ReduceSum(graph.Mul(graph.Exp(log), log), -1)))
	rows := graph.Reshape(z, -1, z.Shape().Dimensions[z.Rank()-1])
	return entropy, graph.ReduceAllSum(graph.ReduceMean(graph.Abs(rows), 0))
}

// coefficients returns k for entropies and sizes, [modalities].
func (a *ARL) coefficients(entropies, sizes *graph.Node) *graph.Node {
	n := entropies.Shape().Dimensions[0]
	w := graph.Reciprocal(graph.Max(entropies, graph.Scalar(entropies.Graph(), entropies.DType(), .3)))
	w = graph.Div(w, graph.ReduceAllSum(w))
	share := graph.Div(sizes, graph.AddScalar(graph.ReduceAllSum(sizes), 1e-8))
	return graph.MulScalar(graph.Softmax(graph.MulScalar(graph.Mul(graph.OneMinus(share), w), a.Temperature), -1), float64(n))
}
