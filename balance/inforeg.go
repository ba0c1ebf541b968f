package balance

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/objective"
	"cggm/param"
)

// InfoReg is adaptive unimodal regulation: it treats a modality that, early in
// training, takes in information so fast that the others no longer get any, by
// holding its encoder near where the epoch found it. The loss is
//
//	L = L_task(z) + weight sum_m L_task(z_m)
//
// How much encoder m takes in during an epoch is the trace T_m of its Fisher
// information, measured as the sum over updates and weight tensors of the mean
// squared gradient. With A_m(e) the mean of the last Window traces after e
// epochs (of fewer where there are fewer yet),
//
//	k_m = (A_m(e) - A_m(e-1)) / A_m(e),   1 in the first two epochs
//
// While k_m > Threshold, modality m is in its prime learning window. There, in
// every batch in which it is ahead of the mean of the others (s_m > o_m),
//
//	g_m <- g_m + strength exp(tanh(s_m - o_m)) (theta_m - theta_m at the start of the epoch)
//
// s_m in [0,1] is the mean probability of the true class under modality m's own
// logits, over the samples that have it; with Measure "loss", which takes any
// task, exp of minus the loss. Weights are the encoder's tensors of two or more
// axes; all of its parameters are held.
//
// The paper has two modalities and compares each with the other; the mean over
// the others is our generalisation. The authors' code measures k on audio alone,
// has another strength in the code for each modality, divides by Window however
// few epochs there are, and sums s over the batch, so that the tanh is 1 or -1;
// here every modality has its window, the strength is shared, and s is a mean.
//
// Cost: the unimodal logits, and memory for a second copy of the encoders.
//
// Huang et al., "Adaptive Unimodal Regulation for Balanced Multimodal
// Information Acquisition", CVPR 2025.
type InfoReg struct {
	// Measure is "confidence", or "loss" for tasks without classes. Default
	// confidence.
	Measure string `yaml:"measure"`
	// Weight of the unimodal losses, >= 0. Default 1.
	Weight float64 `yaml:"weight"`
	// Strength of the regulation, >= 0. Default 0.95, of the authors' audio;
	// weight and strength 0 are joint training.
	Strength float64 `yaml:"strength"`
	// Threshold is the speed below which the window closes, < 1. Default 0.05.
	Threshold float64 `yaml:"threshold"`
	// Window is the number of epochs that traces are averaged over, >= 1.
	// Default 10.
	Window int `yaml:"window"`
}

// DefaultInfoReg returns the settings of the paper.
func DefaultInfoReg() *InfoReg {
	return &InfoReg{Measure: "confidence", Weight: 1, Strength: .95, Threshold: .05, Window: 10}
}

var (
	_ Method    = (*InfoReg)(nil)
	_ Validator = (*InfoReg)(nil)
	_ Preparer  = (*InfoReg)(nil)
)

// Traits declares the edit.
func (r *InfoReg) Traits() Traits {
	t := Traits{Takes: Edit, Least: 2}
	if r.Measure != "loss" {
		t.Tasks = []objective.Task{objective.Classification}
		t.Why = "it compares the probability of the true class: set measure to loss for other tasks"
	}
	return t
}

// Validate checks the ranges of the settings.
func (r *InfoReg) Validate() error {
	switch {
	case r.Measure != "confidence" && r.Measure != "loss":
		return fmt.Errorf("balance: inforeg: measure %q: choose confidence or loss", r.Measure)
	case !(r.Weight >= 0 && r.Strength >= 0):
		return fmt.Errorf("balance: inforeg: weight %g, strength %g: must not be negative", r.Weight, r.Strength)
	case !(r.Threshold < 1):
		return fmt.Errorf("balance: inforeg: threshold %g: must be below 1, the largest speed", r.Threshold)
	case r.Window < 1:
		return fmt.Errorf("balance: inforeg: window %d epochs: must be 1 or more", r.Window)
	}
	return nil
}

// regulatedStart is where the encoders of the epoch's start are kept.
const regulatedStart = "start"

// BeforeEpoch closes the traces of the epoch before, decides which windows are
// open, and keeps the encoders.
func (r *InfoReg) BeforeEpoch(e *Epoch) error {
	if r.Strength == 0 {
		return nil
	}
	if e.Index > 0 {
		trace, err := e.Values.Get("state/inforeg/trace")
		if err != nil {
			return err
		}
		past, err := e.Values.Get("state/inforeg/traces")
		if err != nil {
			return err
		}
		speeds := r.speeds(past, trace)
		for _, v := range []struct {
			name   string
			values []float32
		}{{"traces", past}, {"trace", make([]float32, len(trace))}, {"speed", speeds}} {
			if err := e.Values.Set("state/inforeg/"+v.name, v.values); err != nil {
				return err
			}
		}
	}
	encoders := make([]param.Group, len(e.Modalities))
	for m := range encoders {
		encoders[m] = param.Group{Kind: param.Encoder, Modality: m}
	}
	return e.Copy("", "state/inforeg/"+regulatedStart+"/", encoders...)
}

