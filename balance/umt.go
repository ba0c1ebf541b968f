package balance

import (
	"github.com/gomlx/gomlx/core/graph"
)

// UMT is the unimodal teacher: it treats encoders that joint training leaves
// with poorer features than they reach alone. Before the first epoch every
// modality is trained alone (see UME); its best epoch is frozen as a teacher.
// The model then learns
//
//	L = L_task(z) + lambda sum_m mean (h_m - t_m)^2
//
// with h_m, t_m [batch, width] the pooled features of encoder m in the model
// and in its teacher, the mean over batch and width. Teachers behave as in
// evaluation (no dropout, fixed normalisation) and are part of every checkpoint.
//
// Any task, any fusion, any number of modalities. Cost: a unimodal training
// first, then one more forward pass per encoder and step; memory for a second
// set of encoders.
//
// Du et al., "Improving Multi-Modal Learning with Uni-Modal Teachers", 2021,
// arXiv 2106.11059, and "On Uni-Modal Feature Learning in Supervised
// Multi-Modal Learning", ICML 2023.
type UMT struct {
	// Lambda weights the imitation of the teachers, >= 0. Default 10; the
	// useful range is 1 to 50. 0 is joint training without teachers.
	Lambda float64 `yaml:"lambda"`
	// Teachers is the number of epochs that teachers train, >= 0; 0: as long as
	// the model. Default 0.
	Teachers int `yaml:"teachers"`
}

// DefaultUMT returns lambda 10.
func DefaultUMT() *UMT { return &UMT{Lambda: 10} }

var (
	_ Method    = (*UMT)(nil)
	_ Validator = (*UMT)(nil)
	_ Preparer  = (*UMT)(nil)
)

// Traits declares nothing.
func (*UMT) Traits() Traits { return Traits{} }

// Validate checks the ranges of the settings.
func (u *UMT) Validate() error {
	if err := checkTeachers("umt", u.Teachers); err != nil {
		return err
	}
	return notNegative("umt", "lambda", u.Lambda)
}

// BeforeEpoch trains the teachers before the first epoch.
func (u *UMT) BeforeEpoch(e *Epoch) error {
	if u.Lambda == 0 {
		return nil
	}
	return teach(e, "state/umt/teacher/", u.Teachers)
}

// Build adds the distance to the teachers' features.
func (u *UMT) Build(s *Step) Effect {
	if u.Lambda == 0 {
		return Effect{}
	}
	losses := imitation(s, s.Pass.Copy("umt/teacher"))
	return Effect{
		Loss:   graph.MulScalar(graph.ReduceAllSum(losses), u.Lambda),
		Report: []Quantity{{"imitation_loss", losses}},
	}
}
