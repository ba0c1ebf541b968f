package balance

import (
	"fmt"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"cggm/feature"
	"cggm/objective"
)

// OPM is on-the-fly prediction modulation: it takes the features of the
// modalities whose own predictions are ahead away from some samples, so that the
// others have to learn to do without them. With s_m the summed probability of
// the true class under modality m's logits, d_m the width of its features h_m
// and
//
//	rho_m = s_m / mean_{j != m} s_j
//	q_m   = min(1, Rate (1 + Strength tanh(rho_m - 1))) if rho_m > 1, else 0
//	theta = sum_m d_m q_m / sum_m d_m
//
// a batch is, with probability Chance, fused from
//
//	b_m,i h_m,i / (1 - theta),  b_m,i = 1 with probability 1 - q_m, else 0
//
// and otherwise from h_m. All q_m come from the scores before anything is
// dropped. A sample left without any modality does not count in the loss. From
// epoch Warmup on; evaluation uses all modalities as they are. The paper defines
// rho for two modalities; the mean over the others is our generalisation, with
// which at least one modality of every batch is untouched. For any fusion; for
// maps, s_m sums over all positions. Cost: the unimodal logits.
//
// Wei et al., "On-the-fly Modulation for Balanced Multimodal Learning", TPAMI
// 2024. Public code divides the score of the first modality before the second
// is compared with it, has no loss before its first epoch of modulation, and
// scores dropped samples against labels that it kept.
type OPM struct {
	// Rate is the probability of dropping a modality that is barely ahead, in
	// [0,1]. Default 0.5; 0 is joint training.
	Rate float64 `yaml:"rate"`
	// Strength is by how much, relative to Rate, the probability grows with the
	// lead, >= 0. Default 0.5.
	Strength float64 `yaml:"strength"`
	// Chance is the share of batches to modulate, in [0,1]. Default 0.7; 0 is
	// joint training.
	Chance float64 `yaml:"chance"`
	// Warmup is the number of epochs of joint training first, >= 0. Default 5.
	Warmup int `yaml:"warmup"`
}

// DefaultOPM returns the published settings.
func DefaultOPM() *OPM { return &OPM{Rate: .5, Strength: .5, Chance: .7, Warmup: 5} }

var (
	_ Method    = (*OPM)(nil)
	_ Validator = (*OPM)(nil)
)

// Traits declares the objective.
func (*OPM) Traits() Traits {
	return Traits{
		Takes: Objective, Least: 2,
		Tasks: []objective.Task{objective.Classification, objective.Dense},
		Why:   "its score is the probability of the true class",
	}
}

// Validate checks the ranges of the settings.
func (o *OPM) Validate() error {
	switch {
	case !(o.Rate >= 0 && o.Rate <= 1):
		return fmt.Errorf("balance: opm: rate %g: must be in [0,1]", o.Rate)
	case !(o.Chance >= 0 && o.Chance <= 1):
		return fmt.Errorf("balance: opm: chance %g: must be in [0,1]", o.Chance)
	case o.Warmup < 0:
		return fmt.Errorf("balance: opm: warmup %d epochs: must not be negative", o.Warmup)
	}
	return notNegative("opm", "strength", o.Strength)
}

// Build replaces the objective by the loss on what is kept.
func (o *OPM) Build(s *Step) Effect {
	if o.Rate == 0 || o.Chance == 0 {
		return Effect{}
	}
	scores, widths := make([]*graph.Node, s.Modalities()), make([]float32, s.Modalities())
	for m := range scores {
		scores[m] = s.Confidence(m)
		widths[m] = float32(s.Pass.Feature(m).Width())
	}
	rho, q := o.rates(graph.Stack(scores, 0))
	state, presence := s.State("opm"), s.Pass.Presence()
	batch := state.In("batch").Uniform(shapes.Make(q.DType()))
	chosen := graph.ConvertDType(graph.LessThan(batch, graph.Scalar(s.Graph(), q.DType(), o.Chance)), q.DType())
	q = graph.Mul(q, graph.Mul(chosen, s.Open(o.Warmup, 0)))
	keep := kept(q, state.In("sample").Uniform(presence.Shape()))
	grow := graph.Reciprocal(graph.OneMinus(dropped(q, widths)))

	features := make([]feature.Feature, s.Modalities())
	for m, column := range columnsOf(keep) {
		f := s.Pass.Feature(m)
		features[m] = feature.Feature{Value: graph.Mul(f.Value, overSamples(graph.Mul(column, grow), f.Value)), Mask: f.Mask}
	}
	counts := graph.ReduceMax(graph.Mul(keep, presence), -1)
	return Effect{
		Objective: s.Loss.Loss(s.Pass.Fuse(features, false).Logits, s.Labels, counts),
		Report:    []Quantity{{"ratio", rho}, {"drop", q}},
	}
}

// rates returns each modality's lead over the others and the probability of
// dropping it, for scores [modalities].
func (o *OPM) rates(score *graph.Node) (rho, q *graph.Node) {
	others := graph.DivScalar(graph.Sub(graph.ReduceAllSum(score), score), score.Shape().Dimensions[0]-1)
	rho = graph.Div(score, graph.MaxScalar(others, 1e-8))
	lead := graph.AddScalar(rho, -1)
	q = graph.MulScalar(graph.OnePlus(graph.MulScalar(graph.Tanh(lead), o.Strength)), o.Rate)
	return rho, graph.Where(graph.GreaterThan(lead, graph.ZerosLike(lead)), graph.MinScalar(q, 1), graph.ZerosLike(q))
}

// kept returns 1 where a number of u [batch, modalities], uniform in [0,1),
// reaches the modality's probability of being dropped, else 0.
func kept(q, u *graph.Node) *graph.Node {
	limit := graph.BroadcastToShape(graph.InsertAxes(q, 0), u.Shape())
	return graph.ConvertDType(graph.GreaterOrEqual(u, limit), u.DType())
}

// dropped returns the share of all features that is dropped on average.
func dropped(q *graph.Node, widths []float32) *graph.Node {
	width := graph.Const(q.Graph(), widths)
	return graph.Div(graph.ReduceAllSum(graph.Mul(q, width)), graph.ReduceAllSum(width))
}

// overSamples gives a factor per sample the rank of x, [batch, ...].
func overSamples(factor, x *graph.Node) *graph.Node {
	for factor.Rank() < x.Rank() {
		factor = graph.InsertAxes(factor, -1)
	}
	return factor
}
