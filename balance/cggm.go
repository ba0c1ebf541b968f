package balance

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"cggm/head"
	"cggm/param"
)

// CGGM is Classifier-guided Gradient Modulation. It treats the case that the
// modality which learns fastest leaves the others under-trained, whatever the
// number of modalities M, the loss, or the task.
//
// A small classifier f_m watches the detached features of every modality m.
// With eps_m the quality of its predictions on this batch, d_m the change of
// eps_m since the step before, and D = sum d_k:
//
//	B_m  = rho (D - d_m) / D              multiplies encoder m's gradient
//	L_gm = 1/M sum(|B_m| - B_m cos_m)     is added to the task loss, times lambda
//
// where cos_m is the cosine between the gradients of f_m's last layer and of
// the model's last layer. |D| < 1e-6 gives every modality rho (M-1)/M, the
// value for equal d. A single modality is left alone (B = 1).
//
// Since sum B = rho (M-1), CGGM also changes the overall step size, and B
// grows without bound as D approaches 0, the usual state late in training;
// Clamp, EMA and Normalize are there to study that and are off by default.
// Optimizers that normalise the gradient, such as Adam, nearly cancel a
// constant scale.
//
// Cost: M forward and backward passes of the classifiers, and the gradient of
// L_gm through the model.
//
// Guo et al., "Classifier-guided Gradient Modulation for Enhanced Multimodal
// Learning", NeurIPS 2024, arXiv 2411.01409.
type CGGM struct {
	// Variant is "paper", or "reference" for what the authors' public code
	// does: cosines of the last layers' weights instead of their gradients,
	// coefficients without rho in L_gm, D guarded by +1e-8 only, and L_gm
	// entering the loss one step late; or "robust": the paper's with EMA .98,
	// Clamp 2 and Normalize, where EMA and Clamp above 0 count instead, and B
	// multiplying learning rates instead of gradients. In five of six comparisons
	// it was significantly better than the paper's setting, in none than joint
	// training (docs/results/cggm-variants.md). Default paper.
	Variant string `yaml:"variant"`
	// Rho scales the coefficients, > 0. Default 1.3.
	Rho float64 `yaml:"rho"`
	// Lambda weights L_gm, >= 0. Default 0.2.
	Lambda float64 `yaml:"lambda"`
	// Magnitude switches the scaling of the encoders' gradients. Default true.
	Magnitude bool `yaml:"magnitude"`
	// Direction switches L_gm. Default true.
	Direction bool `yaml:"direction"`
	// Through says what L_gm trains: "all", "fusion" (not the encoders) or
	// "head" (only the layers of the head's last layer). Variant paper only.
	// Default all.
	Through string `yaml:"through"`
	// Signal is the batch that eps is measured on: "batch", or "heldout" for
	// samples that never enter the loss. Default batch.
	Signal string `yaml:"signal"`
	// EMA is the decay of a moving average of eps, in [0,1); 0 is off.
	EMA float64 `yaml:"ema"`
	// Clamp, >= 0, bounds B to [0, Clamp]; 0 is off.
	Clamp float64 `yaml:"clamp"`
	// Normalize divides B by its mean, so that the mean is 1.
	Normalize bool `yaml:"normalize"`
	// Warmup is the number of epochs of joint training before modulation, >= 0.
	Warmup int `yaml:"warmup"`
}

// DefaultCGGM returns the paper's settings for CMU-MOSI and IEMOCAP.
func DefaultCGGM() *CGGM {
	return &CGGM{
		Variant: "paper", Rho: 1.3, Lambda: 0.2, Magnitude: true, Direction: true,
		Through: "all", Signal: "batch",
	}
}

var (
	_ Method    = (*CGGM)(nil)
	_ Validator = (*CGGM)(nil)
)

// Traits declares the encoder scale, and the edit of the reference variant.
func (c *CGGM) Traits() Traits {
	t := Traits{Classifiers: true, Heldout: c.Signal == "heldout"}
	if c.Magnitude {
		t.Takes |= Scale
	}
	return t
}

