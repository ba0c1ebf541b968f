package balance

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"

	"cggm/objective"
	"cggm/param"
)

// PMR is prototypical modal rebalance: it treats a modality that falls behind
// because the fused loss is already satisfied by another, and gives it a loss of
// its own that needs no extra classifier. Before every epoch the mean feature
// C_m[k] of each class k is measured on a share of the training set. With
//
//	sim_m[i,k] = -|h_m[i] - C_m[k]|,  sigma_m = mean_i softmax(sim_m[i])[y_i]
//	rho_m   = sigma_m / mean_{j != m} sigma_j
//	beta_m  = clip(1/rho_m - 1, 0, 1)     of the slow
//	gamma_m = clip(rho_m - 1, 0, 1)       of the fast
//	L = L_task + alpha sum_m beta_m CE(sim_m, y) - entropy sum_m gamma_m H(softmax(sim_m))
//
// h_m [batch, width] is the pooled feature, C_m [classes, width]; C_m is smoothed
// from epoch to epoch. Classes that the share lacks keep their prototype; those
// never seen take no part, nor do samples that lack the modality. The paper compares two modalities; the mean over the
// others is our generalisation.
//
// Cost: [batch, classes] distances per modality and step, and one evaluation of
// the share per epoch.
//
// Fan et al., "PMR: Prototypical Modal Rebalance for Multimodal Learning",
// CVPR 2023. The entropy penalty is the paper's; the authors' code leaves it
// out, and so does the default.
type PMR struct {
	// As is "paper" for the graded beta above, or "code" for the authors'
	// switch: 1 where rho_m is below 1, otherwise 0. Default paper.
	As string `yaml:"as"`
	// Alpha weights the prototypes' loss, >= 0. Default 1.
	Alpha float64 `yaml:"alpha"`
	// Entropy weights the penalty on the fast modalities, >= 0. Default 0.
	Entropy float64 `yaml:"entropy"`
	// Momentum is the share of the old prototypes that stays, in [0,1).
	// Default 0.2.
	Momentum float64 `yaml:"momentum"`
	// Share is the share of the training set that prototypes are measured on,
	// in (0,1]. Default 0.1.
	Share float64 `yaml:"share"`
	// Start and End, >= 0, bound the epochs of the extra losses, [Start, End);
	// End 0 is without end.
	Start int `yaml:"start"`
	End   int `yaml:"end"`
}

// DefaultPMR returns alpha 1, momentum 0.2 and a share of 0.1.
func DefaultPMR() *PMR { return &PMR{As: "paper", Alpha: 1, Momentum: .2, Share: .1} }

var (
	_ Method    = (*PMR)(nil)
	_ Validator = (*PMR)(nil)
	_ Preparer  = (*PMR)(nil)
)

// Traits declares what the method is defined for.
func (*PMR) Traits() Traits {
	return Traits{
		Least: 2, Tasks: []objective.Task{objective.Classification},
		Why: "its prototypes are the mean features of classes",
	}
}

// Validate checks the ranges of the settings.
func (p *PMR) Validate() error {
	switch {
	case p.As != "paper" && p.As != "code":
		return fmt.Errorf("balance: pmr: as %q: choose paper or code", p.As)
	case p.Alpha < 0 || p.Entropy < 0:
		return fmt.Errorf("balance: pmr: alpha %g, entropy %g: must not be negative", p.Alpha, p.Entropy)
	case !(p.Momentum >= 0 && p.Momentum < 1):
		return fmt.Errorf("balance: pmr: momentum %g: must be in [0,1)", p.Momentum)
	case !(p.Share > 0 && p.Share <= 1):
		return fmt.Errorf("balance: pmr: share %g: must be in (0,1]", p.Share)
	case p.Start < 0 || (p.End != 0 && p.End <= p.Start):
		return fmt.Errorf("balance: pmr: epochs [%d,%d): start must be 0 or more and end above it (0: without end)", p.Start, p.End)
	}
	return nil
}

func (p *PMR) off() bool { return p.Alpha == 0 && p.Entropy == 0 }

// BeforeEpoch measures the prototypes.
func (p *PMR) BeforeEpoch(e *Epoch) error {
	if p.off() || e.Index < p.Start || (p.End > 0 && e.Index >= p.End) {
		return nil
	}
	m := len(e.Modalities)
	seen, err := e.Look(Look{
		Name: "pmr/features", Part: Training, Samples: e.Choose(Training, p.Share),
		Build: func(s *Sight) []*graph.Node {
			out := []*graph.Node{s.Labels, s.Pass.Presence()}
			for i := range m {
				out = append(out, s.Pass.Feature(i).Pool())
			}
			return out
		},
	})
	if err != nil {
		return err
	}
	for i, features := range seen[2:] {
		labels := having(seen[0], seen[1], i)
		name := fmt.Sprintf("state/pmr/prototypes%d", i)
		old, err := e.Values.Get(name)
		if err != nil {
			return err
		}
		known, err := e.Values.Get(fmt.Sprintf("state/pmr/known%d", i))
		if err != nil {
			return err
		}
		prototypes(old, known, features, labels, float32(p.Momentum))
		if err := e.Values.Set(name, old); err != nil {
			return err
		}
		if err := e.Values.Set(fmt.Sprintf("state/pmr/known%d", i), known); err != nil {
			return err
		}
	}
	return nil
}

