package balance

import (
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/objective"
	"cggm/param"
)

// LFM learns the gap between modalities: modalities fit labels at different
// speeds, so it fits them less at first and draws the modalities together
// instead. With a weight w in [0,1) that changes over the training,
//
//	L = (1-w) L_task(z) + w mean over pairs of A(a, b)
//
// Align chooses A. "divergence" is the Jensen-Shannon divergence of what two
// modalities predict alone, with m = (p_a + p_b)/2
//
//	A = mean_i [KL(p_a || m) + KL(p_b || m)] / 2
//
// "contrastive" asks which features of the batch belong to the same sample,
// with S_ij the cosine of the features of sample i in a and of j in b,
//
//	A = -mean_i [log softmax_j(S_ij/T)_i + log softmax_j(S_ji/T)_i] / 2
//
// and needs features of one width. Schedule chooses w: "constant" is Weight;
// "linear" goes from Weight to End; "poly" is the authors' polynomial of the
// epoch, fitted on CREMA-D, from 0.80 to 0.18, here over the whole training
// instead of over 150 epochs, within [0.05,0.95]; "learned" follows the loss H
// on a batch of samples that never enter the loss. A step of gradient descent
// with a larger w changes H by minus the inner product of two gradients, so
//
//	w <- clip(w + Rate 2^-floor(epoch/20) <grad H, grad A - grad L_task>, 0.05, 0.95)
//
// It treats modalities that converge at different rates, for tasks whose
// outputs are classes or labels, 2 modalities or more. Cost: the unimodal
// logits; learned: two more backward passes and the share of the training set
// that trainer.Options.Heldout sets aside.
//
// Yang et al., "Facilitating Multimodal Classification via Dynamically Learning
// Modality Gap", NeurIPS 2024, for two modalities: its contrastive term, and
// the divergence of its public code. That code takes the divergences the other
// way round, KL(m || p), which is no Jensen-Shannon divergence, doubles L,
// which is a matter of the learning rate, and learns w once per epoch from the
// first tensor of the model alone.
type LFM struct {
	// Align is "divergence" or "contrastive". Default divergence.
	Align string `yaml:"align"`
	// Schedule is "constant", "linear", "poly" or "learned". Default poly.
	Schedule string `yaml:"schedule"`
	// Weight is the alignment's share of the loss, in [0,1): the constant one,
	// or where linear and learned start, for learned in [0.05,0.95]. Default
	// 0.95; with a constant schedule 0 is joint training.
	Weight float64 `yaml:"weight"`
	// End is where the linear schedule ends, in [0,1). Default 0.05.
	End float64 `yaml:"end"`
	// Rate is the step of the learned schedule, >= 0. Default 0.01; with 0.001
	// twenty short epochs hardly move the weight.
	Rate float64 `yaml:"rate"`
	// Temperature divides the cosines of the contrastive alignment, > 0.
	// Default 0.1.
	Temperature float64 `yaml:"temperature"`
}

// DefaultLFM returns the divergence with the authors' schedule.
func DefaultLFM() *LFM {
	return &LFM{Align: "divergence", Schedule: "poly", Weight: .95, End: .05, Rate: 1e-2, Temperature: .1}
}

// lfmLeast and lfmMost bound the weights that are not set by hand.
const lfmLeast, lfmMost = .05, .95

var (
	_ Method    = (*LFM)(nil)
	_ Validator = (*LFM)(nil)
)

// Traits declares the objective and, where the weight is learned, the samples
// that it is learned from.
func (l *LFM) Traits() Traits {
	t := Traits{Takes: Objective, Least: 2}
	if l.Align != "contrastive" {
		t.Tasks = []objective.Task{objective.Classification, objective.MultiLabel, objective.Dense}
		t.Why = "the divergence compares predicted probabilities: set align to contrastive for regression"
	}
	if l.Schedule == "learned" {
		t.Takes |= Edit // it reads gradients, which must be those of its own loss
		t.Heldout = true
	}
	return t
}

