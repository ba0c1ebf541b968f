package config

import (
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"
)

// merge puts tree into dst: structs and maps key by key, anything else whole.
// A map with the key "kind" replaces what was there, since its settings belong
// to that kind.
func merge(dst reflect.Value, tree any, path string) error {
	branch, isMap := tree.(map[string]any)
	switch {
	case dst.Kind() == reflect.Struct && isMap:
		for _, key := range sorted(branch) {
			field, ok := fieldByKey(dst, key)
			if !ok {
				known := keys(dst.Type(), nil)
				return fmt.Errorf("config: %s: %w: unknown key %q%s: known here: %s",
					join(path, key), ErrInvalid, key, Suggest(key, known), strings.Join(direct(dst.Type()), ", "))
			}
			if err := merge(field, branch[key], join(path, key)); err != nil {
				return err
			}
		}
		return nil
	case dst.Kind() == reflect.Map && isMap:
		if _, replaces := branch["kind"]; replaces || dst.IsNil() {
			dst.Set(reflect.MakeMap(dst.Type()))
		}
		for _, key := range sorted(branch) {
			elem := reflect.New(dst.Type().Elem()).Elem()
			name := reflect.ValueOf(key).Convert(dst.Type().Key())
			if old := dst.MapIndex(name); old.IsValid() {
				elem.Set(old)
			}
			if err := merge(elem, branch[key], join(path, key)); err != nil {
				return err
			}
			dst.SetMapIndex(name, elem)
		}
		return nil
	case dst.Kind() == reflect.Interface:
		if old, ok := dst.Interface().(map[string]any); ok && isMap {
			merged := reflect.New(reflect.TypeOf(old)).Elem()
			merged.Set(reflect.ValueOf(clone(old)))
			if err := merge(merged, tree, path); err != nil {
				return err
			}
			dst.Set(merged)
			return nil
		}
		if tree == nil {
			dst.SetZero()
			return nil
		}
		dst.Set(reflect.ValueOf(tree))
		return nil
	}
	text, err := yaml.Marshal(tree)
	if err != nil {
		return fmt.Errorf("config: %s: %w", path, err)
	}
	value := reflect.New(dst.Type())
	if err := decode(text, value.Interface(), yaml.Strict()); err != nil {
		return fmt.Errorf("config: %s: %w: %q does not fit a %s", path, ErrInvalid, strings.TrimSpace(string(text)), describe(dst.Type()))
	}
	dst.Set(value.Elem())
	return nil
}

func clone(m map[string]any) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

func describe(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "switch (true or false)"
	case reflect.Float32, reflect.Float64:
		return "number"
	case reflect.Int, reflect.Int64, reflect.Uint64, reflect.Uint8:
		if t.String() == "time.Duration" {
			return "duration such as 90s or 5m"
		}
		return "whole number"
	case reflect.Struct, reflect.Map:
		return "group of settings"
	case reflect.Slice:
		return "list"
	}
	return t.Kind().String()
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func sorted(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// keyOf returns the YAML key of a field, "" for one that is left out.
func keyOf(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	switch {
	case !f.IsExported() || key == "-":
		return ""
	case key == "":
		return strings.ToLower(f.Name)
	}
	return key
}

func fieldByKey(v reflect.Value, key string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if keyOf(v.Type().Field(i)) == key {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// direct returns the keys of one struct.
func direct(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		if key := keyOf(t.Field(i)); key != "" {
			names = append(names, key)
		}
	}
	return names
}

// keys returns the keys of a struct and of what it contains.
func keys(t reflect.Type, seen []reflect.Type) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || slices.Contains(seen, t) {
		return nil
	}
	names := direct(t)
	for i := range t.NumField() {
		names = append(names, keys(t.Field(i).Type, append(seen, t))...)
	}
	return names
}

// Suggest returns ` (did you mean "x"?)` when one of the known names is close
// to name, otherwise "".
func Suggest(name string, known []string) string {
	best, distance := "", max(2, len(name)/3)+1
	for _, k := range known {
		if d := edits(name, k); d < distance {
			best, distance = k, d
		}
	}
	if best == "" || best == name {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