// having returns the labels [samples] with -1 for the samples that lack
// modality m; present is [samples, modalities].
func having(labels, present []float32, m int) []float32 {
	out, n := slices.Clone(labels), len(present)/len(labels)
	for i := range out {
		if present[i*n+m] == 0 {
			out[i] = -1
		}
	}
	return out
}

// prototypes moves the class means in c [classes, width] towards those of the
// given features; known [classes] marks the classes that have one. Samples of
// label -1 do not count.
func prototypes(c, known, features, labels []float32, momentum float32) {
	classes := len(known)
	width := len(c) / classes
	means, counts := make([]float64, len(c)), make([]float64, classes)
	for i, y := range labels {
		k := int(y)
		if k < 0 {
			continue
		}
		counts[k]++
		for j, v := range features[i*width : (i+1)*width] {
			means[k*width+j] += float64(v)
		}
	}
	for k, n := range counts {
		if n == 0 {
			continue
		}
		for j := k * width; j < (k+1)*width; j++ {
			now := float32(means[j] / n)
			if known[k] > 0 {
				now = (1-momentum)*now + momentum*c[j]
			}
			c[j] = now
		}
		known[k] = 1
	}
}

// Build adds the losses on the similarities to the prototypes.
func (p *PMR) Build(s *Step) Effect {
	if p.off() {
		return Effect{}
	}
	state, n := s.State("pmr"), s.Modalities()
	fused := s.Pass.Fused().Logits
	classes := fused.Shape().Dimensions[1]
	similarities, scores := make([]*graph.Node, n), make([]*graph.Node, n)
	truth := graph.OneHot(s.Labels, classes, fused.DType())
	weights := make([]*graph.Node, n) // 1 where a sample has the modality and its class a prototype, [batch]
	present := columnsOf(s.Pass.Presence())
	for i := range n {
		h := s.Pass.Feature(i).Pool()
		c := state.Fixed(fmt.Sprintf("prototypes%d", i), param.Zeros, classes, h.Shape().Dimensions[1])
		has := state.Fixed(fmt.Sprintf("known%d", i), param.Zeros, classes)
		similarities[i] = similarity(h, c, has)
		weights[i] = graph.Mul(present[i], graph.ReduceSum(graph.Mul(truth, graph.ExpandLeftToRank(has, 2)), -1))
		probability := graph.Softmax(graph.StopGradient(similarities[i]), -1)
		right := graph.ReduceSum(graph.Mul(probability, truth), -1)
		scores[i] = weighted(right, weights[i])
	}
	score := graph.Stack(scores, 0)
	slow, fast := p.grade(score)
	losses, penalties := make([]*graph.Node, n), make([]*graph.Node, n)
	for i, sim := range similarities {
		losses[i] = (objective.CrossEntropy{}).Loss(sim, s.Labels, weights[i])
		log := graph.LogSoftmax(sim, -1)
		penalties[i] = weighted(graph.ReduceSum(graph.Mul(graph.Exp(log), log), -1), weights[i])
	}
	extra := graph.MulScalar(graph.ReduceAllSum(graph.Mul(slow, graph.Stack(losses, 0))), p.Alpha)
	if p.Entropy > 0 {
		negative := graph.ReduceAllSum(graph.Mul(fast, graph.Stack(penalties, 0)))
		extra = graph.Add(extra, graph.MulScalar(negative, p.Entropy))
	}
	return Effect{
		Loss:   graph.Mul(extra, s.Open(p.Start, p.End)),
		Report: []Quantity{{"prototype_weight", slow}, {"prototype_score", score}, {"prototype_loss", graph.Stack(losses, 0)}},
	}
}

// weighted returns the mean of per [batch] under weights [batch], 0 where they
// are all 0.
func weighted(per, weights *graph.Node) *graph.Node {
	return graph.Div(graph.ReduceAllSum(graph.Mul(per, weights)), graph.MaxScalar(graph.ReduceAllSum(weights), 1e-8))
}

// similarity returns minus the distance of every h [batch, width] to every
// prototype c [classes, width]; far below all others for classes that has
// [classes] marks with 0.
func similarity(h, c, has *graph.Node) *graph.Node {
	squares := graph.Sub(
		graph.Add(graph.InsertAxes(graph.ReduceSum(graph.Square(h), 1), 1), graph.InsertAxes(graph.ReduceSum(graph.Square(c), 1), 0)),
		graph.MulScalar(graph.Einsum("bd,kd->bk", h, c), 2))
	// The floor keeps the root's gradient finite at a distance of 0.
	distance := graph.Sqrt(graph.MaxScalar(squares, 1e-8))
	absent := graph.ExpandLeftToRank(graph.MulScalar(graph.OneMinus(has), 1e6), 2)
	return graph.Neg(graph.Add(distance, absent))
}

// grade returns the weights of the slow and of the fast modalities, [M].
func (p *PMR) grade(score *graph.Node) (slow, fast *graph.Node) {
	score = graph.AddScalar(score, 1e-8)
	others := graph.DivScalar(graph.Sub(graph.ReduceAllSum(score), score), score.Shape().Size()-1)
	slow = graph.ClipScalar(graph.MinusOne(graph.Div(others, score)), 0, 1)
	fast = graph.ClipScalar(graph.MinusOne(graph.Div(score, others)), 0, 1)
	if p.As == "code" {
		slow = graph.ConvertDType(graph.LessThan(score, others), dtypes.Float32)
	}
	return slow, fast
}
