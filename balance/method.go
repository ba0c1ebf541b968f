// Package balance holds the methods that keep one modality from starving the
// others. A method is one small file: it looks at one training step while the
// step's graph is being built and returns what it changes about it.
//
// Three uses that shaped the interface: a loss method (multi-loss) returns an
// extra term; a gradient method (OGM, CGGM, MMPareto) returns scalars that
// multiply the encoders' gradients, or a function that edits them; a schedule
// method (MSES, MLA) looks at validation scores between epochs, or splits a
// step into phases. Methods that look at the data, train teachers or choose the
// samples of an epoch do so before it: see Preparer. Everything that a method remembers between steps is
// declared as a fixed parameter, so that checkpoints hold it without the
// method's doing anything.
package balance

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/network"
	"cggm/objective"
	"cggm/param"
)

// Method rebalances the modalities of one training step.
type Method interface {
	// Traits says what the method needs and what it takes hold of.
	Traits() Traits
	// Build adds the method to the step's graph. It panics on misuse, as
	// graph-building functions do.
	Build(s *Step) Effect
}

// Controls is the set of things about a step that a method takes hold of. Two
// methods that take the same one do not compose.
type Controls uint8

// What a method can take hold of.
const (
	Objective  Controls = 1 << iota // replaces the loss that is minimised
	Scale                           // multiplies the encoders' gradients
	Edit                            // edits gradients
	Rate                            // multiplies the encoders' learning rates
	Phases                          // splits a step into several updates
	Prediction                      // changes what the model predicts
	Samples                         // chooses the samples of an epoch
)

var controlNames = []string{"objective", "gradient scale", "gradient edit", "learning rate", "phases", "prediction", "samples"}

// String lists the names of the controls in the set.
func (c Controls) String() string {
	var names []string
	for i, name := range controlNames {
		if c&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// Traits says what a method needs of the training and what it takes hold of.
type Traits struct {
	Takes Controls
	// Tasks lists the kinds of problem that the method is defined for; nil: all.
	Tasks []objective.Task
	// Why completes the sentence of a refusal: "NAME is defined for ... only: WHY".
	Why string
	// Least is the smallest number of modalities; 0: one.
	Least int
	// Classifiers says that the auxiliary classifiers are trained, so that
	// they can score each modality alone.
	Classifiers bool
	// Heldout asks for a second batch of samples that never enter the loss.
	Heldout bool
	// Reserve sets the same samples aside only for looking at between epochs.
	Reserve bool
	// Bridged asks for bridges between the encoders: see network.Bridge. The
	// encoders must have stages.
	Bridged bool
	// Splits asks for a fusion and a head in which every modality has weights of
	// its own: see network.Pass.Part.
	Splits bool
	// Independent says that the modalities train side by side without touching
	// each other: gradient clipping then works per modality.
	Independent bool
}

// ErrUnfit marks a method that does not fit a task or another method.
var ErrUnfit = errors.New("method does not fit")

// Check reports whether the named method can train the model on the task.
func Check(name string, m Method, task objective.Task, model *network.Model) error {
	t := m.Traits()
	if t.Tasks != nil {
		fits := false
		for _, known := range t.Tasks {
			fits = fits || known == task
		}
		if !fits {
			return fmt.Errorf("balance: %s on a %s task: %w: it is defined for %v only: %s", name, task, ErrUnfit, t.Tasks, t.Why)
		}
	}
	if n := len(model.Modalities); n < t.Least {
		return fmt.Errorf("balance: %s on %d modalities: %w: it compares modalities and needs at least %d", name, n, ErrUnfit, t.Least)
	}
	if t.Bridged {
		if err := model.Bridgeable(); err != nil {
			return fmt.Errorf("balance: %s: %w: %w", name, ErrUnfit, err)
		}
	}
	if t.Splits {
		if err := model.Splittable(); err != nil {
			return fmt.Errorf("balance: %s: %w: %w", name, ErrUnfit, err)
		}
	}
	if v, ok := m.(Validator); ok {
		return v.Validate()
	}
	return nil
}

// Validator is a method whose settings have ranges to check.
type Validator interface{ Validate() error }

// Phased is a method that updates the network several times per batch.
type Phased interface {
	// PhaseCount returns the number of updates per batch.
	PhaseCount(modalities int) int
}

// Staged is a phased method that runs only some of its updates, depending on
// the epoch.
type Staged interface {
	Phased
	// PhasesIn returns the updates of every batch of the epoch, at least one,
	// in order.
	PhasesIn(epoch, modalities int) []int
}

// Stages returns the staged method that m is or is composed of, or nil.
func Stages(m Method) Staged {
	if c, ok := m.(*composition); ok {
		for _, part := range c.parts {
			if s := Stages(part.Method); s != nil {
				return s
			}
		}
		return nil
	}
	s, _ := m.(Staged)
	return s
}

// Predictor is a method whose model predicts in another way than by its fused
// output.
type Predictor interface {
	// Predict returns the fused logits and one set of logits per modality.
	Predict(p *network.Pass) (fused *graph.Node, unimodal []*graph.Node)
}

// Scheduler is a method that acts between epochs.
type Scheduler interface {
	// AfterEpoch looks at the epoch that has just been validated. What it
	// keeps must live in the epoch's parameters or memory.
	AfterEpoch(e *Epoch) error
}

// Effect is what a method changes about a step. The zero value is joint
// training.
type Effect struct {
	// Objective replaces the task loss as what is minimised; nil keeps it.
	Objective *graph.Node
	// Loss is added to the objective; nil adds nothing.
	Loss *graph.Node
	// Scale multiplies the gradients of each modality's encoder, one scalar
	// per modality; nil leaves them.
	Scale []*graph.Node
	// ByRate lets Scale multiply the learning rates of the encoders instead,
	// which optimizers that normalise the gradient do not cancel.
	ByRate bool
	// Edit changes gradients before they are scaled; nil leaves them.
	Edit func(g *Gradients)
	// Noise adds Gaussian noise to the encoders' gradients after scaling, of
	// each tensor's unscaled standard deviation times this scalar; nil: none.
	Noise *graph.Node
	// Rate multiplies the learning rate of each modality's encoder and stem,
	// one scalar per modality; nil leaves them.
	Rate []*graph.Node
	// Train says which groups this update touches; nil: all.
	Train func(g param.Group) bool
	// Report lists what to record.
	Report []Quantity
}

// Quantity is a value to record: a scalar, or one number per modality.
type Quantity struct {
	Name  string
	Value *graph.Node // float32 [] or [modalities]
}

// CoefficientName is the quantity under which methods report the factor that
// they apply to each encoder's gradient.
const CoefficientName = "coefficient"
