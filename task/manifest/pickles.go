package manifest

import (
	"fmt"
	"maps"
	"slices"

	"cggm/data"
	"cggm/data/pickle"
)

// pickled holds the arrays of a pickle of nested dictionaries by their keys,
// joined by slashes.
type pickled struct {
	path   string
	arrays map[string]data.Array
	seen   map[*pickle.Dict]bool // a dictionary may be part of several, or of itself
}

func openPickle(path string) (arrayFile, error) {
	v, err := pickle.Read(path)
	if err != nil {
		return nil, err
	}
	p := pickled{path: path, arrays: make(map[string]data.Array), seen: make(map[*pickle.Dict]bool)}
	if a, ok := v.(data.Array); ok {
		return lone{path, a}, nil
	}
	d, ok := v.(*pickle.Dict)
	if !ok {
		return nil, &data.FileError{Path: path, Where: "the pickle", Found: fmt.Sprintf("%T", v), Want: "an array or a dictionary of arrays"}
	}
	p.add("", d)
	return p, nil
}

func (p pickled) add(prefix string, d *pickle.Dict) {
	if p.seen[d] {
		return
	}
	p.seen[d] = true
	for i, k := range d.Keys {
		key, ok := k.(string)
		if !ok {
			continue
		}
		switch v := d.Values[i].(type) {
		case data.Array:
			p.arrays[prefix+key] = v
		case *pickle.Dict:
			p.add(prefix+key+"/", v)
		}
	}
}

func (p pickled) Names() []string { return slices.Sorted(maps.Keys(p.arrays)) }

func (p pickled) Close() error { return nil }

func (p pickled) Array(name string) (data.Array, error) {
	a, ok := p.arrays[name]
	if !ok {
		return data.Array{}, &data.FileError{Path: p.path, Where: "key " + name, Found: "no such array", Want: fmt.Sprintf("one of %v", p.Names())}
	}
	return a, nil
}
