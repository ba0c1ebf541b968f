package pickle

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"cggm/data"
)

// Lookup follows keys of dictionaries (string or int) and positions in lists
// and tuples (int) from v. The error names the step and what is there.
func Lookup(v any, path ...any) (any, error) {
	for i, step := range path {
		fail := func(want string) error {
			return fmt.Errorf("pickle: %s: found %s, want %s", printPath(path[:i+1]), describe(v), want)
		}
		var next any
		ok := false
		switch c := v.(type) {
		case *Dict:
			if next, ok = c.Get(step); !ok {
				return nil, fail("one of the keys " + printKeys(c.Keys))
			}
		case *List:
			if next, ok = at(c.Items, step); !ok {
				return nil, fail("a position in it")
			}
		case Tuple:
			if next, ok = at(c, step); !ok {
				return nil, fail("a position in it")
			}
		default:
			return nil, fail("a container")
		}
		v = next
	}
	return v, nil
}

func at(items []any, step any) (any, bool) {
	i, ok := step.(int)
	if !ok || i < 0 || i >= len(items) {
		return nil, false
	}
	return items[i], true
}

func printPath(path []any) string {
	var b strings.Builder
	for _, step := range path {
		fmt.Fprintf(&b, "[%v]", step)
	}
	return b.String()
}

func printKeys(keys []any) string {
	const most = 20
	out := make([]string, 0, most)
	for i, k := range keys {
		if i == most {
			return strings.Join(out, ", ") + fmt.Sprintf(" and %d more", len(keys)-most)
		}
		switch k := k.(type) {
		case string, int64, []byte:
			out = append(out, fmt.Sprintf("%.60s", fmt.Sprint(asText(k))))
		default:
			out = append(out, describe(k))
		}
	}
	return strings.Join(out, ", ")
}

// asText shows the bytes of a Python 2 string as text.
func asText(v any) any {
	if s, ok := text(v); ok {
		return s
	}
	return v
}

// Dense returns a value as an array: an array itself, a number or string as a
// scalar, and lists, tuples and arrays of objects as arrays with one more axis,
// if their elements have equal shapes. Python 2 strings count as strings. The
// error names the first element that does not fit.
func Dense(v any) (data.Array, error) {
	switch v := v.(type) {
	case data.Array:
		return v, nil
	case *Objects:
		a, err := stack(v.Items)
		if err == nil {
			a.Shape = append(slices.Clone(v.Shape), a.Shape[1:]...)
		}
		return a, err
	case *List:
		return stack(v.Items)
	case Tuple:
		return stack(v)
	case bool:
		return data.Array{Shape: []int{}, Values: []bool{v}}, nil
	case int64:
		return data.Array{Shape: []int{}, Values: []int64{v}}, nil
	case float64:
		return data.Array{Shape: []int{}, Values: []float64{v}}, nil
	}
	if s, ok := text(v); ok {
		return data.Array{Shape: []int{}, Values: []string{s}}, nil
	}
	return data.Array{}, fmt.Errorf("pickle: found %s, want numbers, strings or arrays", describe(v))
}

// stack joins the elements along a new first axis.
func stack(items []any) (data.Array, error) {
	if len(items) == 0 {
		return data.Array{Shape: []int{0}, Values: []float64{}}, nil
	}
	first, err := Dense(items[0])
	if err != nil {
		return data.Array{}, fmt.Errorf("element 0: %w", err)
	}
	out := reflect.MakeSlice(reflect.TypeOf(first.Values), 0, first.Len())
	floats := false
	for i, item := range items {
		a, err := Dense(item)
		if err != nil {
			return data.Array{}, fmt.Errorf("element %d: %w", i, err)
		}
		values := reflect.ValueOf(a.Values)
		// Python numbers mix freely: integers become floats.
		if _, ok := a.Values.([]float64); ok && out.Type() == reflect.TypeFor[[]int64]() {
			floats = true
			out = toFloats(out)
		} else if _, ok := a.Values.([]int64); ok && floats {
			values = toFloats(values)
		}
		if !slices.Equal(a.Shape, first.Shape) || values.Type() != out.Type() {
			return data.Array{}, fmt.Errorf("pickle: element %d is %s, element 0 %s: want equal shapes and types", i, describe(a), describe(first))
		}
		if _, ok := a.Values.([]float64); ok {
			floats = true
		}
		out = reflect.AppendSlice(out, values)
	}
	return data.Array{Shape: append([]int{len(items)}, first.Shape...), Values: out.Interface()}, nil
}

func toFloats(v reflect.Value) reflect.Value {
	out := make([]float64, v.Len())
	for i := range out {
		out[i] = float64(v.Index(i).Int())
	}
	return reflect.ValueOf(out)
}
