package trainer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/balance"
	"cggm/param"
	"cggm/sample"
)

// Trainer holds a model in training: its graphs and its state.
type Trainer struct {
	setup    Setup
	name     string
	traits   balance.Traits
	set      *param.Set
	state    *State
	complete bool
	phases   int
	train    []int // indices of the training samples that enter the loss
	heldout  []int // indices of those that methods may measure on
	programs map[programKey]*program
	evals    map[int]*evaluation
	looks    map[lookKey]*evaluation
	acts     bool // the method acts between epochs
	position Position
	aside    map[string]*Snapshot // what trainings aside have reached
}

type programKey struct{ rows, heldout, phase int }

// New checks the setup, builds its graphs and gives the parameters their
// initial values. name is the method's, for messages.
func New(name string, setup Setup) (*Trainer, error) {
	if err := setup.validate(); err != nil {
		return nil, err
	}
	if err := balance.Check(name, setup.Method, setup.Task, setup.Model); err != nil {
		return nil, err
	}
	t := &Trainer{
		setup: setup, name: name, traits: setup.Method.Traits(), set: &param.Set{}, phases: 1,
		complete: complete(setup.Data.Train) && complete(setup.Data.Val) && (setup.Data.Test == nil || complete(setup.Data.Test)),
		programs: make(map[programKey]*program), evals: make(map[int]*evaluation), looks: make(map[lookKey]*evaluation),
		acts: balance.ActsBetween(setup.Method),
	}
	if t.traits.Bridged {
		model := *setup.Model
		model.Bridged = true
		t.setup.Model = &model
	}
	if t.traits.Takes&balance.Samples != 0 {
		t.complete = false // plans leave modalities out
	}
	if p, ok := setup.Method.(balance.Phased); ok {
		t.phases = p.PhaseCount(len(setup.Model.Modalities))
	}
	t.state = newState(setup.Backend, t.set, setup.Options.Seed)
	if err := t.reserve(); err != nil {
		return nil, err
	}
	rows := min(setup.Options.Batch, len(t.train))
	for phase := range t.phases {
		if _, err := t.program(rows, phase); err != nil {
			return nil, err
		}
	}
	if _, err := t.evaluation(min(setup.Options.Batch, setup.Data.Val.Len())); err != nil {
		return nil, err
	}
	t.state.grow()
	t.position = t.start()
	return t, nil
}

// reserve splits the training set into what enters the loss and what methods
// measure on.
func (t *Trainer) reserve() error {
	n := t.setup.Data.Train.Len()
	perm := indices(n)
	t.train = perm
	if !t.traits.Heldout && !t.traits.Reserve {
		return nil
	}
	rand.New(rand.NewPCG(t.setup.Options.Seed, 0x68656c646f7574)).Shuffle(n, func(i, j int) { perm[i], perm[j] = perm[j], perm[i] })
	k := int(float64(n) * t.setup.Options.Heldout)
	if k < 1 || k >= n {
		return fmt.Errorf("trainer: a held-out share of %g of %d training samples leaves nothing: choose another share", t.setup.Options.Heldout, n)
	}
	t.heldout, t.train = perm[:k], perm[k:]
	slices.Sort(t.heldout)
	slices.Sort(t.train)
	return nil
}

// heldoutRows is the size of the batch that every update measures on.
func (t *Trainer) heldoutRows() int {
	if !t.traits.Heldout {
		return 0
	}
	return min(t.setup.Options.Batch, len(t.heldout))
}

// program returns the update for batches of the given size.
func (t *Trainer) program(rows, phase int) (*program, error) {
	key := programKey{rows, t.heldoutRows(), phase}
	if p, ok := t.programs[key]; ok {
		return p, nil
	}
	p, err := t.build(rows, key.heldout, phase)
	if err != nil {
		return nil, err
	}
	t.programs[key] = p
	return p, nil
}

// phasesOf returns the updates of every batch of an epoch.
func (t *Trainer) phasesOf(epoch int) []int {
	if s := balance.Stages(t.setup.Method); s != nil {
		return s.PhasesIn(epoch, len(t.setup.Model.Modalities))
	}
	return indices(t.phases)
}

// State returns the parameters and what else updates change.
func (t *Trainer) State() *State { return t.state }

// Parameters returns the declared parameters.
func (t *Trainer) Parameters() []*param.Spec { return t.set.Specs() }

// update runs one update and returns the reported scalars.
func (t *Trainer) run(p *program, inputs []array) (values []float32, err error) {
	caught := exceptions.TryCatch[error](func() { values, err = t.execute(p, inputs) })
	if caught != nil {
		err = fmt.Errorf("trainer: update of %s: %w", t.name, caught)
	}
	return values, err
}

func (t *Trainer) execute(p *program, inputs []array) ([]float32, error) {
	if err := p.compile(); err != nil {
		return nil, fmt.Errorf("trainer: compile the training step of %s: %w", t.name, err)
	}
	t.state.grow()
	in := p.arguments(t.setup.Backend)
	for i, a := range inputs {
		in.bring(graph.ParameterHandle(i), a)
	}
	renewed := make(map[int]bool)
	for _, i := range append(slices.Clone(p.trained), p.changed...) {
		renewed[i] = true
	}
	for _, r := range p.reads {
		if renewed[r.param] {
			in.give(r.at, t.state.params[r.param])
		} else {
			in.lend(r.at, t.state.params[r.param])
		}
	}
	for _, i := range p.trained {
		for k, tensor := range t.state.slot(i, len(p.slots[i])) {
			in.give(p.slots[i][k], tensor)
		}
	}
	outputs, err := p.run(in)
	if err != nil {
		return nil, err
	}
	next := 0
	take := func() *tensors.Tensor {
		next++
		return outputs[next-1]
	}
	for _, i := range p.trained {
		t.state.params[i] = take()
		for k := range t.state.slots[i] {
			t.state.slots[i][k] = take()
		}
	}
	for _, i := range p.changed {
		t.state.params[i] = take()
	}
	reported := take()
	values, err := tensors.CopyFlatData[float32](reported)
	if err != nil {
		return nil, err
	}
	return values, reported.FinalizeAll()
}

// read loads samples and returns them as the columns of a batch.
func read(ctx context.Context, src sample.Source, indices []int, draw sample.Draw) ([]array, error) {
	b, err := src.Read(ctx, indices, draw)
	if err != nil {
		return nil, fmt.Errorf("trainer: read samples: %w", err)
	}
	return columns(b, len(indices)), nil
}
