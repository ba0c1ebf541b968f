package trainer

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/balance"
	"cggm/network"
	"cggm/optim"
	"cggm/param"
)

// program is the graph of one update for one batch size and phase. It returns
// the trained values with their slots, the changed values and the report.
type program struct {
	built
	trained []int // parameters with an optimizer step, in order
	slots   map[int][]graph.ParameterHandle
	changed []int    // fixed parameters that get a new value, in order
	names   []string // names of the reported scalars
}

// scalars are the host's inputs of one update.
type scalars struct {
	random          []uint64
	rate, auxRate   float64
	epoch, progress float64
}

func (s scalars) arrays() []array {
	return []array{
		{s.random, []int{3}},
		{[]float32{float32(s.rate), float32(s.auxRate), float32(s.epoch), float32(s.progress)}, []int{4}},
	}
}

// build constructs the graph of an update; a panic of graph-building code
// becomes an error here, for all methods, layers and losses.
func (t *Trainer) build(rows, heldout, phase int) (p *program, err error) {
	caught := exceptions.TryCatch[error](func() { p = t.construct(rows, heldout, phase) })
	if caught != nil {
		return nil, fmt.Errorf("trainer: build the training step of %s for batches of %d: %w", t.name, rows, caught)
	}
	return p, nil
}

func (t *Trainer) construct(rows, heldout, phase int) *program {
	s := &t.setup
	g := graph.NewGraph(s.Backend, fmt.Sprintf("update-%d-%d", phase, rows))
	random := graph.Parameter(g, "random", graph.RNGStateShape)
	host := graph.Parameter(g, "scalars", shapes.Make(dtypes.Float32, 4))
	in := newInlet(g, "batch", s.Data.Train, rows)
	b := &param.Binding{Graph: g, Set: t.set, Training: true, Random: random}

	step := &balance.Step{
		Pass: in.pass(s.Model, b, t.complete), Labels: in.labels,
		Loss: s.Loss, Signal: s.Signal, Task: s.Task, Phase: phase,
		Epoch: element(host, 2), Epochs: s.Options.Epochs, Progress: element(host, 3),
	}
	if heldout > 0 {
		probe := newInlet(g, "heldout", s.Data.Train, heldout)
		quiet := b.Evaluation()
		step.Heldout, step.HeldoutLabels = probe.pass(s.Model, quiet, t.complete), probe.labels
	}

	e := s.Method.Build(step)
	e.ByRate = e.ByRate || s.Options.Apply == "rate"
	p := &program{built: built{graph: g, binding: b}, slots: make(map[int][]graph.ParameterHandle)}
	loss := e.Objective
	if loss == nil {
		loss = step.TaskLoss()
	}
	total := loss
	if e.Loss != nil {
		total = graph.Add(loss, e.Loss)
	}

	var train []int
	for _, i := range b.Order() {
		spec := t.set.Specs()[i]
		if !spec.Fixed && (e.Train == nil || e.Train(spec.Group)) {
			train = append(train, i)
		}
	}
	grads := balance.NewGradients(step, total, train)
	grads.Apply(e)
	r := &report{modalities: s.Model.Names()}
	r.add("loss", loss)
	r.add("feature_norm", featureNorms(step.Pass))
	for _, q := range e.Report {
		r.add(q.Name, q.Value)
	}
	t.clip(grads, r)
	outputs := t.update(p, grads, e, host)
	for _, i := range b.Order() {
		if value := b.Update(i); value != nil {
			p.changed = append(p.changed, i)
			outputs = append(outputs, value)
		}
	}
	p.names = r.names
	p.outputs = append(outputs, graph.Stack(r.nodes, 0))
	return p
}

