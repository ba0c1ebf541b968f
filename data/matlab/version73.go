package matlab

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"cggm/data"
	"cggm/data/hdf5"
	"cggm/data/internal/raw"
)

// list73 lists the variables of a file of version 7.3.
func (f *File) list73(h *hdf5.File) error {
	items := 0
	for _, name := range h.Names() {
		if strings.HasPrefix(name, "#") { // what MATLAB keeps for itself, and the values of cells
			continue
		}
		if group := path.Dir(name); sparse73(h, group) {
			if path.Base(name) == "data" {
				name := strings.ReplaceAll(group, "/", ".")
				err := f.bad("variable "+name, refused[classSparse], "numbers, logicals, text, cells or structs", errRefused)
				if err := f.add(name, func() (data.Array, error) { return data.Array{}, err }); err != nil {
					return err
				}
			}
			continue
		}
		if err := f.add73(h, name, strings.ReplaceAll(name, "/", "."), 0, &items); err != nil {
			return err
		}
	}
	return nil
}

// sparse73 reports whether a group holds the parts of a sparse matrix.
func sparse73(h *hdf5.File, group string) bool {
	if group == "." {
		return false
	}
	_, ok, err := h.Attribute(group, "MATLAB_sparse")
	return ok && err == nil
}

// add73 lists a dataset under a name, or what is in it if it is a cell.
func (f *File) add73(h *hdf5.File, set, name string, depth int, items *int) error {
	if *items++; *items > maxItems || depth > maxDepth {
		return f.bad("variable "+name, "too many values in cells, or too deep", fmt.Sprintf("at most %d, %d deep", maxItems, maxDepth), nil)
	}
	shape, names, isCell, err := h.References(set)
	if err != nil {
		return f.add(name, func() (data.Array, error) { return data.Array{}, err })
	}
	if !isCell {
		return f.add(name, func() (data.Array, error) { return f.array73(h, set) })
	}
	if words, ok := f.words73(h, names); ok {
		slices.Reverse(shape)
		a := data.Array{Shape: shape, Values: raw.FromFortran(words, shape)}
		return f.add(name, func() (data.Array, error) { return a, nil })
	}
	for i, inner := range names {
		if inner == "" {
			continue
		}
		if err := f.add73(h, inner, fmt.Sprintf("%s{%d}", name, i+1), depth+1, items); err != nil {
			return err
		}
	}
	return nil
}

// words73 returns the text of a cell of nothing but text.
func (f *File) words73(h *hdf5.File, sets []string) ([]string, bool) {
	if len(sets) == 0 || len(sets) > maxItems {
		return nil, false
	}
	known := make(map[string]string)
	out := make([]string, len(sets))
	for i, set := range sets {
		word, ok := known[set]
		if !ok && set != "" {
			if class73(h, set) != "char" {
				return nil, false
			}
			a, err := f.array73(h, set)
			if err != nil || a.Len() != 1 {
				return nil, false
			}
			word = a.Values.([]string)[0]
			known[set] = word
		}
		out[i] = word
	}
	return out, true
}

func class73(h *hdf5.File, set string) string {
	a, ok, err := h.Attribute(set, "MATLAB_class")
	if words, isText := a.Values.([]string); err == nil && ok && isText && len(words) == 1 {
		return words[0]
	}
	return ""
}

// array73 reads a dataset. Its axes come in the order of C: those of MATLAB
// backwards.
func (f *File) array73(h *hdf5.File, set string) (data.Array, error) {
	a, err := h.Array(set)
	if err != nil {
		return a, err
	}
	class := class73(h, set)
	if empty, ok, err := h.Attribute(set, "MATLAB_empty"); err == nil && ok {
		if flag, err := empty.Ints(); err == nil && slices.Contains(flag, 1) {
			return f.empty73(a, set, class)
		}
	}
	shape := slices.Clone(a.Shape)
	slices.Reverse(shape)
	for len(shape) < 2 {
		shape = append(shape, 1)
	}
	switch class {
	case "char":
		units, ok := a.Values.([]uint16)
		if !ok {
			return data.Array{}, f.bad("dataset "+set, "characters of "+a.Type(), "uint16", nil)
		}
		out, err := lines(units, shape)
		if err != nil {
			return data.Array{}, f.placed(err, "dataset "+set)
		}
		return out, nil
	case "logical":
		if _, done := a.Values.([]bool); done {
			break
		}
		if a.Values, err = truth(a.Values); err != nil {
			return data.Array{}, f.placed(err, "dataset "+set)
		}
	}
	return data.Array{Shape: shape, Values: raw.FromFortran(a.Values, shape)}, nil
}

// empty73 makes an array without elements, whose dataset holds its shape.
func (f *File) empty73(a data.Array, set, class string) (data.Array, error) {
	shape, err := a.Ints()
	if err == nil {
		var n int
		if n, err = data.Elements(shape); err == nil && n != 0 {
			err = fmt.Errorf("shape %v has %d elements", shape, n)
		}
	}
	if err != nil || len(shape) > maxAxes {
		return data.Array{}, f.bad("dataset "+set, "an empty matrix with a wrong shape", "a shape with a 0", err)
	}
	if class == "char" {
		return data.Array{Shape: []int{1}, Values: []string{""}}, nil
	}
	return data.Array{Shape: shape, Values: []float64{}}, nil
}
