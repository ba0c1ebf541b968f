// Package gradcheck compares the gradients of graph-building code with central
// differences.
package gradcheck

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/backend/cpu"
	"cggm/param"
)

// open returns the one engine of the process: tensors stay on the engine that
// first used them.
var open = sync.OnceValues(func() (compute.Backend, error) { return cpu.New("") })

// Build is the code under check: it maps inputs to an output of any shape.
type Build func(b *param.Binding, inputs []*graph.Node) *graph.Node

// Case describes one check.
type Case struct {
	Build Build
	// Inputs are the values of the inputs. The gradients of float32 inputs
	// are checked, unless Fixed; others (tokens, masks) are passed on.
	Inputs []*tensors.Tensor
	// Fixed leaves the inputs' gradients unchecked.
	Fixed bool
	// Training is passed to the layers, together with a random state.
	Training bool
	// Jitter is the standard deviation of the noise that is added to the
	// initial parameters, so that zeros and ones are no special case.
	Jitter float64
	// Step is the difference's half width; 0: 1e-2.
	Step float64
	// Tolerance bounds |analytic - numeric| / max(1, |numeric|); 0: 1e-2.
	Tolerance float64
	// Samples bounds the elements checked per parameter or input; 0: 12.
	Samples int
}

// Run checks the gradient of a random linear function of the output with
// respect to every trainable parameter and every float input.
func Run(t *testing.T, c Case) {
	t.Helper()
	for _, difference := range Differences(t, c) {
		t.Error(difference)
	}
}

// Differences returns a line for every element whose gradient differs from its
// central difference.
func Differences(t *testing.T, c Case) []string {
	t.Helper()
	var found []string
	if err := exceptions.TryCatch[error](func() { found = check(t, c) }); err != nil {
		t.Fatalf("%+v", err)
	}
	return found
}

// Values runs the code once on fresh parameters of the given seed and returns
// its output and the parameters' specifications.
func Values(t *testing.T, seed uint64, c Case) ([]float32, []int, *param.Set) {
	t.Helper()
	var flat []float32
	var dims []int
	set := &param.Set{}
	if err := exceptions.TryCatch[error](func() {
		p := newProgram(t, c, set, false)
		values := p.initial(seed, 0)
		out := p.run(values)[0]
		dims = out.Shape().Dimensions
		flat = floats(out)
	}); err != nil {
		t.Fatalf("%+v", err)
	}
	return flat, dims, set
}

// Noise returns standard normal values of the given shape.
func Noise(seed uint64, dims ...int) *tensors.Tensor {
	rng := rand.New(rand.NewPCG(seed, 1))
	n := 1
	for _, d := range dims {
		n *= d
	}
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(rng.NormFloat64())
	}
	return tensors.FromFlatDataAndDimensions(values, dims...)
}

// program is the compiled graph of a case.
type program struct {
	c       Case
	graph   *graph.Graph
	binding *param.Binding
	random  *graph.Node
	inputs  []*graph.Node
	wanted  []int // inputs whose gradients are checked
	trained []int // parameters whose gradients are checked
}

func newProgram(t *testing.T, c Case, set *param.Set, gradients bool) *program {
	backend, err := open()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{c: c, graph: graph.NewGraph(backend, t.Name())}
	p.binding = &param.Binding{Graph: p.graph, Set: set, Training: c.Training}
	if c.Training {
		p.random = graph.Parameter(p.graph, "random", graph.RNGStateShape)
		p.binding.Random = p.random
	}
	for i, in := range c.Inputs {
		n := graph.Parameter(p.graph, fmt.Sprintf("input%d", i), in.Shape())
		p.inputs = append(p.inputs, n)
		if n.DType().IsFloat() && !c.Fixed {
			p.wanted = append(p.wanted, i)
		}
	}
	out := c.Build(p.binding, p.inputs)
	if !gradients {
		p.compile(out)
		return p
	}
	weights := graph.ConstTensor(p.graph, Noise(99, out.Shape().Dimensions...))
	loss := graph.ReduceAllSum(graph.Mul(out, weights))
	var targets []*graph.Node
	for _, i := range p.binding.Order() {
		if !set.Specs()[i].Fixed {
			p.trained = append(p.trained, i)
			targets = append(targets, p.binding.Node(i))
		}
	}
	for _, i := range p.wanted {
		targets = append(targets, p.inputs[i])
	}
	p.compile(append([]*graph.Node{loss}, graph.Gradient(loss, targets...)...)...)
	return p
}

