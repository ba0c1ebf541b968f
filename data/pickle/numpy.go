package pickle

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"

	"cggm/data"
	"cggm/data/internal/numpy"
	"cggm/data/internal/raw"
)

// known are the classes that a pickle may name.
var known = map[string]func(m *machine, args []any) (any, error){
	"numpy.core.multiarray._reconstruct":  reconstruct,
	"numpy._core.multiarray._reconstruct": reconstruct,
	"numpy.core.multiarray.scalar":        scalar,
	"numpy._core.multiarray.scalar":       scalar,
	"numpy.core.numeric._frombuffer":      fromBuffer,
	"numpy._core.numeric._frombuffer":     fromBuffer,
	"numpy.ndarray":                       reconstruct,
	"numpy.dtype":                         newDtype,
	"_codecs.encode":                      encode,
	"__builtin__.bytes":                   emptyBytes,
	"builtins.bytes":                      emptyBytes,
	"__builtin__.set":                     newSet,
	"builtins.set":                        newSet,
	"__builtin__.frozenset":               newSet,
	"builtins.frozenset":                  newSet,
	"collections.OrderedDict":             newOrderedDict,
}

// dtype is an element type.
type dtype struct {
	code   string // such as "f8"
	order  string // "<", ">", "|" or "="
	object bool
}

// ndarray is an array that waits for its state.
type ndarray struct {
	value any // data.Array or *Objects, nil before it was built
}

func reconstruct(*machine, []any) (any, error) { return &ndarray{}, nil }

func newDtype(_ *machine, args []any) (any, error) {
	if len(args) == 0 {
		return nil, bad("a dtype without a name", "its name", nil)
	}
	code, ok := text(args[0])
	if !ok {
		return nil, bad("a dtype of "+describe(args[0]), "its name", nil)
	}
	// The name may carry a byte order; the state has the last word.
	d := &dtype{code: strings.TrimLeft(code, "<>|="), order: "<"}
	if strings.HasPrefix(code, ">") {
		d.order = ">"
	}
	d.object = strings.HasPrefix(d.code, "O")
	return d, nil
}

// build takes the state (version, order, ...) that says the byte order, and
// whether the type has parts.
func (d *dtype) build(state any) error {
	t, ok := state.(Tuple)
	if !ok || len(t) < 5 {
		return bad("a dtype state of "+describe(state), "a tuple of at least 5", nil)
	}
	if order, ok := text(t[1]); ok {
		d.order = order
	}
	for _, part := range t[2:5] {
		if part != nil {
			return bad("a dtype with fields or subarrays", "a plain one; save each field as an array of its own", nil)
		}
	}
	return nil
}

// element returns how elements of the type are stored.
func (d *dtype) element() (numpy.Type, error) {
	t, err := numpy.Parse(d.order + d.code)
	if err != nil {
		return t, err
	}
	return t, nil
}

// decode returns n elements in b.
func (m *machine) decode(d *dtype, b []byte, n int) (any, error) {
	t, err := d.element()
	if err != nil {
		return nil, err
	}
	if t.Size == 0 && n > 0 || t.Size > 0 && (len(b)%t.Size != 0 || len(b)/t.Size != n) {
		return nil, bad(fmt.Sprintf("%d bytes of elements", len(b)), fmt.Sprintf("%d elements of %d bytes", n, t.Size), nil)
	}
	if m.budget -= int64(len(b)); m.budget < 0 {
		return nil, bad("arrays that share their bytes", fmt.Sprintf("at most %d times the size of the file in all", arrayFactor), nil)
	}
	values, err := t.Read(bytes.NewReader(b), n, int64(len(b)))
	if err != nil {
		return nil, bad("unreadable elements", fmt.Sprintf("%d of dtype %s", n, d.code), err)
	}
	return values, nil
}

// build takes the state (version, shape, dtype, Fortran order, contents), whose
// version old files lack.
func (a *ndarray) build(m *machine, state any) error {
	t, ok := state.(Tuple)
	if ok && len(t) == 5 {
		t = t[1:]
	}
	if !ok || len(t) != 4 {
		return bad("an array state of "+describe(state), "a tuple of 5", nil)
	}
	shape, err := parseShape(t[0])
	if err != nil {
		return err
	}
	d, ok := t[1].(*dtype)
	if !ok {
		return bad(describe(t[1]), "a dtype", nil)
	}
	fortran, err := truth(t[2])
	if err != nil {
		return err
	}
	n, err := data.Elements(shape)
	if err != nil {
		return bad(fmt.Sprintf("shape %v", shape), "sizes of axes", err)
	}
	if d.object {
		list, ok := t[3].(*List)
		if !ok || len(list.Items) != n {
			return bad(describe(t[3]), fmt.Sprintf("a list of %d objects", n), nil)
		}
		if m.budget -= int64(n); m.budget < 0 {
			return bad("arrays that share their objects", "each with its own", nil)
		}
		items := slices.Clone(list.Items)
		if fortran {
			items = fromFortran(items, shape)
		}
		a.value = &Objects{Shape: shape, Items: items}
		return nil
	}
	b, ok := t[3].([]byte)
	if !ok {
		return bad(describe(t[3]), "the bytes of the elements", nil)
	}
	values, err := m.decode(d, b, n)
	if err != nil {
		return err
	}
	if fortran {
		values = raw.FromFortran(values, shape)
	}
	a.value = data.Array{Shape: shape, Values: values}
	return nil
}

