package balance

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/network"
	"cggm/param"
)

// GBlend is gradient blending: it treats modalities that overfit at different
// speeds, by weighting the losses of all branches, every modality's own and the
// fused one, by how well they generalise:
//
//	L = sum_k w_k L_k,  k = 1..M and the fused output
//
// The weights are measured by looking ahead. From the present state each branch
// is trained alone for n epochs, on a copy that is then forgotten. With L^T and
// L^V the mean losses on the training set and on a part of it that is set aside,
// before and after these epochs:
//
//	G_k = L^V_k(before) - L^V_k(after)                         generalisation
//	O_k = (L^V_k - L^T_k)(after) - (L^V_k - L^T_k)(before)     overfitting
//	w_k = (G_k / O_k^2) / sum_j (G_j / O_j^2)
//
// A branch with G_k <= 0 gets weight 0, all branches get the same when none
// generalises, and |O_k| counts as 0.001 at least. Weights hold for n epochs and
// are then measured again; Offline measures once, looking ahead to the end.
//
// Branch m is trained on the logits that the model's source of unimodal logits
// gives; the paper has a head of its own for each, source auxiliary. Any task,
// any number of modalities. Cost: M+2 times the epochs of joint training; the
// share of the training set that trainer.Options.Heldout sets aside is lost to
// training.
//
// Wang, Tran and Feiszli, "What Makes Training Multi-Modal Classification
// Networks Hard?", CVPR 2020, algorithm 1.
type GBlend struct {
	// Every is n, the number of epochs between measurements and the length of
	// each look-ahead, >= 1. Default 10; the useful range is 5 to 20.
	Every int `yaml:"every"`
	// Offline measures once before the first epoch, over the whole training.
	Offline bool `yaml:"offline"`
}

// DefaultGBlend measures every 10 epochs.
func DefaultGBlend() *GBlend { return &GBlend{Every: 10} }

var (
	_ Method    = (*GBlend)(nil)
	_ Validator = (*GBlend)(nil)
	_ Preparer  = (*GBlend)(nil)
)

// Traits declares the objective and the samples to set aside.
func (*GBlend) Traits() Traits { return Traits{Takes: Objective, Reserve: true} }

// Validate checks the number of epochs.
func (b *GBlend) Validate() error {
	if b.Every < 1 {
		return fmt.Errorf("balance: g-blend: every %d epochs: must be 1 or more", b.Every)
	}
	return nil
}

// BeforeEpoch looks ahead and sets the weights.
func (b *GBlend) BeforeEpoch(e *Epoch) error {
	length := b.Every
	if b.Offline {
		length = e.Epochs
	}
	if e.Index%length != 0 {
		return nil
	}
	branches := len(e.Modalities) + 1
	train, held, err := branchLosses(e.Look, branches)
	if err != nil {
		return err
	}
	gain, over := make([]float64, branches), make([]float64, branches)
	for k := range branches {
		ahead, err := e.Try(Trial{
			Name: fmt.Sprintf("branch%d", k), Method: &branch{k}, Epochs: min(length, e.Epochs-e.Index),
		})
		if err != nil {
			return err
		}
		trainAfter, heldAfter, err := branchLosses(ahead.Look, branches)
		if err != nil {
			return err
		}
		gain[k] = held[k] - heldAfter[k]
		over[k] = (heldAfter[k] - trainAfter[k]) - (held[k] - train[k])
	}
	return e.Values.Set("state/g-blend/weights", blendWeights(gain, over))
}

// branchLosses returns the losses of all branches on the training set and on
// the samples set aside.
func branchLosses(look func(Look) ([][]float32, error), branches int) (train, held []float64, err error) {
	build := func(s *Sight) []*graph.Node {
		out := make([]*graph.Node, branches)
		for k := range out {
			out[k] = s.Of(branchLogits(s.Pass, k))
		}
		return out
	}
	measure := func(part Part) ([]float64, error) {
		losses, err := look(Look{Name: "g-blend", Part: part, Build: build})
		if err != nil {
			return nil, err
		}
		flat := make([]float64, branches)
		for k, loss := range losses {
			flat[k] = float64(loss[0])
		}
		return flat, nil
	}
	if train, err = measure(Training); err != nil {
		return nil, nil, err
	}
	held, err = measure(Reserved)
	return train, held, err
}

// branchLogits returns the logits of modality k, or the fused ones for the last.
func branchLogits(p *network.Pass, k int) *graph.Node {
	if k == len(p.Inputs) {
		return p.Fused().Logits
	}
	return p.Unimodal(k)
}

// blendWeights returns gain/over^2 with sum 1.
func blendWeights(gain, over []float64) []float32 {
	weights, total := make([]float64, len(gain)), 0.
	for k, g := range gain {
		o := math.Max(math.Abs(over[k]), 1e-3)
		weights[k] = math.Max(g, 0) / (o * o)
		total += weights[k]
	}
	out := make([]float32, len(gain))
	for k, w := range weights {
		out[k] = 1 / float32(len(gain))
		if total > 0 {
			out[k] = float32(w / total)
		}
	}
	return out
}

// Build blends the losses.
func (*GBlend) Build(s *Step) Effect {
	n := s.Modalities() + 1
	weights := s.State("g-blend").Fixed("weights", param.Constant(1/float32(n)), n)
	losses := make([]*graph.Node, n)
	for k := range losses {
		losses[k] = s.Of(branchLogits(s.Pass, k))
	}
	all := graph.Stack(losses, 0)
	own := graph.AxisRange(0, n-1)
	return Effect{
		Objective: graph.ReduceAllSum(graph.Mul(weights, all)),
		Report: []Quantity{
			{"unimodal_loss", graph.Slice(all, own)},
			{"blend_weight", graph.Slice(weights, own)},
			{"blend_weight_fused", graph.Reshape(graph.Slice(weights, graph.AxisElem(n-1)))},
		},
	}
}

// branch trains one branch of the model alone.
type branch struct{ k int }

var _ Method = (*branch)(nil)

func (*branch) Traits() Traits { return Traits{Takes: Objective, Reserve: true} }

func (b *branch) Build(s *Step) Effect {
	fused := b.k == s.Modalities()
	return Effect{
		Objective: s.Of(branchLogits(s.Pass, b.k)),
		Train:     func(g param.Group) bool { return fused || !g.Kind.PerModality() || g.Modality == b.k },
	}
}
