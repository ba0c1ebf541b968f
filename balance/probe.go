package balance

import (
	"cggm/feature"
	"cggm/param"
)

// LinearProbe trains every modality alone, freezes the encoders, and then
// trains only fusion and head on them:
//
//	L = L_task(Omega(sg(h_1), ..., sg(h_M)))
//
// It is the control that tells the quality of encoders from that of the head:
// what joint training does not gain over it, it does not gain by learning
// features together. With the fusion concat and a linear head it is the linear
// probe of the literature; other fusions are probed in the same way.
//
// Encoders are the best epochs of a unimodal training (see UME) and behave as
// in evaluation. Any task, any number of modalities. Cost: a unimodal training
// first; then less than joint training, as encoders have no backward pass.
//
// Du et al., "On Uni-Modal Feature Learning in Supervised Multi-Modal
// Learning", ICML 2023.
type LinearProbe struct {
	// Teachers is the number of epochs that the encoders train, >= 0; 0: as many
	// as fusion and head. Default 0.
	Teachers int `yaml:"teachers"`
}

// DefaultLinearProbe trains encoders as long as the head.
func DefaultLinearProbe() *LinearProbe { return &LinearProbe{} }

var (
	_ Method    = (*LinearProbe)(nil)
	_ Validator = (*LinearProbe)(nil)
	_ Preparer  = (*LinearProbe)(nil)
)

// Traits declares the objective.
func (*LinearProbe) Traits() Traits { return Traits{Takes: Objective} }

// Validate checks the number of epochs.
func (l *LinearProbe) Validate() error { return checkTeachers("linear-probe", l.Teachers) }

// BeforeEpoch trains the encoders before the first epoch.
func (l *LinearProbe) BeforeEpoch(e *Epoch) error {
	return teach(e, "", l.Teachers)
}

// Build trains fusion and head.
func (*LinearProbe) Build(s *Step) Effect {
	features := make([]feature.Feature, s.Modalities())
	for m, f := range s.Pass.Evaluation().Features() {
		features[m] = f.Detach()
	}
	return Effect{
		Objective: s.Of(s.Pass.Fuse(features, false).Logits),
		Train:     func(g param.Group) bool { return g.Kind == param.Fusion || g.Kind == param.Head },
	}
}
