package trainer

import (
	"fmt"
	"maps"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/balance"
	"cggm/param"
)

// State is everything that an update changes: parameters (those that methods
// remember things in included), optimizer slots, and saved copies.
type State struct {
	backend compute.Backend
	set     *param.Set
	seed    uint64
	params  []*tensors.Tensor
	slots   map[int][]*tensors.Tensor
	memory  map[string]map[string][]float32
}

var _ balance.Values = (*State)(nil)

func newState(backend compute.Backend, set *param.Set, seed uint64) *State {
	return &State{
		backend: backend, set: set, seed: seed,
		slots: make(map[int][]*tensors.Tensor), memory: make(map[string]map[string][]float32),
	}
}

// grow gives initial values to parameters declared since the last call.
func (s *State) grow() {
	if len(s.params) == s.set.Len() {
		return
	}
	initial := s.set.Initial(s.seed)
	for i := len(s.params); i < s.set.Len(); i++ {
		s.params = append(s.params, tensors.FromFlatDataAndDimensions(initial[i], s.set.Specs()[i].Dims...))
	}
}

// slot returns the optimizer slots of parameter i, zeros at first.
func (s *State) slot(i, count int) []*tensors.Tensor {
	if _, ok := s.slots[i]; !ok {
		spec := s.set.Specs()[i]
		fresh := make([]*tensors.Tensor, count)
		for k := range fresh {
			fresh[k] = tensors.FromFlatDataAndDimensions(make([]float32, spec.Size()), spec.Dims...)
		}
		s.slots[i] = fresh
	}
	return s.slots[i]
}

// Get returns a copy of the named parameter.
func (s *State) Get(name string) ([]float32, error) {
	i := s.set.Index(name)
	if i < 0 || i >= len(s.params) {
		return nil, fmt.Errorf("trainer: no parameter %q", name)
	}
	return tensors.CopyFlatData[float32](s.params[i])
}

// Set replaces the named parameter.
func (s *State) Set(name string, values []float32) error {
	i := s.set.Index(name)
	if i < 0 {
		return fmt.Errorf("trainer: no parameter %q", name)
	}
	s.grow()
	spec := s.set.Specs()[i]
	if len(values) != spec.Size() {
		return fmt.Errorf("trainer: parameter %q of shape %v: %d values given, want %d", name, spec.Dims, len(values), spec.Size())
	}
	return s.replace(i, tensors.FromFlatDataAndDimensions(slices.Clone(values), spec.Dims...))
}

func (s *State) replace(i int, t *tensors.Tensor) error {
	old := s.params[i]
	s.params[i] = t
	if !old.Ok() {
		return nil
	}
	return old.FinalizeAll()
}

// Save keeps copies of the parameters of the groups under a label.
func (s *State) Save(label string, groups ...param.Group) error {
	copies := make(map[string][]float32)
	for _, spec := range s.set.Specs() {
		if !slices.Contains(groups, spec.Group) {
			continue
		}
		v, err := s.Get(spec.Name)
		if err != nil {
			return err
		}
		copies[spec.Name] = v
	}
	s.memory[label] = copies
	return nil
}

// Restore puts the copies saved under the label back.
func (s *State) Restore(label string) error { return s.Pull(label, 1) }

// Pull moves the parameters saved under the label a share, in [0,1], of the way
// back to the copies.
func (s *State) Pull(label string, share float64) error {
	copies, ok := s.memory[label]
	if !ok {
		return fmt.Errorf("trainer: nothing is saved as %q", label)
	}
	if !(share >= 0 && share <= 1) {
		return fmt.Errorf("trainer: a share of %g of the way to %q: must be in [0,1]", share, label)
	}
	for _, name := range slices.Sorted(maps.Keys(copies)) {
		values, err := s.Get(name)
		if err != nil {
			return err
		}
		for i, saved := range copies[name] {
			if share == 1 {
				values[i] = saved // whatever it was, even not a number
				continue
			}
			values[i] = float32(share*float64(saved) + (1-share)*float64(values[i]))
		}
		if err := s.Set(name, values); err != nil {
			return err
		}
	}
	return nil
}

// Forget clears the optimizer slots of the parameters of the groups and counts
// their updates anew.
func (s *State) Forget(groups ...param.Group) error {
	for i, spec := range s.set.Specs() {
		if !slices.Contains(groups, spec.Group) {
			continue
		}
		for _, slot := range s.slots[i] {
			if err := slot.FinalizeAll(); err != nil {
				return err
			}
		}
		delete(s.slots, i)
	}
	for _, group := range groups {
		counter := "state/" + updatesScope + "/" + group.String()
		if s.set.Index(counter) < 0 {
			continue // never trained
		}
		if err := s.Set(counter, []float32{0}); err != nil {
			return err
		}
	}
	return nil
}

// updatesScope is the scope of State in which updates of each group are counted.
const updatesScope = "updates"

// Array is one named array of a state.
type Array struct {
	Name   string
	Dims   []int
	Values []float32
}

// ParamPrefix begins the names under which a state's parameters are exported.
const ParamPrefix = "param/"

// The prefixes of the other arrays of a state.
const (
	slotPrefix   = "slot/"
	memoryPrefix = "memory/"
)

// Export returns copies of all arrays of the state, in a fixed order.
func (s *State) Export() ([]Array, error) {
	var out []Array
	for i, spec := range s.set.Specs()[:len(s.params)] {
		v, err := tensors.CopyFlatData[float32](s.params[i])
		if err != nil {
			return nil, err
		}
		out = append(out, Array{ParamPrefix + spec.Name, spec.Dims, v})
	}
	for _, i := range slices.Sorted(maps.Keys(s.slots)) {
		spec := s.set.Specs()[i]
		for k, t := range s.slots[i] {
			v, err := tensors.CopyFlatData[float32](t)
			if err != nil {
				return nil, err
			}
			out = append(out, Array{fmt.Sprintf("%s%d/%s", slotPrefix, k, spec.Name), spec.Dims, v})
		}
	}
	for _, label := range slices.Sorted(maps.Keys(s.memory)) {
		for _, name := range slices.Sorted(maps.Keys(s.memory[label])) {
			v := s.memory[label][name]
			out = append(out, Array{memoryPrefix + label + "|" + name, []int{len(v)}, slices.Clone(v)})
		}
	}
	return out, nil
}
