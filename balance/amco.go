package balance

import (
	"fmt"
	"math"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"cggm/feature"
	"cggm/objective"
	"cggm/param"
)

// AMCo is adaptive mask co-optimisation: it takes away the vote of dominant
// modalities on some classes, on more of them as training goes on, while every
// modality also learns alone. With z_m modality m's logits, K classes and q the
// softmax over all M K of a sample's logits, the set of dominant modalities is
//
//	D = {m: mean_i sum_k q_m,i,k > 1/M + Margin}
//
// of the batch before, at first none. With e the epoch from 0 and b the share of
// its batches already done, a batch draws floor(p K) classes at random,
//
//	p = sin(pi/2 min(1, l/Ramp)),  l = Pace e b
//
// for which the logits z' are those of the model with the features of all of D
// at 0; for the others they are z. The loss is
//
//	L_task(z') + Weight sum_m L_task(z_m)
//
// for any number of modalities and any fusion; for maps a position takes the
// place of a sample. Modalities that a sample lacks do not count in its z_m
// terms. As masses sum to 1, D never holds all modalities. Cost: unimodal
// logits and one more pass of the fusion.
//
// Zhou et al., "Adaptive Mask Co-Optimization for Modal Dependence in Multimodal
// Learning", ICASSP 2023. Public code calls a modality dominant from a mass of
// 1/2 on, which says nothing for three or more, lets l grow by e/10 per batch,
// so that three batches of the second epoch mask all classes, and has a linear
// layer from classes to classes behind the sum, left out here so that the model
// is that of joint training.
type AMCo struct {
	// Margin is by how much a dominant modality's mass exceeds its even share,
	// in [0,1). Default 0.
	Margin float64 `yaml:"margin"`
	// Pace is how fast masking grows from epoch to epoch, >= 0. Default 0.1; 0
	// masks nothing.
	Pace float64 `yaml:"pace"`
	// Ramp is the l from which on all classes are masked, > 0. Default 0.3.
	Ramp float64 `yaml:"ramp"`
	// Weight weights the losses of the modalities alone, >= 0. Default 1; with
	// 0 and pace 0 the method is joint training.
	Weight float64 `yaml:"weight"`
}

// DefaultAMCo returns the published ramp and weight, and no margin.
func DefaultAMCo() *AMCo { return &AMCo{Pace: .1, Ramp: .3, Weight: 1} }

var (
	_ Method    = (*AMCo)(nil)
	_ Validator = (*AMCo)(nil)
)

// Traits declares the objective.
func (*AMCo) Traits() Traits {
	return Traits{
		Takes: Objective, Least: 2,
		Tasks: []objective.Task{objective.Classification, objective.Dense},
		Why:   "it masks classes and weighs modalities by their share of the class probabilities",
	}
}

// Validate checks the ranges of the settings.
func (a *AMCo) Validate() error {
	switch {
	case !(a.Margin >= 0 && a.Margin < 1):
		return fmt.Errorf("balance: amco: margin %g: must be in [0,1)", a.Margin)
	case !(a.Ramp > 0):
		return fmt.Errorf("balance: amco: ramp %g: must be positive", a.Ramp)
	case a.Pace < 0:
		return fmt.Errorf("balance: amco: pace %g: must not be negative", a.Pace)
	}
	return notNegative("amco", "weight", a.Weight)
}

// Build replaces the objective by the loss of the masked logits and adds those
// of the modalities.
func (a *AMCo) Build(s *Step) Effect {
	var e Effect
	if a.Weight == 0 && a.Pace == 0 {
		return e
	}
	alone := make([]*graph.Node, s.Modalities())
	for m := range alone {
		alone[m] = s.Pass.Unimodal(m)
	}
	if a.Weight > 0 {
		losses := make([]*graph.Node, len(alone))
		for m, present := range columnsOf(s.Pass.Presence()) {
			losses[m] = s.Loss.Loss(alone[m], s.Labels, present)
		}
		e.Loss = graph.MulScalar(sum(losses), a.Weight)
	}
	if a.Pace > 0 {
		share := masses(alone)
		state := s.State("amco")
		dominant := state.Fixed("dominant", param.Zeros, len(alone))
		state.SetFixed("dominant", a.dominant(share))
		classes := s.Pass.Model.Head.Outputs()
		masked := masking(a.count(s.Epoch, s.Progress, classes), state.Uniform(shapes.Make(share.DType(), classes)))
		e.Objective = s.Of(without(s, dominant, masked))
		e.Report = []Quantity{{"mass", share}, {"dominant", dominant}, {"masked", graph.ReduceAllMean(masked)}}
	}
	return e
}

// without returns the logits of the model in which the dominant modalities have
// no say about the masked classes.
func without(s *Step, dominant, masked *graph.Node) *graph.Node {
	z := s.Pass.Fused().Logits
	features := make([]feature.Feature, s.Modalities())
	for m, out := range split(dominant) {
		f := s.Pass.Feature(m)
		features[m] = feature.Feature{Value: graph.Mul(f.Value, graph.OneMinus(out)), Mask: f.Mask}
	}
	rest := s.Pass.Fuse(features, false).Logits
	hidden := graph.GreaterThan(masked, graph.ZerosLike(masked))
	return graph.Where(graph.BroadcastToDims(graph.ExpandLeftToRank(hidden, z.Rank()), z.Shape().Dimensions...), rest, z)
}

// masses returns each modality's mean share of the softmax over all logits
// [..., classes], as a constant [modalities].
func masses(logits []*graph.Node) *graph.Node {
	all := graph.StopGradient(graph.Concatenate(logits, -1))
	classes := logits[0].Shape().Dimensions[logits[0].Rank()-1]
	q := graph.Reshape(graph.Softmax(all, -1), -1, len(logits), classes)
	return graph.ReduceMean(graph.ReduceSum(q, -1), 0)
}

// dominant returns 1 for modalities whose mass exceeds the limit, else 0.
func (a *AMCo) dominant(mass *graph.Node) *graph.Node {
	return above(mass, 1/float64(mass.Shape().Dimensions[0])+a.Margin)
}

// count returns the number of classes to mask.
func (a *AMCo) count(epoch, progress *graph.Node, classes int) *graph.Node {
	l := graph.MulScalar(graph.Mul(epoch, progress), a.Pace/a.Ramp)
	p := graph.Sin(graph.MulScalar(graph.MinScalar(l, 1), math.Pi/2))
	// The slack keeps products that are whole numbers on their side.
	return graph.Floor(graph.AddScalar(graph.MulScalar(p, float64(classes)), 1e-4))
}

// masking returns 1 for the count smallest of the numbers u [classes], the first
// of equal ones before the others, and 0 elsewhere.
func masking(count, u *graph.Node) *graph.Node {
	n := u.Shape().Dimensions[0]
	grid := func(axis int) *graph.Node { return graph.Iota(u.Graph(), shapes.Make(u.DType(), n, n), axis) }
	mine := graph.BroadcastToDims(graph.Reshape(u, n, 1), n, n)
	other := graph.BroadcastToDims(graph.Reshape(u, 1, n), n, n)
	before := graph.LogicalOr(graph.LessThan(other, mine),
		graph.LogicalAnd(graph.Equal(other, mine), graph.LessThan(grid(1), grid(0))))
	rank := graph.ReduceSum(graph.ConvertDType(before, u.DType()), -1)
	return graph.ConvertDType(graph.LessThan(rank, graph.BroadcastToShape(count, rank.Shape())), u.DType())
}