// clip bounds the gradients' global norm and reports the norms before it. The
// auxiliary classifiers have an optimizer of their own and are left out,
// except where modalities train independently: then each is clipped with its
// own classifier.
func (t *Trainer) clip(g *balance.Gradients, r *report) {
	specs := t.set.Specs()
	var all []int
	for _, group := range t.set.Groups() {
		params := g.Group(group)
		if len(params) == 0 {
			continue
		}
		name := group.String()
		if group.Kind.PerModality() {
			name = group.Kind.String() + "/" + t.setup.Model.Modalities[group.Modality].Name
		}
		r.add("grad_norm/"+name, optim.GlobalNorm(nodes(g, params)))
		if group.Kind != param.Auxiliary {
			all = append(all, params...)
		}
	}
	sets := [][]int{all}
	if t.traits.Independent {
		sets = make([][]int, len(t.setup.Model.Modalities))
		for _, i := range g.Params() {
			m := specs[i].Group.Modality
			sets[m] = append(sets[m], i)
		}
	} else if len(all) > 0 {
		r.add("grad_norm", optim.GlobalNorm(nodes(g, all)))
	}
	if t.setup.Options.Clip == 0 {
		return
	}
	for _, set := range sets {
		if len(set) == 0 {
			continue
		}
		clipped := optim.ClipByGlobalNorm(nodes(g, set), t.setup.Options.Clip)
		for k, i := range set {
			g.Set(i, clipped[k])
		}
	}
}

// update builds the optimizers' steps and returns their results: for every
// trained parameter its new value, then its new slots.
func (t *Trainer) update(p *program, g *balance.Gradients, e balance.Effect, host *graph.Node) []*graph.Node {
	specs := t.set.Specs()
	counters := p.binding.Scope(param.Group{Kind: param.State}).In(updatesScope)
	steps := make(map[param.Group]*graph.Node)
	var outputs []*graph.Node
	for _, i := range g.Params() {
		spec := specs[i]
		step, ok := steps[spec.Group]
		if !ok {
			step = graph.OnePlus(counters.Fixed(spec.Group.String(), param.Zeros))
			counters.SetFixed(spec.Group.String(), step)
			steps[spec.Group] = step
		}
		recipe, rate := t.setup.Main, element(host, 0)
		if spec.Group.Kind == param.Auxiliary {
			recipe, rate = t.setup.Auxiliary, element(host, 1)
		}
		if factor, ok := t.setup.Rates[spec.Group.String()]; ok {
			rate = graph.MulScalar(rate, factor)
		}
		if e.Rate != nil && (spec.Group.Kind == param.Encoder || spec.Group.Kind == param.Stem) {
			rate = graph.Mul(rate, e.Rate[spec.Group.Modality])
		}
		if e.ByRate && e.Scale != nil && spec.Group.Kind == param.Encoder {
			rate = graph.Mul(rate, e.Scale[spec.Group.Modality])
		}
		count := recipe.Optimizer.Slots()
		slots := make([]*graph.Node, count)
		for k := range slots {
			slots[k] = graph.Parameter(p.graph, fmt.Sprintf("slot%d/%s", k, spec.Name), shapes.Make(dtypes.Float32, spec.Dims...))
			p.slots[i] = append(p.slots[i], slots[k].GetParameterHandle())
		}
		decay := graph.Scalar(p.graph, dtypes.Float32, recipe.Decay)
		value, after := recipe.Optimizer.Update(p.binding.Node(i), g.Get(i), slots, rate, decay, step)
		p.trained = append(p.trained, i)
		outputs = append(append(outputs, value), after...)
	}
	return outputs
}

// report collects the scalars that an update returns to the host.
type report struct {
	modalities []string
	names      []string
	nodes      []*graph.Node
}

// add records a scalar, or a vector with one entry per modality under
// "name/modality".
func (r *report) add(name string, value *graph.Node) {
	value = graph.StopGradient(value)
	if value.Rank() == 0 {
		r.names = append(r.names, name)
		r.nodes = append(r.nodes, value)
		return
	}
	for m, modality := range r.modalities {
		r.names = append(r.names, name+"/"+modality)
		r.nodes = append(r.nodes, element(value, m))
	}
}

func featureNorms(p *network.Pass) *graph.Node {
	norms := make([]*graph.Node, len(p.Inputs))
	for m := range norms {
		if !p.Built(m) {
			norms[m] = graph.ScalarZero(p.Binding.Graph, dtypes.Float32)
			continue
		}
		norms[m] = graph.Sqrt(graph.ReduceAllMean(graph.Square(p.Feature(m).Value)))
	}
	return graph.Stack(norms, 0)
}

func nodes(g *balance.Gradients, params []int) []*graph.Node {
	out := make([]*graph.Node, len(params))
	for k, i := range params {
		out[k] = g.Get(i)
	}
	return out
}

func element(v *graph.Node, i int) *graph.Node {
	return graph.Reshape(graph.Slice(v, graph.AxisElem(i)))
}
