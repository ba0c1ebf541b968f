package trainer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"
)

// Import replaces the state by exported arrays. Every declared parameter must
// be among them; parameters that this network lacks are an error, since they
// mean that the arrays belong to another network.
func (s *State) Import(arrays []Array) error {
	s.grow()
	slots := make(map[int][]*tensors.Tensor)
	memory := make(map[string]map[string][]float32)
	seen := make([]bool, s.set.Len())
	for _, a := range arrays {
		switch {
		case strings.HasPrefix(a.Name, ParamPrefix):
			name := strings.TrimPrefix(a.Name, ParamPrefix)
			i, err := s.match(name, a)
			if err != nil {
				return err
			}
			if err := s.Set(name, a.Values); err != nil {
				return err
			}
			seen[i] = true
		case strings.HasPrefix(a.Name, slotPrefix):
			number, name, _ := strings.Cut(strings.TrimPrefix(a.Name, slotPrefix), "/")
			i, err := s.match(name, a)
			if err != nil {
				return err
			}
			if number != fmt.Sprint(len(slots[i])) {
				return fmt.Errorf("trainer: slot %s of %q is out of order: the checkpoint is damaged", number, name)
			}
			slots[i] = append(slots[i], tensors.FromFlatDataAndDimensions(slices.Clone(a.Values), a.Dims...))
		case strings.HasPrefix(a.Name, memoryPrefix):
			label, name, ok := strings.Cut(strings.TrimPrefix(a.Name, memoryPrefix), "|")
			if !ok {
				return fmt.Errorf("trainer: array %q has no label: the checkpoint is damaged", a.Name)
			}
			if memory[label] == nil {
				memory[label] = make(map[string][]float32)
			}
			memory[label][name] = slices.Clone(a.Values)
		default:
			return fmt.Errorf("trainer: unknown array %q: the checkpoint is of another version", a.Name)
		}
	}
	for i, ok := range seen {
		if !ok {
			return fmt.Errorf("trainer: the checkpoint lacks parameter %q: it belongs to another model", s.set.Specs()[i].Name)
		}
	}
	s.slots, s.memory = slots, memory
	return nil
}

func (s *State) match(name string, a Array) (int, error) {
	i := s.set.Index(name)
	if i < 0 {
		return 0, fmt.Errorf("trainer: the checkpoint holds %q, which the model lacks: it belongs to another model or method", name)
	}
	if want := s.set.Specs()[i].Dims; !slices.Equal(want, a.Dims) {
		return 0, fmt.Errorf("trainer: the checkpoint holds %q with shape %v, the model wants %v: it belongs to another model", name, a.Dims, want)
	}
	return i, nil
}