// speeds puts the newest traces [M] in front of the past ones, [window+1, M]
// with -1 where there are none, and returns k [M].
func (r *InfoReg) speeds(past, newest []float32) []float32 {
	n := len(newest)
	copy(past[n:], past[:len(past)-n])
	copy(past, newest)
	mean := func(m, from int) float64 {
		total, count := 0., 0
		for row := from; row < from+r.Window && past[row*n+m] >= 0; row++ {
			total, count = total+float64(past[row*n+m]), count+1
		}
		return total / math.Max(float64(count), 1)
	}
	speeds := make([]float32, n)
	for m := range speeds {
		if now := mean(m, 0); now > 0 {
			speeds[m] = float32((now - mean(m, 1)) / now)
		}
	}
	return speeds
}

// Build adds the unimodal losses and holds back the modalities that are ahead.
func (r *InfoReg) Build(s *Step) Effect {
	var e Effect
	if r.Weight > 0 {
		total := unimodalLoss(s)
		e.Loss = graph.MulScalar(total, r.Weight)
		e.Report = append(e.Report, Quantity{"unimodal_loss", total})
	}
	if r.Strength == 0 {
		return e
	}
	state, n := s.State("inforeg"), s.Modalities()
	speed := state.Fixed("speed", param.Ones, n)
	state.Fixed("traces", param.Constant(-1), r.Window+1, n)
	pull := r.pull(r.score(s), speed)
	e.Report = append(e.Report, Quantity{"learning_speed", speed}, Quantity{"pull", pull})
	e.Edit = func(g *Gradients) {
		trace := state.Fixed("trace", param.Zeros, n)
		state.SetFixed("trace", graph.Add(trace, fisherTraces(g)))
		for m, strength := range split(pull) {
			holdBack(g, m, strength, state.In(regulatedStart))
		}
	}
	return e
}

// score returns s, [M].
func (r *InfoReg) score(s *Step) *graph.Node {
	scores := make([]*graph.Node, s.Modalities())
	for m, present := range columnsOf(s.Pass.Presence()) {
		z := graph.StopGradient(s.Pass.Unimodal(m))
		if r.Measure == "loss" {
			scores[m] = graph.Exp(graph.Neg(s.Loss.Loss(z, s.Labels, present)))
			continue
		}
		p := graph.Softmax(z, -1)
		truth := graph.OneHot(s.Labels, p.Shape().Dimensions[1], p.DType())
		scores[m] = weighted(graph.ReduceSum(graph.Mul(p, truth), -1), present)
	}
	return graph.Stack(scores, 0)
}

// pull returns the strength with which every encoder is held, from scores and
// speeds, all [M].
func (r *InfoReg) pull(score, speed *graph.Node) *graph.Node {
	others := graph.DivScalar(graph.Sub(graph.ReduceAllSum(score), score), score.Shape().Size()-1)
	lead := graph.Sub(score, others)
	threshold := graph.Scalar(speed.Graph(), speed.DType(), r.Threshold)
	held := graph.LogicalAnd(graph.GreaterThan(lead, graph.ZerosLike(lead)), graph.GreaterThan(speed, threshold))
	return graph.Mul(graph.ConvertDType(held, score.DType()), graph.MulScalar(graph.Exp(graph.Tanh(lead)), r.Strength))
}

// fisherTraces returns, for every encoder, the sum over its weight tensors of
// the mean squared gradient, [M].
func fisherTraces(g *Gradients) *graph.Node {
	traces, weights := make([]*graph.Node, g.Step.Modalities()), 0
	for m := range traces {
		traces[m] = graph.ScalarZero(g.Step.Graph(), g.Step.Epoch.DType())
		for _, i := range g.Group(param.Group{Kind: param.Encoder, Modality: m}) {
			if grad := g.Get(i); grad.Rank() >= 2 {
				traces[m] = graph.Add(traces[m], graph.ReduceAllMean(graph.Square(grad)))
				weights++
			}
		}
	}
	if weights == 0 {
		panic(fmt.Errorf("balance: inforeg: %w: no encoder has weights that are trained: it measures and holds encoders, so give a modality one that learns", ErrUnfit))
	}
	return graph.Stack(traces, 0)
}

// holdBack adds strength (theta - theta at start) to the gradients of encoder m.
func holdBack(g *Gradients, m int, strength *graph.Node, start param.Scope) {
	binding := g.Step.Pass.Binding
	for _, i := range g.Group(param.Group{Kind: param.Encoder, Modality: m}) {
		spec := binding.Set.Specs()[i]
		moved := graph.Sub(binding.Node(i), start.Fixed(spec.Name, param.Zeros, spec.Dims...))
		g.Set(i, graph.Add(g.Get(i), graph.Mul(strength, moved)))
	}
}