// Validate checks the names and the ranges of the settings.
func (l *LFM) Validate() error {
	share := func(v float64) bool { return v >= 0 && v < 1 }
	switch {
	case !slices.Contains([]string{"divergence", "contrastive"}, l.Align):
		return fmt.Errorf("balance: lfm: align %q: choose divergence or contrastive", l.Align)
	case !slices.Contains([]string{"constant", "linear", "poly", "learned"}, l.Schedule):
		return fmt.Errorf("balance: lfm: schedule %q: choose constant, linear, poly or learned", l.Schedule)
	case !share(l.Weight) || !share(l.End):
		return fmt.Errorf("balance: lfm: weight %g, end %g: must be in [0,1)", l.Weight, l.End)
	case l.Schedule == "learned" && (l.Weight < lfmLeast || l.Weight > lfmMost):
		return fmt.Errorf("balance: lfm: weight %g: a learned weight starts in [%g,%g]", l.Weight, lfmLeast, lfmMost)
	case !(l.Temperature > 0):
		return fmt.Errorf("balance: lfm: temperature %g: must be above 0", l.Temperature)
	}
	return notNegative("lfm", "rate", l.Rate)
}

// Build moves a share of the loss to the alignment.
func (l *LFM) Build(s *Step) Effect {
	if l.Schedule == "constant" && l.Weight == 0 {
		return Effect{}
	}
	gap, weight := l.gap(s), l.weight(s)
	e := Effect{
		// Written as an addition so that the loss that is recorded stays that
		// of the task, whatever its share.
		Loss:   graph.Mul(weight, graph.Sub(gap, s.TaskLoss())),
		Report: []Quantity{{"alignment", gap}, {"alignment_weight", weight}},
	}
	if l.Schedule == "learned" {
		held := s.Loss.Loss(s.Heldout.Fused().Logits, s.HeldoutLabels, nil)
		e.Edit = func(g *Gradients) { l.learn(s, g, weight, gap, held) }
	}
	return e
}

// weight returns the alignment's share of the loss in this step.
func (l *LFM) weight(s *Step) *graph.Node {
	through := graph.DivScalar(s.Epoch, max(1, s.Epochs-1)) // 0 in the first epoch, 1 in the last
	switch l.Schedule {
	case "linear":
		return graph.AddScalar(graph.MulScalar(through, l.End-l.Weight), l.Weight)
	case "poly":
		return polynomial(graph.MulScalar(through, 150))
	case "learned":
		return s.State("lfm").Fixed("weight", param.Constant(float32(l.Weight)))
	}
	return graph.Scalar(s.Graph(), s.Epoch.DType(), l.Weight)
}

// polynomial returns the authors' weight at epoch e in [0,150].
func polynomial(e *graph.Node) *graph.Node {
	e = graph.ClipScalar(e, 0, 150)
	task := graph.ScalarZero(e.Graph(), e.DType())
	for _, c := range []float64{-5.397e-11, 2.238e-8, -2.929e-6, 1.230e-4, 3.355e-3, .2046} {
		task = graph.AddScalar(graph.Mul(task, e), c)
	}
	return graph.ClipScalar(graph.OneMinus(task), lfmLeast, lfmMost)
}

// learn moves the weight to where the held-out loss falls.
func (l *LFM) learn(s *Step, g *Gradients, weight, gap, held *graph.Node) {
	product := graph.ScalarZero(s.Graph(), dtypes.Float32)
	align, out := g.Of(gap, g.Params()), g.Of(held, g.Params())
	for k, i := range g.Params() {
		// The gradient of the loss is (1-w) task + w align: align - loss is
		// 1-w times align - task.
		product = graph.Add(product, graph.ReduceAllSum(graph.Mul(out[k], graph.Sub(align[k], g.Get(i)))))
	}
	product = graph.Div(product, graph.OneMinus(weight))
	halvings := graph.Floor(graph.DivScalar(s.Epoch, 20))
	rate := graph.MulScalar(graph.Exp(graph.MulScalar(halvings, -math.Ln2)), l.Rate)
	next := graph.ClipScalar(graph.Add(weight, graph.Mul(rate, product)), lfmLeast, lfmMost)
	s.State("lfm").SetFixed("weight", next)
}

