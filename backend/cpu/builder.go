package cpu

import (
	"errors"
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/notimplemented"
	"github.com/gomlx/compute/shapes"
)

// builder records a graph. Operations are built on the Go engine too, which
// checks them and infers their shapes, unless they repeat another on values of
// the same shapes.
type builder struct {
	notimplemented.Builder
	backend   *Backend
	name      string
	other     compute.Builder
	main      *function
	functions []*function
	done      bool
}

var _ compute.Builder = (*builder)(nil)

func newBuilder(b *Backend, name string) *builder {
	bd := &builder{backend: b, name: name, other: b.other.Builder(name)}
	bd.main = &function{
		Function: lacking, builder: bd, other: bd.other.Main(), name: compute.MainName,
		inferred: make(map[string]inferred), standIns: make(map[string]compute.Value),
	}
	return bd
}

// Name implements compute.Builder.
func (b *builder) Name() string { return b.name }

// Main implements compute.Builder.
func (b *builder) Main() compute.Function { return b.main }

// NewFunction implements compute.Builder.
func (b *builder) NewFunction(name string) (compute.Function, error) {
	other, err := b.other.NewFunction(name)
	if err != nil {
		return nil, err
	}
	f := &function{Function: lacking, builder: b, other: other, name: name}
	b.functions = append(b.functions, f)
	return f, nil
}

// OpShape implements compute.Builder.
func (b *builder) OpShape(op compute.Value) (shapes.Shape, error) {
	v, ok := op.(*value)
	if !ok {
		return shapes.Shape{}, fmt.Errorf("cpu: a value of type %T is not of this engine", op)
	}
	return v.shape, nil
}

// shapesOf returns the shapes of values of the Go engine.
func (b *builder) shapesOf(others []compute.Value) ([]shapes.Shape, error) {
	out := make([]shapes.Shape, len(others))
	for i, v := range others {
		var err error
		if out[i], err = b.other.OpShape(v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Compile implements compute.Builder.
func (b *builder) Compile() (compute.Executable, error) {
	if b.done {
		return nil, errors.New("cpu: the graph is compiled already: build another one")
	}
	if !b.main.returned {
		return nil, errors.New("cpu: the main function returns nothing: call Return before Compile")
	}
	b.done = true
	return b.backend.compile(b.main)
}

// node is one recorded operation.
type node struct {
	op       compute.OpType
	function *function
	inputs   []*value
	args     []any // the operation's settings, in the order of its Go signature
	outputs  []*value
	// emit builds the operation on a function of the Go engine.
	emit func(t compute.Function, in []compute.Value) ([]compute.Value, error)
	// bodies are the closures and functions that the operation runs. The values
	// that they capture from outside follow its direct inputs. again builds the
	// operation with the bodies' translations.
	bodies []*function
	direct int
	again  func(e *emission, t compute.Function, in []compute.Value) ([]compute.Value, error)
	// kin is a number that nodes of the same operation, settings and shapes
	// have in common; 0: none.
	kin int
	marks
	// moved marks a transpose that the product before it carries out.
	moved bool
	// data is the flat content of a constant.
	data any
}

// value is one output of a node.
type value struct {
	node  *node
	index int
	shape shapes.Shape
	other compute.Value
	same  *value  // the value whose bytes this one has: of a reshape, or a node merged
	users []*node // readers of its bytes
}

// marks are what a compilation notes of a node.
type marks struct {
	id      int   // number of the node among those of its compilation
	from    []int // numbers of the nodes whose bytes it reads, by input
	at      int   // position
	live    bool
	cluster *cluster
	sources []*node // that it reads in loops, once it is fused
	segment int     // nodes of different segments do not fuse
	drawn   bool    // random words that their reader draws
	fuses   answer  // whether it can be part of a loop
	runs    answer  // whether it has a kernel
}

// answer is that to a question which is asked again and again.
type answer uint8

const (
	unknown answer = iota
	yes
	no
)

func (a *answer) remember(find func() bool) bool {
	if *a == unknown {
		*a = no
		if find() {
			*a = yes
		}
	}
	return *a == yes
}
