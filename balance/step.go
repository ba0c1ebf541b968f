package balance

import (
	"maps"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/network"
	"cggm/objective"
	"cggm/param"
)

// Step is one training step while its graph is being built.
type Step struct {
	Pass   *network.Pass
	Labels *graph.Node
	Loss   objective.Loss
	Signal objective.Signal
	Task   objective.Task
	// Heldout runs the model on samples that never enter the loss, in
	// evaluation mode; nil unless the method asked for it.
	Heldout       *network.Pass
	HeldoutLabels *graph.Node
	// Epoch is the number of the epoch from 0, a float32 scalar.
	Epoch *graph.Node
	// Epochs is the number of epochs that the training is to last.
	Epochs int
	// Progress is the share of the epoch's batches already done, in [0,1), a
	// float32 scalar.
	Progress *graph.Node
	// Phase counts the updates of one batch from 0.
	Phase int

	taskLoss *graph.Node
}

// Modalities returns the number of modalities.
func (s *Step) Modalities() int { return len(s.Pass.Inputs) }

// Graph returns the graph being built.
func (s *Step) Graph() *graph.Graph { return s.Pass.Binding.Graph }

// TaskLoss returns the loss of the fused output.
func (s *Step) TaskLoss() *graph.Node {
	if s.taskLoss == nil {
		s.taskLoss = s.Of(s.Pass.Fused().Logits)
	}
	return s.taskLoss
}

// Of returns the loss of the given logits on the step's labels.
func (s *Step) Of(logits *graph.Node) *graph.Node { return s.Loss.Loss(logits, s.Labels, nil) }

// State returns the scope in which a method declares, with Fixed, what it
// remembers between steps.
func (s *Step) State(method string) param.Scope {
	return s.Pass.Binding.Scope(param.Group{Kind: param.State}).In(method)
}

// Open returns 1 while first <= epoch < end and 0 otherwise; end 0 means
// without end.
func (s *Step) Open(first, end int) *graph.Node {
	in := graph.GreaterOrEqual(s.Epoch, graph.Scalar(s.Graph(), s.Epoch.DType(), float64(first)))
	if end > 0 {
		in = graph.LogicalAnd(in, graph.LessThan(s.Epoch, graph.Scalar(s.Graph(), s.Epoch.DType(), float64(end))))
	}
	return graph.ConvertDType(in, s.Epoch.DType())
}

// Confidence returns the sum over the batch of the probability that modality
// m's logits give to the true class, as a constant (Peng et al. 2022, eq. 5).
func (s *Step) Confidence(m int) *graph.Node {
	p := graph.Softmax(graph.StopGradient(s.Pass.Unimodal(m)), -1)
	truth := graph.OneHot(s.Labels, p.Shape().Dimensions[p.Rank()-1], p.DType())
	return graph.ReduceAllSum(graph.Mul(p, truth))
}

// Gradients holds the gradient of every parameter that an update trains.
type Gradients struct {
	Step  *Step
	nodes map[int]*graph.Node
	order []int
}

// NewGradients differentiates loss with respect to the given parameters.
func NewGradients(s *Step, loss *graph.Node, params []int) *Gradients {
	g := &Gradients{Step: s, nodes: make(map[int]*graph.Node), order: params}
	for k, grad := range g.Of(loss, params) {
		g.nodes[params[k]] = grad
	}
	return g
}

// Of returns the gradients of another loss with respect to the given
// parameters.
func (g *Gradients) Of(loss *graph.Node, params []int) []*graph.Node {
	if len(params) == 0 {
		return nil
	}
	nodes := make([]*graph.Node, len(params))
	for k, i := range params {
		nodes[k] = g.Step.Pass.Binding.Node(i)
	}
	return graph.Gradient(loss, nodes...)
}

// Group returns the parameters of a group that the update trains.
func (g *Gradients) Group(group param.Group) []int {
	var in []int
	for _, i := range g.order {
		if g.Step.Pass.Binding.Set.Specs()[i].Group == group {
			in = append(in, i)
		}
	}
	return in
}

// Params returns all parameters that the update trains.
func (g *Gradients) Params() []int { return g.order }

// Get returns the gradient of parameter i.
func (g *Gradients) Get(i int) *graph.Node { return g.nodes[i] }

// Set replaces the gradient of parameter i.
func (g *Gradients) Set(i int, grad *graph.Node) { g.nodes[i] = grad }

// Param returns the parameter that the given graph node stands for, or -1.
func (g *Gradients) Param(node *graph.Node) int {
	for _, i := range g.order {
		if g.Step.Pass.Binding.Node(i) == node {
			return i
		}
	}
	return -1
}

// Apply carries out what an effect does to gradients: edit, scale, noise.
func (g *Gradients) Apply(e Effect) {
	if e.Edit != nil {
		e.Edit(g)
	}
	unscaled := maps.Clone(g.nodes)
	if e.Scale != nil && !e.ByRate {
		g.scale(e.Scale)
	}
	if e.Noise != nil {
		addNoise(g, unscaled, e.Noise)
	}
}

func (g *Gradients) scale(scale []*graph.Node) {
	for _, i := range g.order {
		group := g.Step.Pass.Binding.Set.Specs()[i].Group
		if group.Kind == param.Encoder {
			g.nodes[i] = graph.Mul(g.nodes[i], scale[group.Modality])
		}
	}
}
