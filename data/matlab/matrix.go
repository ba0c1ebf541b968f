package matlab

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"cggm/data"
	"cggm/data/internal/raw"
)

// The classes of matrices.
const (
	classCell   = 1
	classStruct = 2
	classChar   = 4
	classSparse = 5
)

// classes are the kinds of numbers by class.
var classes = map[int]raw.Kind{
	6: raw.Float64, 7: raw.Float32, 8: raw.Int8, 9: raw.Uint8, 10: raw.Int16, 11: raw.Uint16,
	12: raw.Int32, 13: raw.Uint32, 14: raw.Int64, 15: raw.Uint64,
}

// refused are the other classes, with advice.
var refused = map[int]string{
	3: "an object: save its fields as variables", classSparse: "a sparse matrix: save full(x)", 16: "a function handle", 17: "an object: save its fields as variables",
}

// Limits of what one matrix may claim, beyond what its bytes show.
const (
	maxAxes  = 32
	maxName  = 1 << 12
	maxDepth = 32
	maxItems = 1 << 20
)

// matrix is what precedes the contents of a matrix.
type matrix struct {
	class            int
	logical, complex bool
	dims             []int
	// elements is the product of dims.
	elements int
	name     string
}

// matrix reads the start of a matrix.
func (d *decoder) matrix() (*matrix, error) {
	flags, err := d.small("the flags of a matrix", 8, miUint32)
	if err != nil {
		return nil, err
	}
	if len(flags) < 8 {
		return nil, wrong(fmt.Sprintf("flags of %d bytes", len(flags)), "8", nil)
	}
	bits := d.order.Uint32(flags)
	m := &matrix{class: int(bits & 0xff), logical: bits&0x200 != 0, complex: bits&0x800 != 0}
	if m.dims, err = d.ints("the axes of a matrix", maxAxes); err != nil {
		return nil, err
	}
	if len(m.dims) < 2 {
		return nil, wrong(fmt.Sprintf("a matrix of %d axes", len(m.dims)), "at least 2", nil)
	}
	if m.elements, err = data.Elements(m.dims); err != nil {
		return nil, wrong(fmt.Sprintf("a matrix of shape %v", m.dims), "sizes that an int can count", err)
	}
	name, err := d.small("the name of a matrix", maxName, miInt8, miUint8, miUTF8)
	m.name = string(name)
	return m, err
}

// leaf is an array inside of a variable.
type leaf struct {
	name  string
	array data.Array
	// err is why the array cannot be read.
	err error
}

// leaves reads the contents of a matrix: itself, or what is in it.
func (d *decoder) leaves(m *matrix, name string, depth int) ([]leaf, error) {
	if depth > maxDepth {
		return nil, wrong(fmt.Sprintf("structs and cells, %d deep", depth), fmt.Sprintf("at most %d", maxDepth), nil)
	}
	switch m.class {
	case classCell:
		return d.cell(m, name, depth)
	case classStruct:
		return d.fields(m, name, depth)
	}
	a, err := d.array(m)
	var fe *data.FileError
	if errors.Is(err, errRefused) && errors.As(err, &fe) {
		// The rest of the struct or cell can be read nevertheless.
		return []leaf{{name: name, err: err}}, nil
	}
	return []leaf{{name: name, array: a}}, err
}

// errRefused marks matrices that are sound, but not of a kind that is read.
var errRefused = errors.New("matlab: not a full matrix of real numbers or text")