// Validate checks the ranges of the settings.
func (c *CGGM) Validate() error {
	choice := func(name, value string, valid ...string) error {
		if !slices.Contains(valid, value) {
			return fmt.Errorf("balance: cggm: %s %q: choose one of %q", name, value, valid)
		}
		return nil
	}
	for _, err := range []error{
		choice("variant", c.Variant, "paper", "reference", "robust"),
		choice("through", c.Through, "all", "fusion", "head"),
		choice("signal", c.Signal, "batch", "heldout"),
	} {
		if err != nil {
			return err
		}
	}
	switch {
	case c.Rho <= 0:
		return fmt.Errorf("balance: cggm: rho %g: must be above 0", c.Rho)
	case c.Lambda < 0:
		return fmt.Errorf("balance: cggm: lambda %g: must not be negative", c.Lambda)
	case c.EMA < 0 || c.EMA >= 1:
		return fmt.Errorf("balance: cggm: ema %g: must be in [0,1)", c.EMA)
	case c.Clamp < 0:
		return fmt.Errorf("balance: cggm: clamp %g: must not be negative (0 is off)", c.Clamp)
	case c.Warmup < 0:
		return fmt.Errorf("balance: cggm: warmup %d epochs: must not be negative", c.Warmup)
	}
	return nil
}

// resolved returns the settings with those that the variant stands for.
func (c *CGGM) resolved() *CGGM {
	if c.Variant != "robust" {
		return c
	}
	r := *c
	if r.EMA == 0 {
		r.EMA = .98
	}
	if r.Clamp == 0 {
		r.Clamp = 2
	}
	r.Normalize = true
	return &r
}

// Build adds classifiers, coefficients and L_gm to the step.
func (c *CGGM) Build(s *Step) Effect {
	c = c.resolved()
	m := s.Modalities()
	outputs := make([]head.Output, m)
	losses := make([]*graph.Node, m)
	for i := range m {
		outputs[i] = s.Pass.Classifier(i)
		losses[i] = s.Of(outputs[i].Logits)
	}
	total := sum(losses)

	eps, d := c.progress(s)
	b := c.coefficients(d)
	cos := c.cosines(s, outputs, losses)
	open := s.Open(c.Warmup, 0)

	e := Effect{Loss: total}
	e.Report = []Quantity{
		{"epsilon", eps}, {"delta", d}, {CoefficientName, b}, {"cos", cos}, {"classifier_loss", total},
	}
	if c.Magnitude {
		scale := blend(open, b)
		e.Scale, e.ByRate = split(scale), c.Variant == "robust"
	}
	if !c.Direction {
		return e
	}
	weight := b
	if c.Variant == "reference" {
		weight = graph.DivScalar(b, c.Rho)
	}
	gm := graph.ReduceAllMean(graph.Sub(graph.Abs(weight), graph.Mul(weight, cos)))
	e.Report = append(e.Report, Quantity{"l_gm", gm})
	if c.Variant == "reference" {
		e.Edit = c.pull(s, gm, open)
	} else {
		e.Loss = graph.Add(e.Loss, graph.Mul(graph.MulScalar(gm, c.Lambda), open))
	}
	return e
}

// progress returns eps and its change since the last step, both [M].
func (c *CGGM) progress(s *Step) (eps, d *graph.Node) {
	m := s.Modalities()
	pass, labels := s.Pass, s.Labels
	if c.Signal == "heldout" {
		pass, labels = s.Heldout, s.HeldoutLabels
	}
	values := make([]*graph.Node, m)
	for i := range m {
		values[i] = s.Signal.Signal(pass.Classifier(i).Logits, labels)
	}
	eps = graph.StopGradient(graph.Stack(values, 0))
	state := s.State("cggm")
	before := state.Fixed("epsilon", param.Zeros, m)
	now := eps
	if c.EMA > 0 {
		now = graph.Add(graph.MulScalar(before, c.EMA), graph.MulScalar(eps, 1-c.EMA))
	}
	state.SetFixed("epsilon", now)
	return eps, graph.Sub(now, before)
}