func (p *program) compile(outputs ...*graph.Node) {
	if err := p.graph.Compile(outputs...); err != nil {
		panic(err)
	}
}

// values holds what a program runs on: parameters by index, then inputs.
type values struct {
	params [][]float32
	inputs []*tensors.Tensor
}

func (p *program) initial(seed uint64, jitter float64) *values {
	v := &values{params: p.binding.Set.Initial(seed), inputs: p.c.Inputs}
	rng := rand.New(rand.NewPCG(seed, 2))
	for i, flat := range v.params {
		if p.binding.Set.Specs()[i].Fixed {
			continue
		}
		for k := range flat {
			flat[k] += float32(rng.NormFloat64() * jitter)
		}
	}
	return v
}

func (p *program) run(v *values) []*tensors.Tensor {
	in := make([]any, p.graph.NumParameters())
	if p.random != nil {
		in[p.random.GetParameterHandle()] = tensors.FromFlatDataAndDimensions([]uint64{7, 11, 13}, 3)
	}
	for i, n := range p.inputs {
		in[n.GetParameterHandle()] = v.inputs[i]
	}
	for _, i := range p.binding.Order() {
		in[p.binding.Node(i).GetParameterHandle()] = tensors.FromFlatDataAndDimensions(v.params[i], p.binding.Set.Specs()[i].Dims...)
	}
	return p.graph.Run(in...)
}

func check(t *testing.T, c Case) (found []string) {
	step, tolerance, samples := c.Step, c.Tolerance, c.Samples
	if step == 0 {
		step = 1e-2
	}
	if tolerance == 0 {
		tolerance = 1e-2
	}
	if samples == 0 {
		samples = 12
	}
	p := newProgram(t, c, &param.Set{}, true)
	v := p.initial(1, c.Jitter)
	analytic := p.run(v)[1:]

	compare := func(name string, gradient, at []float32, set func([]float32)) {
		rng := rand.New(rand.NewPCG(3, uint64(len(at))))
		for _, k := range rng.Perm(len(at))[:min(samples, len(at))] {
			moved := append([]float32(nil), at...)
			loss := func(by float64) float64 {
				moved[k] = at[k] + float32(by)
				set(moved)
				return float64(floats(p.run(v)[0])[0])
			}
			low, middle, high := loss(-step), loss(0), loss(step)
			set(at)
			got, numeric := float64(gradient[k]), (high-low)/(2*step)
			bound := tolerance * math.Max(1, math.Abs(numeric))
			// Where the step crosses a kink, as of ReLU, the central difference
			// is a mixture: the gradient then lies between the one-sided ones.
			left, right := (middle-low)/step, (high-middle)/step
			if !(got >= min(numeric, left, right)-bound && got <= max(numeric, left, right)+bound) {
				found = append(found, fmt.Sprintf("%s, element %d: gradient %.5f, central difference %.5f", name, k, got, numeric))
			}
		}
	}
	for g, i := range p.trained {
		compare(p.binding.Set.Specs()[i].Name, floats(analytic[g]), v.params[i], func(x []float32) { v.params[i] = x })
	}
	v.inputs = append([]*tensors.Tensor(nil), v.inputs...)
	for g, i := range p.wanted {
		dims := c.Inputs[i].Shape().Dimensions
		compare(fmt.Sprintf("input %d", i), floats(analytic[len(p.trained)+g]), floats(c.Inputs[i]), func(x []float32) {
			v.inputs[i] = tensors.FromFlatDataAndDimensions(x, dims...)
		})
	}
	return found
}

func floats(t *tensors.Tensor) []float32 {
	flat, err := tensors.CopyFlatData[float32](t)
	if err != nil {
		panic(err)
	}
	return flat
}

// Trace builds the case's graph and passes panics on.
func Trace(t *testing.T, c Case) {
	t.Helper()
	newProgram(t, c, &param.Set{}, false)
}
