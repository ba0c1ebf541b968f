package balance

import (
	"math/rand/v2"
	"slices"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/network"
	"cggm/objective"
	"cggm/param"
)

// Preparer is a method that acts before the first batch of every epoch: it can
// look at the data (Epoch.Look), train something aside (Epoch.Try) and choose
// the epoch's samples (Epoch.Plan).
//
// Four uses shaped it. Prototypes (PMR) look at the features of a share of the
// training set and put class means into fixed parameters. Teachers (UMT, G2D)
// are trained aside from the initial values and copied into fixed parameters,
// that is, into every checkpoint. Look-ahead (G-Blend) trains aside from the
// present state, measures, and forgets. Valuation and remixing look at the
// predictions of coalitions and plan which samples the epoch visits with which
// modalities.
//
// What happens here depends on the parameters, the seed and the epoch alone. An
// interruption takes it back as a whole, except how far trainings aside have
// got: resuming repeats it with the same result.
type Preparer interface {
	// BeforeEpoch acts before epoch e.Index. What it keeps must live in the
	// epoch's parameters, memory or plan.
	BeforeEpoch(e *Epoch) error
}

// Settler is a method that acts after the last batch of an epoch and before
// the epoch is validated: what it changes is what validation sees.
type Settler interface {
	// Settle acts on the epoch that has just been trained.
	Settle(e *Epoch) error
}

// Epoch is what a method sees between epochs.
type Epoch struct {
	Index int
	// Epochs is the number of epochs that the training is to last.
	Epochs int
	// Seed is the training's seed.
	Seed uint64
	// Loss and Score are the validation values of each modality alone; score
	// is larger for better. Only AfterEpoch has them.
	Loss, Score []float64
	// Values gives access to the parameters by name.
	Values Values
	// Stop ends the training after this epoch when a method sets it. Only
	// AfterEpoch may.
	Stop bool
	// Modalities names the modalities.
	Modalities []string
	// Plan replaces the samples of the epoch when BeforeEpoch sets it; nil
	// visits every training sample once. Each part is shuffled and cut into
	// batches by itself, its last batch filled up from its start, and the
	// batches of all parts are shuffled. A method that plans takes Samples.
	Plan [][]Pick
	// Samples returns the number of samples of a part.
	Samples func(p Part) int
	// Look runs the network over samples in evaluation mode.
	Look func(l Look) ([][]float32, error)
	// Try trains aside.
	Try func(t Trial) (*Outcome, error)
	// Copy gives parameter TO+NAME the value of FROM+NAME, for every NAME in
	// the groups. Either may be "" for the parameters themselves, or
	// "state/LABEL/" for a copy (see param.Binding.Copy).
	Copy func(from, to string, groups ...param.Group) error
}

// Part is a part of the data that methods can look at.
type Part uint8

// The parts of the data. Training is what enters the loss; Reserved the share
// of the training set that does not, for methods that ask for it (see Traits);
// Validation the set that selects.
const (
	Training Part = iota
	Reserved
	Validation
)

// Pick is one sample of an epoch's plan.
type Pick struct {
	// Sample is the position in the part Training.
	Sample int
	// Keep has a bit set for each modality that the sample keeps, at least one;
	// the features of the others are 0, as are those of modalities that the
	// sample lacks anyway (see network.Pass.Presence). The label is that of the
	// sample.
	Keep uint
}

// Look describes a pass over samples in evaluation mode.
type Look struct {
	// Name tells the looks of a training apart: the graph is built once for
	// each name.
	Name string
	Part Part
	// Samples are positions in the part; nil looks at all of it.
	Samples []int
	// Build returns what to compute. A node with a batch axis comes back for
	// all samples one after the other, row-major; a scalar, which must be a
	// mean over the samples weighted by Sight.Weights, as one mean.
	Build func(s *Sight) []*graph.Node
}

// Sight is one batch of a look while its graph is being built.
type Sight struct {
	Pass   *network.Pass
	Labels *graph.Node
	// Weights is [batch]: 0 for samples that only fill up the last batch.
	Weights *graph.Node
	Loss    objective.Loss
}

// Of returns the loss of the given logits on the batch's labels.
func (s *Sight) Of(logits *graph.Node) *graph.Node { return s.Loss.Loss(logits, s.Labels, s.Weights) }

// Trial describes a training aside: the same network, data, optimizers and
// settings with another method.
type Trial struct {
	Name   string
	Method Method
	// Epochs is its length; 0: as long as the training itself.
	Epochs int
	// Fresh begins at epoch 0 from the initial values. Otherwise the trial
	// continues from a copy of the training's parameters, optimizer state and
	// epoch.
	Fresh bool
}

// Outcome is the end of a trial. Nothing of it lasts but what the method copies.
type Outcome struct {
	// Look looks with the parameters of the trial.
	Look func(l Look) ([][]float32, error)
	// Copy gives the training's parameter TO+NAME the value of the trial's
	// FROM+NAME, as Epoch.Copy does.
	Copy func(from, to string, groups ...param.Group) error
}

// Choose returns the positions of a random share, in (0,1], of a part with at
// least one sample, in ascending order. It depends on seed and epoch.
func (e *Epoch) Choose(p Part, share float64) []int {
	n := e.Samples(p)
	k := min(n, max(1, int(share*float64(n)+.5)))
	chosen := rand.New(rand.NewPCG(e.Seed, 0x63686f6f7365<<16|uint64(e.Index))).Perm(n)[:k]
	slices.Sort(chosen)
	return chosen
}

// ActsBetween reports whether a method acts at all between batches of
// different epochs.
func ActsBetween(m Method) bool {
	if c, ok := m.(*composition); ok {
		return slices.ContainsFunc(c.parts, func(part Named) bool { return ActsBetween(part.Method) })
	}
	switch m.(type) {
	case Preparer, Settler, Scheduler:
		return true
	}
	return false
}

// Prepares reports whether a method acts before epochs.
func Prepares(m Method) bool {
	if c, ok := m.(*composition); ok {
		return slices.ContainsFunc(c.parts, func(part Named) bool { return Prepares(part.Method) })
	}
	_, ok := m.(Preparer)
	return ok
}

// Values reads and writes parameters between steps.
type Values interface {
	// Get returns a copy of the named parameter.
	Get(name string) ([]float32, error)
	// Set replaces the named parameter.
	Set(name string, values []float32) error
	// Save keeps copies of the parameters of the groups under a label, in
	// checkpoints too; it replaces what the label held.
	Save(label string, groups ...param.Group) error
	// Restore puts the saved copies back.
	Restore(label string) error
	// Pull moves the parameters saved under a label a share, in [0,1], of the
	// way back to the copies.
	Pull(label string, share float64) error
	// Forget makes the optimizer take the parameters of the groups for new
	// ones: it clears the moments that it keeps of their gradients.
	Forget(groups ...param.Group) error
}
