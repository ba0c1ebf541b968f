package balance

import (
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"

	"cggm/param"
)

// Greedy is balanced learning against greedy learners: it treats a network that
// learns from other modalities through its bridges before its own encoder has
// learned, because that is easier. It joins the encoders by bridges (see
// network.Bridge), which are part of the model from then on, and watches how fast
// each modality's bridges learn in relation to its encoder. With mu the sum over
// weight tensors W of |gradient of W|^2 / |W|^2,
//
//	r_m = log10(mu(bridges of m) / mu(encoder of m))
//	d_m = r_m - mean_{j != m} r_j
//
// Where max d > Epsilon after an update from epoch Start on, the gates of the
// modality with the largest d are replaced by their means over all updates so
// far, in the next Window updates: nothing flows into its encoder, which has to
// learn by itself. Then r is measured anew. The layer that all modalities share
// in a bridge counts for each. Weights are tensors of two or more axes. With
// Choice "random", the paper's control, every update draws with equal
// probability one of the modalities, or none.
//
// The paper joins two convolutional networks of the same stages; bridges behind
// the last stages of any encoders, as many as the one with the fewest has, and
// the mean over the others are our generalisation, for any task. For two
// modalities d is the paper's difference of r. The authors' code takes modality
// 0's gates for modality 1's means.
//
// Unimodal scores of a bridged model are of features that others have gated.
// Compare it with Window 0 to know what is due to the bridges. Cost: the bridges,
// of half the width of all features.
//
// Wu et al., "Characterizing and Overcoming the Greedy Nature of Learning in
// Multi-modal Deep Neural Networks", ICML 2022.
type Greedy struct {
	// Choice is "speed", or "random" for the control. Default speed.
	Choice string `yaml:"choice"`
	// Epsilon is the difference of speeds that counts as imbalance, >= 0.
	// Default 0.01.
	Epsilon float64 `yaml:"epsilon"`
	// Window is the number of updates that gates are replaced for, >= 0; 0 is
	// joint training of the bridged model. Default 5.
	Window int `yaml:"window"`
	// Start is the first epoch of it, >= 0. Default 2.
	Start int `yaml:"start"`
}

// DefaultGreedy returns epsilon 0.01 and windows of 5 updates from epoch 2 on.
func DefaultGreedy() *Greedy { return &Greedy{Choice: "speed", Epsilon: .01, Window: 5, Start: 2} }

var (
	_ Method    = (*Greedy)(nil)
	_ Validator = (*Greedy)(nil)
)

// Traits declares the bridges: they change what the model predicts, and the
// objective, whose gradient is measured.
func (*Greedy) Traits() Traits { return Traits{Takes: Objective | Prediction, Least: 2, Bridged: true} }

// Validate checks the ranges of the settings.
func (y *Greedy) Validate() error {
	switch {
	case y.Choice != "speed" && y.Choice != "random":
		return fmt.Errorf("balance: greedy: choice %q: choose speed or random", y.Choice)
	case y.Window < 0 || y.Start < 0:
		return fmt.Errorf("balance: greedy: window %d, start %d: must not be negative", y.Window, y.Start)
	case !(y.Epsilon >= 0):
		return fmt.Errorf("balance: greedy: epsilon %g: must not be negative", y.Epsilon)
	}
	return nil
}

