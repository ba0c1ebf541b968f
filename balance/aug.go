package balance

import (
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/layer"
	"cggm/network"
	"cggm/objective"
	"cggm/param"
)

// AUG evens out how well modalities can classify: it lets the classifier of the
// weakest one grow. Each batch updates the modalities one after another, every
// time training one encoder with its embeddings and the layer V that all share.
// With h_m the pooled features, n_m the number of layers added so far and
//
//	z_m^l = sum_{k<=l} d_m^k,  d_m^k = V ReLU(E_{m,k} h_m),  z_m = z_m^{n_m}
//
// a modality without added layers learns from L(z_m); one with n layers from
//
//	L(z_m) + L(z_m^{n-1}) + mean_i (1 - Residual q_i) (-log p_i)
//
// where p is what d_m^n alone predicts for the true class and q what z_m^{n-1}
// does, as a constant: the layer added last attends to what those before it get
// wrong, as in boosting. After the first epoch and then at about Checks equal
// intervals, the modality with the smallest s_m, its mean probability of the
// true class over the epoch, gets a layer if
//
//	mean_{j != m} s_j / s_m > Lambda + 0.01
//
// The model predicts the mean of the z_m of the modalities that a sample has;
// the fusion takes no part, and no setting is joint training. It treats
// modalities that a classifier of the same size serves badly, for
// classification with 2 modalities or more.
//
// Cost: as many updates per batch as modalities, each with one encoder. All
// layers that may be added exist from the start, and are computed, so that the
// optimizer knows them.
//
// Jiang, Huang and Yang, "Rethinking Multimodal Learning from the Perspective of
// Mitigating Classification Ability Disproportion", NeurIPS 2025, for two
// modalities; the mean over the others is ours. Public code creates layers
// after its optimizer, which therefore never trains them, selects on the test
// set, and weighs the modalities of every data set by hand, 0.4 and 0.6.
type AUG struct {
	// Lambda is how far the other modalities must be ahead of the weakest, as
	// a ratio, >= 0. Default 1; 0 adds a layer at every check.
	Lambda float64 `yaml:"lambda"`
	// Layers is the largest number of layers added to a modality, >= 0.
	// Default 4; 0 alternates between the modalities and nothing else.
	Layers int `yaml:"layers"`
	// Checks is the number of intervals after which a layer may be added, >= 1;
	// none is shorter than an epoch. Default 10.
	Checks int `yaml:"checks"`
	// Width is the width of the embeddings, >= 1. Default 256.
	Width int `yaml:"width"`
	// Residual is the share that a layer leaves to those before it, in [0,1].
	// Default 0.5.
	Residual float64 `yaml:"residual"`
}

// DefaultAUG returns AUG as published, with at most 4 layers.
func DefaultAUG() *AUG { return &AUG{Lambda: 1, Layers: 4, Checks: 10, Width: 256, Residual: .5} }

var (
	_ Method    = (*AUG)(nil)
	_ Validator = (*AUG)(nil)
	_ Phased    = (*AUG)(nil)
	_ Predictor = (*AUG)(nil)
	_ Scheduler = (*AUG)(nil)
)

// Traits declares phases, objective and prediction.
func (*AUG) Traits() Traits {
	return Traits{
		Takes: Objective | Phases | Prediction, Least: 2,
		Tasks: []objective.Task{objective.Classification},
		Why:   "its layers attend to the samples whose true class those before them find improbable",
	}
}

// Validate checks the ranges of the settings.
func (a *AUG) Validate() error {
	switch {
	case a.Layers < 0:
		return fmt.Errorf("balance: aug: layers %d: must not be negative", a.Layers)
	case a.Checks < 1:
		return fmt.Errorf("balance: aug: checks %d: must be 1 or more", a.Checks)
	case a.Width < 1:
		return fmt.Errorf("balance: aug: width %d: must be 1 or more", a.Width)
	case !(a.Residual >= 0 && a.Residual <= 1):
		return fmt.Errorf("balance: aug: residual %g: must be in [0,1]", a.Residual)
	}
	return notNegative("aug", "lambda", a.Lambda)
}

// PhaseCount returns one phase per modality.
func (*AUG) PhaseCount(modalities int) int { return modalities }

// Build trains the modality of the step's phase.
func (a *AUG) Build(s *Step) Effect {
	m := s.Phase
	z, before, last, grown := a.logits(s.Pass, m)
	present := columnsOf(s.Pass.Presence())[m]
	loss := s.Loss.Loss(z, s.Labels, present)
	state, n := s.State("aug"), s.Modalities()
	name := s.Pass.Model.Modalities[m].Name
	report := []Quantity{{"unimodal_loss/" + name, loss}, {"layers", layersOf(s.Pass)}}

	score, seen := state.Fixed("score", param.Zeros, n), state.Fixed("seen", param.Zeros, n)
	right := graph.ReduceAllSum(graph.Mul(chance(z, s.Labels), present))
	state.SetFixed("score", addAt(score, m, right))
	state.SetFixed("seen", addAt(seen, m, graph.ReduceAllSum(present)))
	e := Effect{
		Objective: loss, Report: report,
		Train: func(g param.Group) bool {
			return g.Kind == param.Head || (g.Kind.PerModality() && g.Modality == m)
		},
	}
	if a.Layers > 0 {
		more := graph.Add(s.Loss.Loss(before, s.Labels, present), boosted(last, before, s.Labels, present, a.Residual))
		e.Loss = graph.Mul(grown, more)
	}
	return e
}

