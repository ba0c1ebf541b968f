// Package param declares the parameters of a network. Every parameter belongs
// to exactly one Group, given when it is declared; nothing ever looks at names
// to decide what a parameter is.
//
// A Set is the ordered list of all parameters. A Binding connects the set with
// one computation graph: layers ask a Scope for a parameter and get the graph
// node that stands for it. The first graph that is built declares the
// parameters, later graphs (other batch sizes, evaluation) find them again.
package param

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
)

// Spec is one declared parameter: float32, row-major, of shape Dims.
type Spec struct {
	Name  string // unique in the set, for example "encoder/0/block1/weight"
	Group Group
	Dims  []int
	// Fixed marks a value that gradients do not train, such as a moving mean.
	Fixed bool
	init  Init
}

// Size returns the number of elements.
func (s *Spec) Size() int {
	n := 1
	for _, d := range s.Dims {
		n *= d
	}
	return n
}

// Set is the ordered list of the parameters of a network. The zero value is an
// empty set.
type Set struct {
	specs []*Spec
	index map[string]int
}

// Specs returns the declared parameters in order of declaration.
func (s *Set) Specs() []*Spec { return s.specs }

// Len returns the number of declared parameters.
func (s *Set) Len() int { return len(s.specs) }

// Index returns the position of the named parameter, or -1.
func (s *Set) Index(name string) int {
	if i, ok := s.index[name]; ok {
		return i
	}
	return -1
}

// Groups returns the groups that hold at least one parameter, ordered by kind
// and modality.
func (s *Set) Groups() []Group {
	var groups []Group
	for _, spec := range s.specs {
		if !slices.Contains(groups, spec.Group) {
			groups = append(groups, spec.Group)
		}
	}
	slices.SortFunc(groups, func(a, b Group) int {
		if a.Kind != b.Kind {
			return int(a.Kind) - int(b.Kind)
		}
		return a.Modality - b.Modality
	})
	return groups
}

// Initial returns the initial value of every parameter. It depends only on the
// seed and on the parameter's name and shape, so that adding a modality leaves
// the other modalities' start unchanged.
func (s *Set) Initial(seed uint64) [][]float32 {
	values := make([][]float32, len(s.specs))
	for i, spec := range s.specs {
		values[i] = make([]float32, spec.Size())
		spec.init(rand.New(rand.NewPCG(seed, hash(spec.Name))), spec.Dims, values[i])
	}
	return values
}

func (s *Set) declare(spec *Spec) (int, error) {
	if i, ok := s.index[spec.Name]; ok {
		old := s.specs[i]
		if old.Group != spec.Group || !slices.Equal(old.Dims, spec.Dims) || old.Fixed != spec.Fixed {
			return 0, fmt.Errorf("param: %q declared as %v %v, now asked for as %v %v: give one of them another name",
				spec.Name, old.Group, old.Dims, spec.Group, spec.Dims)
		}
		return i, nil
	}
	if s.index == nil {
		s.index = make(map[string]int)
	}
	s.index[spec.Name] = len(s.specs)
	s.specs = append(s.specs, spec)
	return len(s.specs) - 1, nil
}

func hash(name string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // a hash never fails
	return h.Sum64()
}
