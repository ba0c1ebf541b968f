package pickle

import (
	"fmt"
	"math/big"

	"cggm/data"
)

// Tuple is a Python tuple.
type Tuple []any

// List is a Python list or set. Several places of a pickle may share one.
type List struct {
	// Items are the elements; a set is in the order of the pickle.
	Items []any
}

// Dict is a Python dictionary, ordered as in the pickle.
type Dict struct {
	// Keys and Values belong together by position.
	Keys, Values []any
	index        map[any]int
}

// Objects is an array of Python objects other than strings, in row-major
// order.
type Objects struct {
	// Shape holds the sizes of the axes.
	Shape []int
	// Items are the elements.
	Items []any
}

// Get returns the value of a key: a string finds strings and byte strings, an
// int finds integers. Other keys are in Keys.
func (d *Dict) Get(key any) (any, bool) {
	k, ok := hashable(key)
	if !ok {
		return nil, false
	}
	i, ok := d.index[k]
	if !ok {
		return nil, false
	}
	return d.Values[i], true
}

// reindex notes where each key is; of equal keys the last counts, as in Python.
func (d *Dict) reindex() {
	d.index = make(map[any]int, len(d.Keys))
	for i, key := range d.Keys {
		if k, ok := hashable(key); ok {
			d.index[k] = i
		}
	}
}

// hashable returns the form under which a key is found.
func hashable(key any) (any, bool) {
	switch k := key.(type) {
	case string:
		return k, true
	case []byte:
		return string(k), true
	case int:
		return int64(k), true
	case int64:
		return k, true
	}
	return nil, false
}

// set adds a pair.
func (d *Dict) set(key, value any) {
	d.Keys, d.Values = append(d.Keys, key), append(d.Values, value)
}

// describe names the type of a value for errors. It never prints the value,
// which may be large.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return "a bool"
	case int64, *big.Int:
		return "an integer"
	case float64:
		return "a float"
	case string:
		return fmt.Sprintf("the string %.40q", v)
	case []byte:
		return fmt.Sprintf("%d bytes", len(v))
	case Tuple:
		return fmt.Sprintf("a tuple of %d", len(v))
	case *List:
		return fmt.Sprintf("a list of %d", len(v.Items))
	case *Dict:
		return fmt.Sprintf("a dictionary of %d", len(v.Keys))
	case *Objects:
		return fmt.Sprintf("objects of shape %v", v.Shape)
	case data.Array:
		return fmt.Sprintf("%s of shape %v", v.Type(), v.Shape)
	case *ndarray:
		return "an array"
	case *dtype:
		return "a dtype"
	case Class:
		return "a class"
	}
	return fmt.Sprintf("a %T", v)
}

// text returns a string or the bytes of a Python 2 string.
func text(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case []byte:
		return string(v), true
	}
	return "", false
}