// coefficients returns B of shape [M] from the changes d of shape [M].
func (c *CGGM) coefficients(d *graph.Node) *graph.Node {
	m := d.Shape().Dimensions[0]
	if m == 1 {
		return graph.OnesLike(d)
	}
	all := graph.ReduceAllSum(d)
	rest := graph.Sub(all, d)
	var b *graph.Node
	if c.Variant == "reference" {
		b = graph.MulScalar(graph.Div(rest, graph.AddScalar(all, 1e-8)), c.Rho)
	} else {
		still := graph.LessThan(graph.Abs(all), graph.Scalar(d.Graph(), d.DType(), 1e-6))
		neutral := graph.MulScalar(graph.OnesLike(d), c.Rho*float64(m-1)/float64(m))
		guarded := graph.Where(still, graph.OnesLike(all), all)
		b = graph.Where(graph.BroadcastToShape(still, shapes.Make(dtypes.Bool, m)),
			neutral, graph.MulScalar(graph.Div(rest, guarded), c.Rho))
	}
	if c.Clamp > 0 {
		b = graph.ClipScalar(b, 0, c.Clamp)
	}
	if c.Normalize {
		mean := graph.ReduceAllMean(b)
		tiny := graph.LessThan(graph.Abs(mean), graph.Scalar(d.Graph(), d.DType(), 1e-6))
		b = graph.Div(b, graph.Where(tiny, graph.OnesLike(mean), mean))
	}
	return b
}

// cosines returns cos_m of shape [M].
func (c *CGGM) cosines(s *Step, outputs []head.Output, losses []*graph.Node) *graph.Node {
	cos := make([]*graph.Node, len(outputs))
	if c.Variant == "reference" {
		weight := s.Pass.Fused().Weight
		for i, out := range outputs {
			cos[i] = cosine(graph.StopGradient(out.Weight), weight)
		}
		return graph.Stack(cos, 0)
	}
	fused := c.fused(s)
	ours := graph.Gradient(s.Of(fused.Logits), fused.Weight)[0]
	for i, out := range outputs {
		theirs := graph.Gradient(losses[i], out.Weight)[0]
		cos[i] = cosine(graph.StopGradient(theirs), ours)
	}
	return graph.Stack(cos, 0)
}

// fused returns the model's output with everything detached that L_gm must not
// train.
func (c *CGGM) fused(s *Step) head.Output {
	switch c.Through {
	case "fusion":
		features := slices.Clone(s.Pass.Features())
		for i := range features {
			features[i] = features[i].Detach()
		}
		return s.Pass.Fuse(features, false)
	case "head":
		out := s.Pass.Fused()
		return out.With(graph.StopGradient(out.Hidden))
	default:
		return s.Pass.Fused()
	}
}

// pull is the reference variant's direction term: the gradient of this step's
// L_gm with respect to the head's weight is kept and joins the next step's.
func (c *CGGM) pull(s *Step, gm, open *graph.Node) func(g *Gradients) {
	weight := s.Pass.Fused().Weight
	dims := weight.Shape().Dimensions
	state := s.State("cggm")
	pending := state.Fixed("pending", param.Zeros, dims...)
	state.SetFixed("pending", graph.Mul(graph.Gradient(gm, weight)[0], open))
	return func(g *Gradients) {
		if i := g.Param(weight); i >= 0 {
			g.Set(i, graph.Add(g.Get(i), graph.MulScalar(pending, c.Lambda)))
		}
	}
}

// cosine returns the cosine of the angle between two tensors of one shape
// taken as vectors. A zero vector gives 0.
func cosine(a, b *graph.Node) *graph.Node {
	dot := graph.ReduceAllSum(graph.Mul(a, b))
	square := graph.Mul(graph.ReduceAllSum(graph.Square(a)), graph.ReduceAllSum(graph.Square(b)))
	return graph.Div(dot, graph.Sqrt(graph.MaxScalar(square, 1e-16)))
}

// blend returns 1 where open is 0 and scale where it is 1.
func blend(open, scale *graph.Node) *graph.Node {
	return graph.OnePlus(graph.Mul(open, graph.MinusOne(scale)))
}

// split returns the elements of a vector as scalars.
func split(v *graph.Node) []*graph.Node {
	parts := make([]*graph.Node, v.Shape().Dimensions[0])
	for i := range parts {
		parts[i] = graph.Reshape(graph.Slice(v, graph.AxisElem(i)))
	}
	return parts
}

func sum(nodes []*graph.Node) *graph.Node {
	total := nodes[0]
	for _, n := range nodes[1:] {
		total = graph.Add(total, n)
	}
	return total
}