// chance returns the probability of the true class, [batch].
func chance(logits, labels *graph.Node) *graph.Node {
	truth := graph.OneHot(labels, logits.Shape().Dimensions[1], logits.DType())
	return graph.ReduceSum(graph.Mul(graph.Softmax(logits, -1), truth), -1)
}

// addAt returns the vector with value added to element m.
func addAt(vector *graph.Node, m int, value *graph.Node) *graph.Node {
	at := make([]float32, vector.Shape().Size())
	at[m] = 1
	return graph.Add(vector, graph.Mul(graph.Const(vector.Graph(), at), graph.StopGradient(value)))
}

func layersOf(p *network.Pass) *graph.Node {
	return p.Binding.Scope(param.Group{Kind: param.State}).In("aug").Fixed("layers", param.Zeros, len(p.Inputs))
}

// logits returns what modality m predicts, what it does without the layer added
// last, that layer alone, and 1 where there is one, otherwise 0.
func (a *AUG) logits(p *network.Pass, m int) (z, before, last, grown *graph.Node) {
	own := p.Binding.Scope(param.Group{Kind: param.Encoder, Modality: m}).In("aug")
	shared := p.Binding.Scope(param.Group{Kind: param.Head}).In("aug")
	h := p.Feature(m).Pool()
	part := func(l int) *graph.Node {
		embedded := layer.ReLU(layer.Linear(own.At("embedding", l), h, a.Width, param.Glorot))
		return layer.Linear(shared, embedded, p.Model.Head.Outputs(), param.Glorot)
	}
	parts := make([]*graph.Node, 1+a.Layers)
	for l := range parts {
		parts[l] = part(l)
	}
	n := graph.Reshape(graph.Slice(layersOf(p), graph.AxisElem(m)))
	z, before, last = additive(parts, n)
	return z, before, last, above(n, .5)
}

// additive returns the sum of the first part and n of the others, the sum
// without the n-th of them, and that one alone (0 for n = 0: the two sums are
// the same then).
func additive(parts []*graph.Node, n *graph.Node) (z, before, last *graph.Node) {
	z, before, last = parts[0], parts[0], graph.ZerosLike(parts[0])
	for l, part := range parts[1:] {
		this, more := above(n, float64(l)+.5), above(n, float64(l)+1.5)
		z = graph.Add(z, graph.Mul(part, this))
		before = graph.Add(before, graph.Mul(part, more))
		last = graph.Add(last, graph.Mul(part, graph.Sub(this, more)))
	}
	return z, before, last
}

// above returns 1 where n exceeds the limit, otherwise 0.
func above(n *graph.Node, limit float64) *graph.Node {
	return graph.ConvertDType(graph.GreaterThan(n, graph.Scalar(n.Graph(), n.DType(), limit)), n.DType())
}

// Predict returns the mean of the modalities that each sample has.
func (a *AUG) Predict(p *network.Pass) (*graph.Node, []*graph.Node) {
	unimodal, parts := make([]*graph.Node, len(p.Inputs)), make([]*graph.Node, len(p.Inputs))
	for m, present := range columnsOf(p.Presence()) {
		unimodal[m], _, _, _ = a.logits(p, m)
		parts[m] = graph.Mul(unimodal[m], graph.InsertAxes(present, -1))
	}
	count := graph.ReduceAndKeep(p.Presence(), graph.ReduceSum, -1)
	return graph.Div(sum(parts), graph.MaxScalar(count, 1)), unimodal
}

// AfterEpoch adds a layer to the weakest modality when a check is due.
func (a *AUG) AfterEpoch(e *Epoch) error {
	names := []string{"score", "seen", "layers"}
	values := make(map[string][]float32)
	for _, name := range names {
		v, err := e.Values.Get("state/aug/" + name)
		if err != nil {
			return err
		}
		values[name] = v
	}
	if every := max(1, e.Epochs/a.Checks); e.Index == 0 || (e.Index+1)%every == 0 {
		a.grow(values["layers"], values["score"], values["seen"])
	}
	clear(values["score"])
	clear(values["seen"])
	for _, name := range names {
		if err := e.Values.Set("state/aug/"+name, values[name]); err != nil {
			return err
		}
	}
	return nil
}

// grow adds a layer to the weakest modality where the others are far enough
// ahead.
func (a *AUG) grow(layers, score, seen []float32) {
	means, total := make([]float64, len(score)), 0.
	for m := range means {
		means[m] = float64(score[m]) / max(float64(seen[m]), 1)
		total += means[m]
	}
	weakest := slices.Index(means, slices.Min(means))
	others := (total - means[weakest]) / float64(len(means)-1)
	if others > (a.Lambda+.01)*means[weakest] && int(layers[weakest]) < a.Layers {
		layers[weakest]++
	}
}
