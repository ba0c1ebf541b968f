package pickle

import (
	"fmt"
	"math/big"

	"cggm/data"
)

const (
	// maxDepth bounds the nesting of containers.
	maxDepth = 256
	// maxNodes and nodesPerByte bound the values and elements that a walk over
	// a pickle meets: ten lists that each hold the next one twice are a
	// thousand.
	maxNodes     = 1 << 20
	nodesPerByte = 16
)

// finisher replaces arrays by their values, in every container once.
type finisher struct {
	// weights are the numbers of values in containers that are done; a
	// container on the way down has weight 0.
	weights map[any]int64
	limit   int64
}

// finish returns the object with all its arrays built. It refuses objects that
// contain themselves, are nested too deep, or share so much that walking over
// them would never end.
func (m *machine) finish(v any) (any, error) {
	f := &finisher{weights: make(map[any]int64), limit: maxNodes + nodesPerByte*m.size}
	out, _, err := f.value(v, 0)
	return out, err
}

// value returns the finished value and the number of values in it.
func (f *finisher) value(v any, depth int) (any, int64, error) {
	if depth > maxDepth {
		return nil, 0, bad("containers nested deeper", fmt.Sprintf("at most %d levels", maxDepth), nil)
	}
	switch v := v.(type) {
	case *ndarray:
		switch a := v.value.(type) {
		case data.Array:
			return a, 1 + int64(a.Len()), nil
		case *Objects:
			weight, err := f.items(a, a.Items, depth)
			if words, ok := asStrings(a.Items); ok && err == nil {
				v.value = data.Array{Shape: a.Shape, Values: words}
			}
			return v.value, weight, err
		}
		return nil, 0, bad("an array without contents", "its state", nil)
	case *dtype:
		return v.order + v.code, 1, nil
	case Class:
		return nil, 0, bad("a class as a value", "an object of it", nil)
	case Tuple:
		if len(v) == 0 {
			return v, 1, nil
		}
		weight, err := f.items(&v[0], v, depth)
		return v, weight, err
	case *List:
		weight, err := f.items(v, v.Items, depth)
		return v, weight, err
	case *Dict:
		weight, err := f.dict(v, depth)
		return v, weight, err
	}
	return v, 1, nil
}

// dict finishes the keys and values of a dictionary.
func (f *finisher) dict(d *Dict, depth int) (int64, error) {
	if d.index != nil {
		return f.items(d, d.Values, depth)
	}
	for i, key := range d.Keys {
		switch key.(type) {
		case nil, bool, int64, *big.Int, float64, string, []byte, Tuple:
		default:
			return 0, bad(describe(key)+" as a key", "a string, number or tuple", nil)
		}
		k, _, err := f.value(key, depth+1)
		if err != nil {
			return 0, err
		}
		d.Keys[i] = k
	}
	d.reindex()
	return f.items(d, d.Values, depth)
}

// items finishes the contents of a container, whose identity is key, in place.
func (f *finisher) items(key any, items []any, depth int) (int64, error) {
	if weight, ok := f.weights[key]; ok {
		if weight == 0 {
			return 0, bad("a container that holds itself", "a tree", nil)
		}
		return weight, nil
	}
	f.weights[key] = 0
	total := int64(1)
	for i, item := range items {
		v, weight, err := f.value(item, depth+1)
		if err != nil {
			return 0, err
		}
		items[i] = v
		if total += weight; total > f.limit {
			return 0, bad("containers that share their contents over and over", fmt.Sprintf("at most %d values in all", f.limit), nil)
		}
	}
	f.weights[key] = total
	return total, nil
}

// asStrings returns the items if all are strings; byte strings are not, as
// nobody knows their encoding.
func asStrings(items []any) ([]string, bool) {
	out := make([]string, 0, len(items))
	for _, item := range items {
		s, ok := item.(string)
		if !ok {
			return nil, false
		}
		out = append(out, s)
	}
	return out, len(items) > 0
}
