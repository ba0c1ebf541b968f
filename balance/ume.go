package balance

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/network"
	"cggm/param"
)

// UME is the unimodal ensemble: every modality is trained alone, as by
// Unimodal, and the prediction joins models that never saw each other. It is
// the control that tells whether joint training gains anything at all, and it
// makes the teachers of UMT and G2D and the encoders of LinearProbe.
//
// Every modality keeps the parameters of the epoch in which its own validation
// loss L_m was smallest, whatever the others did then. The fused prediction is
//
//	z = sum_m w_m z_m,  w_m = 1/M, or exp(-L_m) / sum_j exp(-L_j)
//
// Any task, any number of modalities. Cost: a second copy of the encoders and
// classifiers, and one more pass over the validation set per epoch.
//
// Du et al., "On Uni-Modal Feature Learning in Supervised Multi-Modal
// Learning", ICML 2023. Logits are averaged, not probabilities, so that it is
// defined for regression too.
type UME struct {
	// Weigh is "uniform", or "validation" for the weights above. Default
	// uniform.
	Weigh string `yaml:"weigh"`
}

// DefaultUME returns the uniform ensemble.
func DefaultUME() *UME { return &UME{Weigh: "uniform"} }

var (
	_ Method    = (*UME)(nil)
	_ Validator = (*UME)(nil)
	_ Predictor = (*UME)(nil)
	_ Settler   = (*UME)(nil)
)

// keptBest is the label of the copy that UME predicts with.
const keptBest = "ume/best"

// Traits declares the objective and the prediction.
func (*UME) Traits() Traits { return (&Unimodal{}).Traits() }

// Validate checks the choice of weights.
func (u *UME) Validate() error {
	if u.Weigh != "uniform" && u.Weigh != "validation" {
		return fmt.Errorf("balance: ume: weigh %q: choose uniform or validation", u.Weigh)
	}
	return nil
}

// Build trains every modality alone.
func (u *UME) Build(s *Step) Effect {
	u.loss(s.State("ume"), s.Modalities())
	return (&Unimodal{}).Build(s)
}

// loss returns the smallest validation losses so far, [M].
func (*UME) loss(state param.Scope, modalities int) *graph.Node {
	return state.Fixed("loss", param.Constant(math.MaxFloat32), modalities)
}

// Settle keeps the parameters of the modalities that have improved.
func (u *UME) Settle(e *Epoch) error {
	losses, err := e.Look(Look{
		Name: "ume/losses", Part: Validation,
		Build: func(s *Sight) []*graph.Node {
			out := make([]*graph.Node, len(s.Pass.Inputs))
			for m := range out {
				out[m] = s.Of(s.Pass.Attached(m).Logits)
			}
			return out
		},
	})
	if err != nil {
		return err
	}
	best, err := e.Values.Get("state/ume/loss")
	if err != nil {
		return err
	}
	for m, loss := range losses {
		if !(loss[0] < best[m]) {
			continue
		}
		best[m] = loss[0]
		if err := e.Copy("", "state/"+keptBest+"/", owned(m)...); err != nil {
			return err
		}
	}
	return e.Values.Set("state/ume/loss", best)
}

// owned returns the groups that make up modality m's own network.
func owned(m int) []param.Group {
	return []param.Group{{Kind: param.Stem, Modality: m}, {Kind: param.Encoder, Modality: m}, {Kind: param.Auxiliary, Modality: m}}
}

// Predict joins the kept models.
func (u *UME) Predict(p *network.Pass) (*graph.Node, []*graph.Node) {
	kept := p.Copy(keptBest)
	unimodal := make([]*graph.Node, len(p.Inputs))
	for i := range unimodal {
		unimodal[i] = kept.Attached(i).Logits
	}
	if u.Weigh == "uniform" {
		return graph.DivScalar(sum(unimodal), len(unimodal)), unimodal
	}
	return ensemble(unimodal, u.loss(p.Binding.Scope(param.Group{Kind: param.State}).In("ume"), len(unimodal))), unimodal
}

// ensemble returns the sum of the logits weighted by exp(-loss), loss [M].
func ensemble(logits []*graph.Node, loss *graph.Node) *graph.Node {
	weights := split(graph.Softmax(graph.Neg(loss), 0))
	parts := make([]*graph.Node, len(logits))
	for i, z := range logits {
		parts[i] = graph.Mul(z, weights[i])
	}
	return sum(parts)
}