// gap returns the mean of A over all pairs.
func (l *LFM) gap(s *Step) *graph.Node {
	present := columnsOf(s.Pass.Presence())
	var pairs []*graph.Node
	for b := range s.Modalities() {
		for a := range b {
			both := graph.Mul(present[a], present[b])
			if l.Align == "contrastive" {
				pairs = append(pairs, contrast(alignable(s, a), alignable(s, b), both, l.Temperature))
				continue
			}
			per := jensenShannon(logChances(s.Pass.Unimodal(a), s.Task), logChances(s.Pass.Unimodal(b), s.Task))
			pairs = append(pairs, weighted(perSample(per), both))
		}
	}
	return graph.DivScalar(sum(pairs), len(pairs))
}

// alignable returns the features of a modality, [batch, width], the same width
// for all.
func alignable(s *Step, m int) *graph.Node {
	width, first := s.Pass.Feature(m).Width(), s.Pass.Feature(0).Width()
	if width != first {
		names := s.Pass.Model.Names()
		exceptions.Panicf("balance: lfm: contrastive alignment needs features of one width: %s has %d, %s has %d: set the encoders' widths alike, or align by divergence",
			names[0], first, names[m], width)
	}
	return s.Pass.Feature(m).Pool()
}

// logChances returns the log-probabilities of the outcomes of every prediction
// over the last axis: of the classes, or of a label's being there or not.
func logChances(logits *graph.Node, task objective.Task) *graph.Node {
	if task == objective.MultiLabel {
		logits = graph.Stack([]*graph.Node{logits, graph.ZerosLike(logits)}, -1)
	}
	return graph.LogSoftmax(logits, -1)
}

// jensenShannon returns the divergence of two distributions over the last
// axis, given as log-probabilities.
func jensenShannon(a, b *graph.Node) *graph.Node {
	// log((p_a + p_b)/2) from the logarithms: no probability underflows.
	top := graph.StopGradient(graph.Max(a, b))
	mid := graph.Add(top, graph.Log(graph.MulScalar(graph.Add(graph.Exp(graph.Sub(a, top)), graph.Exp(graph.Sub(b, top))), .5)))
	kl := func(p *graph.Node) *graph.Node {
		return graph.ReduceSum(graph.Mul(graph.Exp(p), graph.Sub(p, mid)), -1)
	}
	return graph.MulScalar(graph.Add(kl(a), kl(b)), .5)
}

// perSample returns the mean of [batch, ...] over all axes but the first.
func perSample(values *graph.Node) *graph.Node {
	n := values.Shape().Dimensions[0]
	return graph.ReduceMean(graph.Reshape(values, n, values.Shape().Size()/n), -1)
}

// contrast returns the contrastive loss of features [batch, width] whose rows
// belong together; weights [batch] is 0 for samples that take no part.
func contrast(a, b, weights *graph.Node, temperature float64) *graph.Node {
	unit := func(x *graph.Node) *graph.Node {
		squares := graph.ReduceAndKeep(graph.Square(x), graph.ReduceSum, -1)
		return graph.Div(x, graph.Sqrt(graph.MaxScalar(squares, 1e-12)))
	}
	n := a.Shape().Dimensions[0]
	s := graph.DivScalar(graph.Einsum("id,jd->ij", unit(a), unit(b)), temperature)
	absent := graph.ExpandLeftToRank(graph.MulScalar(graph.OneMinus(weights), -1e6), 2)
	pairs := graph.ConvertDType(graph.Diagonal(a.Graph(), n), s.DType())
	own := func(s *graph.Node) *graph.Node {
		return graph.ReduceSum(graph.Mul(graph.LogSoftmax(graph.Add(s, absent), -1), pairs), -1)
	}
	both := graph.Add(own(s), own(graph.Transpose(s, 0, 1)))
	return graph.MulScalar(weighted(both, weights), -.5)
}