func fromFortran(items []any, shape []int) []any {
	strides := make([]int, len(shape))
	for i, s := 0, 1; i < len(shape); i++ {
		strides[i] = s
		s *= shape[i]
	}
	return raw.Strided(items, shape, strides)
}

// fromBuffer rebuilds an array of protocol 5: (bytes, dtype, shape, order), and
// an order of axes that only matters to other orders.
func fromBuffer(m *machine, args []any) (any, error) {
	if len(args) < 4 {
		return nil, bad(fmt.Sprintf("%d arguments of _frombuffer", len(args)), "at least 4", nil)
	}
	order, ok := text(args[3])
	if !ok || (order != "C" && order != "F") {
		return nil, bad("the order "+describe(args[3]), `"C" or "F"; save with numpy.ascontiguousarray`, nil)
	}
	a := &ndarray{}
	return a, a.build(m, Tuple{args[2], args[1], order == "F", args[0]})
}

// scalar returns a single element: (dtype, bytes).
func scalar(m *machine, args []any) (any, error) {
	if len(args) != 2 {
		return nil, bad(fmt.Sprintf("%d arguments of scalar", len(args)), "2", nil)
	}
	d, ok := args[0].(*dtype)
	if !ok {
		return nil, bad(describe(args[0]), "a dtype", nil)
	}
	if d.object {
		return args[1], nil
	}
	b, ok := args[1].([]byte)
	if !ok {
		return nil, bad(describe(args[1]), "the bytes of an element", nil)
	}
	values, err := m.decode(d, b, 1)
	if err != nil {
		return nil, err
	}
	switch v := values.(type) {
	case []string:
		return v[0], nil
	case []bool:
		return v[0], nil
	case []float64:
		return v[0], nil
	case []float32:
		return float64(v[0]), nil
	case []uint64:
		if v[0] > math.MaxInt64 {
			return new(big.Int).SetUint64(v[0]), nil
		}
	}
	ints, err := data.Array{Values: values}.Ints()
	if err != nil {
		return nil, err
	}
	return int64(ints[0]), nil
}

// encode turns text into bytes, as Python 3 writes bytes under old protocols.
func encode(_ *machine, args []any) (any, error) {
	if len(args) != 2 {
		return nil, bad(fmt.Sprintf("%d arguments of encode", len(args)), "2", nil)
	}
	s, ok := args[0].(string)
	name, ok2 := text(args[1])
	if !ok || !ok2 || (name != "latin1" && name != "latin-1") {
		return nil, bad(describe(args[0])+" to encode in "+describe(args[1]), "text in latin1", nil)
	}
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return nil, bad(fmt.Sprintf("the character %q", r), "one of latin1", nil)
		}
		b = append(b, byte(r))
	}
	return b, nil
}

func emptyBytes(_ *machine, args []any) (any, error) {
	if len(args) > 0 {
		return nil, bad("bytes made of "+describe(args[0]), "no argument", nil)
	}
	return []byte{}, nil
}

func newSet(_ *machine, args []any) (any, error) {
	if len(args) == 0 {
		return &List{}, nil
	}
	list, ok := args[0].(*List)
	if !ok {
		return nil, bad("a set of "+describe(args[0]), "a list", nil)
	}
	return &List{Items: slices.Clone(list.Items)}, nil
}

// newOrderedDict takes a list of pairs, or nothing before the items are set.
func newOrderedDict(_ *machine, args []any) (any, error) {
	d := &Dict{}
	if len(args) == 0 {
		return d, nil
	}
	list, ok := args[0].(*List)
	if !ok {
		return nil, bad("a dictionary of "+describe(args[0]), "a list of pairs", nil)
	}
	for _, item := range list.Items {
		var pair []any
		switch p := item.(type) {
		case Tuple:
			pair = p
		case *List:
			pair = p.Items
		}
		if len(pair) != 2 {
			return nil, bad(describe(item), "a pair of key and value", nil)
		}
		d.set(pair[0], pair[1])
	}
	return d, nil
}

func parseShape(v any) ([]int, error) {
	t, ok := v.(Tuple)
	const maxAxes = 64
	if !ok || len(t) > maxAxes {
		return nil, bad("a shape of "+describe(v), fmt.Sprintf("a tuple of at most %d", maxAxes), nil)
	}
	shape := make([]int, len(t))
	for i, d := range t {
		n, ok := d.(int64)
		if !ok {
			return nil, bad("an axis of "+describe(d), "an integer", nil)
		}
		shape[i] = int(n)
	}
	return shape, nil
}

// truth reads a flag that old protocols write as an integer.
func truth(v any) (bool, error) {
	switch v := v.(type) {
	case bool:
		return v, nil
	case int64:
		return v != 0, nil
	}
	return false, bad(describe(v), "a flag", nil)
}