// Build replaces gates while a window is open, and opens the next one.
func (y *Greedy) Build(s *Step) Effect {
	if y.Window == 0 {
		return Effect{}
	}
	state, n := s.State("greedy"), s.Modalities()
	left, chosen := state.Fixed("left", param.Zeros), state.Fixed("chosen", param.Zeros, n)
	updates := state.Fixed("updates", param.Zeros)
	closed := graph.Mul(chosen, graph.MinScalar(left, 1))
	shut := split(closed)
	s.Pass.Gate = func(depth, modality int, gate *graph.Node) *graph.Node {
		name := fmt.Sprintf("gate%d.%d", depth, modality)
		mean := state.Fixed(name, param.Zeros, gate.Shape().Dimensions[1])
		now := graph.StopGradient(graph.ReduceMean(gate, 0))
		state.SetFixed(name, graph.Add(mean, graph.Div(graph.Sub(now, mean), graph.OnePlus(updates))))
		return graph.Add(graph.Mul(gate, graph.OneMinus(shut[modality])), graph.ExpandLeftToRank(graph.Mul(mean, shut[modality]), 2))
	}
	state.SetFixed("updates", graph.OnePlus(updates))
	speed := state.Fixed("speed", param.Zeros, n)
	return Effect{
		Edit: func(g *Gradients) {
			now := y.speeds(g)
			nextLeft, nextChosen := y.next(left, chosen, now, s.Open(y.Start, 0))
			if y.Choice == "random" {
				nextLeft, nextChosen = drawn(state.In("choice"), n, s.Open(y.Start, 0))
			}
			// Gradients of closed gates say nothing about them.
			measured := graph.OneMinus(graph.MinScalar(left, 1))
			state.SetFixed("speed", graph.Add(graph.Mul(now, measured), graph.Mul(speed, graph.OneMinus(measured))))
			state.SetFixed("left", nextLeft)
			state.SetFixed("chosen", nextChosen)
		},
		Report: []Quantity{{"closed", closed}, {"bridge_speed", speed}},
	}
}

// speeds returns r, [M].
func (y *Greedy) speeds(g *Gradients) *graph.Node {
	speeds := make([]*graph.Node, g.Step.Modalities())
	for m := range speeds {
		var bridges, own []*graph.Node
		for _, b := range g.Step.Pass.Bridges() {
			for _, w := range []*graph.Node{b.Squeeze, b.Excite[m]} {
				if i := g.Param(w); i >= 0 {
					bridges = append(bridges, relativeSquare(g, i))
				}
			}
		}
		for _, group := range encoding(m) {
			for _, i := range g.Group(group) {
				if g.Get(i).Rank() >= 2 {
					own = append(own, relativeSquare(g, i))
				}
			}
		}
		if len(own) == 0 || len(bridges) == 0 {
			panic(fmt.Errorf("balance: greedy: %w: the encoder of modality %q has no weights that are trained: there is nothing to compare its bridges with", ErrUnfit,
				g.Step.Pass.Model.Modalities[m].Name))
		}
		ratio := graph.Div(graph.MaxScalar(sum(bridges), 1e-30), graph.MaxScalar(sum(own), 1e-30))
		speeds[m] = graph.DivScalar(graph.Log(ratio), math.Ln10)
	}
	return graph.Stack(speeds, 0)
}

// relativeSquare returns |gradient|^2 / |value|^2 of parameter i.
func relativeSquare(g *Gradients, i int) *graph.Node {
	square := func(n *graph.Node) *graph.Node { return graph.ReduceAllSum(graph.Square(n)) }
	return graph.Div(square(g.Get(i)), graph.MaxScalar(square(g.Step.Pass.Binding.Node(i)), 1e-12))
}

// next returns the number of updates that gates stay replaced for and of whom,
// [M], from those of now and from speeds [M]. open is 1 from epoch Start on.
func (y *Greedy) next(left, chosen, speeds, open *graph.Node) (nextLeft, nextChosen *graph.Node) {
	n := speeds.Shape().Size()
	lead := graph.DivScalar(graph.Sub(graph.MulScalar(speeds, n), graph.ReduceAllSum(speeds)), n-1)
	tilted := graph.GreaterThan(graph.ReduceAllMax(lead), graph.Scalar(lead.Graph(), lead.DType(), y.Epsilon))
	begin := graph.MulScalar(graph.Mul(graph.ConvertDType(tilted, lead.DType()), open), y.Window)
	busy := graph.MinScalar(left, 1)
	nextLeft = graph.Add(graph.Mul(busy, graph.AddScalar(left, -1)), graph.Mul(graph.OneMinus(busy), begin))
	first := graph.OneHot(graph.ArgMax(lead, 0, dtypes.Int32), n, lead.DType())
	return nextLeft, graph.Add(graph.Mul(busy, chosen), graph.Mul(graph.OneMinus(busy), first))
}

// drawn returns one of n modalities or none, each as likely, for one update.
func drawn(s param.Scope, n int, open *graph.Node) (left, chosen *graph.Node) {
	u := graph.MulScalar(s.Uniform(open.Shape()), n+1)
	chosen = graph.OneHot(graph.ConvertDType(graph.Floor(u), dtypes.Int32), n, open.DType()) // the last is none
	return open, chosen
}
