package torch

import (
	"fmt"
	"strconv"

	"cggm/data"
	"cggm/data/pickle"
)

// nameFactor bounds the bytes of all names together, as a multiple of the
// file's size: a dictionary that is shared over and over has many.
const nameFactor = 16

// flattener collects the tensors in nested containers.
type flattener struct {
	file  *File
	names int64 // bytes that names may still have
}

// flatten gives every tensor in the object its name.
func (f *File) flatten(root any) error {
	f.tensors = make(map[string]any)
	w := &flattener{file: f, names: nameFactor*f.size + viewSlack}
	if err := w.add("", root); err != nil {
		return err
	}
	if len(f.tensors) == 0 {
		return f.bad("", "no tensors", "a tensor, or dictionaries and lists of tensors", nil)
	}
	return nil
}

func (w *flattener) add(name string, v any) error {
	switch v := v.(type) {
	case *pickle.Dict:
		for i, key := range v.Keys {
			switch key.(type) {
			case string, int64, []byte:
				if b, ok := key.([]byte); ok {
					key = string(b)
				}
				if err := w.child(name, fmt.Sprint(key), v.Values[i]); err != nil {
					return err
				}
			}
		}
	case *pickle.List:
		return w.items(name, v.Items)
	case pickle.Tuple:
		return w.items(name, v)
	case *tensor, data.Array:
		if name == "" {
			name = "."
		}
		if _, twice := w.file.tensors[name]; twice {
			return w.file.bad("key "+name, "two tensors of that name", "one", nil)
		}
		w.file.tensors[name] = v
	}
	return nil
}

func (w *flattener) items(name string, items []any) error {
	for i, item := range items {
		if err := w.child(name, strconv.Itoa(i), item); err != nil {
			return err
		}
	}
	return nil
}

// child adds what a container holds under a key.
func (w *flattener) child(name, key string, v any) error {
	switch v.(type) {
	case *pickle.Dict, *pickle.List, pickle.Tuple, *tensor, data.Array:
	default:
		return nil
	}
	if name != "" {
		key = name + "." + key
	}
	if w.names -= int64(len(key)); w.names < 0 {
		return w.file.bad("", "containers that share their contents over and over", "a tree", nil)
	}
	return w.add(key, v)
}
