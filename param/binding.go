package param

import (
	"strconv"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"
)

// Binding connects a Set with one graph.
type Binding struct {
	Graph *graph.Graph
	Set   *Set
	// Training tells layers such as dropout which behaviour to build.
	Training bool
	// Random is the state of the random number generator for this execution,
	// uint64[3]; nil when nothing random may be built.
	Random *graph.Node

	copy   string // label of the copy that scopes hand out; "": the parameters
	shared *shared
}

// shared is what all bindings of one graph have in common.
type shared struct {
	order   []int
	nodes   map[int]*graph.Node
	updates map[int]*graph.Node
}

func (b *Binding) state() *shared {
	if b.shared == nil {
		b.shared = &shared{nodes: make(map[int]*graph.Node), updates: make(map[int]*graph.Node)}
	}
	return b.shared
}

// Evaluation returns a binding to the same parameters in the same graph whose
// layers behave as in evaluation.
func (b *Binding) Evaluation() *Binding {
	return &Binding{Graph: b.Graph, Set: b.Set, Random: b.Random, copy: b.copy, shared: b.state()}
}

// Copy returns a binding to a copy of the parameters in the same graph. The
// copy of parameter NAME is called "state/LABEL/NAME" and belongs to State;
// nothing trains it, gradients stop at it, and layers behave as in evaluation.
// It starts from values of its own, to be replaced, for example by those of
// the parameters at another time.
func (b *Binding) Copy(label string) *Binding {
	return &Binding{Graph: b.Graph, Set: b.Set, Random: b.Random, copy: label, shared: b.state()}
}

// Scope returns the root scope of a group.
func (b *Binding) Scope(group Group) Scope {
	if b.copy == "" {
		return Scope{binding: b, group: group, path: group.String()}
	}
	state := Group{Kind: State}
	return Scope{binding: b, group: state, path: state.String() + "/" + b.copy + "/" + group.String(), frozen: true, copied: true}
}

// Node returns the graph node of parameter i, creating it when needed.
func (b *Binding) Node(i int) *graph.Node {
	state := b.state()
	if n, ok := state.nodes[i]; ok {
		return n
	}
	spec := b.Set.specs[i]
	n := graph.Parameter(b.Graph, spec.Name, shapes.Make(dtypes.Float32, spec.Dims...))
	state.nodes[i] = n
	state.order = append(state.order, i)
	return n
}

// Order returns the parameters that the graph asked for, in the order in which
// their graph nodes were created.
func (b *Binding) Order() []int { return b.state().order }

// Update returns the new value that a layer set for the fixed parameter i, or
// nil.
func (b *Binding) Update(i int) *graph.Node { return b.state().updates[i] }

// Scope hands out the parameters of one group while a graph is built. It is a
// small value; In returns a scope below it.
type Scope struct {
	binding *Binding
	group   Group
	path    string
	frozen  bool
	copied  bool
}

// In returns the scope with name appended to its path.
func (s Scope) In(name string) Scope {
	s.path += "/" + name
	return s
}

// At returns the scope with name and index appended to its path.
func (s Scope) At(name string, index int) Scope { return s.In(name + strconv.Itoa(index)) }

// Frozen returns the same scope with its parameters behind a stop-gradient:
// what is built with it passes gradients on to its inputs only.
func (s Scope) Frozen() Scope {
	s.frozen = true
	return s
}

// Graph returns the graph being built.
func (s Scope) Graph() *graph.Graph { return s.binding.Graph }

// Group returns the group that the scope declares parameters in.
func (s Scope) Group() Group { return s.group }

// Training reports whether the graph trains the network.
func (s Scope) Training() bool { return s.binding.Training }

// Var returns the node of the float32 parameter with the given name and shape,
// declaring it on first use. It panics when the name is already declared with
// another shape.
func (s Scope) Var(name string, init Init, dims ...int) *graph.Node {
	n := s.variable(name, init, dims, s.copied)
	if s.frozen {
		return graph.StopGradient(n)
	}
	return n
}

// Fixed returns the node of a parameter that gradients do not train, such as
// the moving mean of a batch normalisation. SetFixed changes it.
func (s Scope) Fixed(name string, init Init, dims ...int) *graph.Node {
	return s.variable(name, init, dims, true)
}

// SetFixed makes value the fixed parameter's value after this execution.
func (s Scope) SetFixed(name string, value *graph.Node) {
	i := s.binding.Set.Index(s.path + "/" + name)
	if i < 0 || !s.binding.Set.specs[i].Fixed {
		exceptions.Panicf("param: %q is not a fixed parameter: declare it with Fixed first", s.path+"/"+name)
	}
	s.binding.state().updates[i] = value
}

// Preset makes init give the declared parameter its initial value, for example
// a pretrained one, instead of the way it was declared with. It panics when the
// scope has no parameter of this name.
func (s Scope) Preset(name string, init Init) {
	i := s.binding.Set.Index(s.path + "/" + name)
	if i < 0 {
		exceptions.Panicf("param: %q is not a parameter: declare it with Var or Fixed first", s.path+"/"+name)
	}
	s.binding.Set.specs[i].init = init
}

func (s Scope) variable(name string, init Init, dims []int, fixed bool) *graph.Node {
	i, err := s.binding.Set.declare(&Spec{
		Name: s.path + "/" + name, Group: s.group, Dims: append([]int{}, dims...), Fixed: fixed, init: init,
	})
	if err != nil {
		panic(err)
	}
	return s.binding.Node(i)
}

// Uniform returns random numbers in [0,1) of the given shape. The numbers
// depend on the execution's random state and on the scope's path alone: not on
// what else the graph draws, and the same site in a second pass through the
// same layers draws the same numbers.
func (s Scope) Uniform(shape shapes.Shape) *graph.Node {
	if s.binding.Random == nil {
		exceptions.Panicf("param: %s draws random numbers in a graph without a random state", s.path)
	}
	state := s.stream()
	_, values := graph.RandomUniform(state, shape)
	return values
}

// Gaussian returns standard normal random numbers of the given shape, with the
// same guarantees as Uniform.
func (s Scope) Gaussian(shape shapes.Shape) *graph.Node {
	if s.binding.Random == nil {
		exceptions.Panicf("param: %s draws random numbers in a graph without a random state", s.path)
	}
	_, values := graph.RandomNormal(s.stream(), shape)
	return values
}

func (s Scope) stream() *graph.Node {
	h := hash(s.path)
	return graph.BitwiseXor(s.binding.Random, graph.Const(s.binding.Graph, []uint64{h, h * 0x9E3779B97F4A7C15, 0}))
}