// array reads the contents of a matrix of numbers or text.
func (d *decoder) array(m *matrix) (data.Array, error) {
	kind, ok := classes[m.class]
	switch {
	case m.class == classChar:
		return d.text(m.dims)
	case !ok:
		found := refused[m.class]
		if found == "" {
			return data.Array{}, wrong(fmt.Sprintf("a matrix of class %d", m.class), "1 to 17", nil)
		}
		return data.Array{}, wrong(found, "numbers, logicals, text, cells or structs", errRefused)
	case m.complex:
		return data.Array{}, wrong("complex numbers", "real ones: save real(x) and imag(x)", errRefused)
	}
	if m.logical {
		kind = raw.Bool
	}
	values, err := d.numbers()
	if err != nil {
		return data.Array{}, err
	}
	if n := (data.Array{Values: values}).Len(); n != m.elements {
		return data.Array{}, wrong(fmt.Sprintf("%d numbers for a matrix of shape %v", n, m.dims), fmt.Sprint(m.elements), nil)
	}
	if values, err = widen(values, kind); err != nil {
		return data.Array{}, err
	}
	return data.Array{Shape: m.dims, Values: raw.FromFortran(values, m.dims)}, nil
}

// inner reads a matrix inside of another.
func (d *decoder) inner(name string, depth int) ([]leaf, error) {
	e, err := d.next()
	if err != nil {
		return nil, err
	}
	if e.kind != miMatrix {
		return nil, wrong(fmt.Sprintf("an element of type %d", e.kind), "a matrix, type 14", nil)
	}
	if *d.items++; *d.items > maxItems {
		return nil, wrong("too many values in structs and cells", fmt.Sprintf("at most %d", maxItems), nil)
	}
	if e.size == 0 {
		return []leaf{{name: name, array: data.Array{Shape: []int{0, 0}, Values: []float64{}}}}, nil
	}
	within := *d
	within.r, within.left = e.r, e.size
	m, err := within.matrix()
	if err != nil {
		return nil, err
	}
	out, err := within.leaves(m, name, depth+1)
	if err != nil {
		return nil, err
	}
	return out, d.skip(e)
}

// cell reads the values of a cell array. Nothing but text is one array.
func (d *decoder) cell(m *matrix, name string, depth int) ([]leaf, error) {
	var out []leaf
	var words []string
	for i := range m.elements {
		value, err := d.inner(fmt.Sprintf("%s{%d}", name, i+1), depth)
		if err != nil {
			return nil, err
		}
		out = append(out, value...)
		if word, ok := single(value); ok && len(words) == i {
			words = append(words, word)
		}
	}
	if m.elements > 0 && len(words) == m.elements {
		a := data.Array{Shape: slices.Clone(m.dims), Values: raw.FromFortran(words, m.dims)}
		return []leaf{{name: name, array: a}}, nil
	}
	return out, nil
}

// single returns the text of a value that is one string. An empty matrix
// counts as empty text.
func single(value []leaf) (string, bool) {
	if len(value) != 1 || value[0].err != nil {
		return "", false
	}
	switch v := value[0].array.Values.(type) {
	case []string:
		if len(v) == 1 && len(value[0].array.Shape) == 1 {
			return v[0], true
		}
	case []float64:
		return "", len(v) == 0
	}
	return "", false
}

// fields reads the values of a struct, or of an array of structs.
func (d *decoder) fields(m *matrix, name string, depth int) ([]leaf, error) {
	length, err := d.ints("the length of field names", 1)
	if err != nil {
		return nil, err
	}
	if len(length) != 1 || length[0] < 1 || length[0] > maxName {
		return nil, wrong(fmt.Sprintf("field names of length %v", length), fmt.Sprintf("1 to %d", maxName), nil)
	}
	text, err := d.small("field names", maxName*64, miInt8, miUint8)
	if err != nil {
		return nil, err
	}
	var names []string
	for field := range slices.Chunk(text, length[0]) {
		before, _, _ := bytes.Cut(field, []byte{0})
		names = append(names, string(before))
	}
	var out []leaf
	for i := range m.elements {
		of := name
		if m.elements > 1 {
			of = fmt.Sprintf("%s(%d)", name, i+1)
		}
		for _, field := range names {
			value, err := d.inner(of+"."+field, depth)
			if err != nil {
				return nil, err
			}
			out = append(out, value...)
		}
		if len(names) == 0 {
			break
		}
	}
	return out, nil
}
