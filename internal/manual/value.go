package manual

import (
	"fmt"
	"reflect"
	"time"

	"cggm/augment"
	"cggm/experiment"
	"cggm/trainer"
)

// elsewhere are the settings that have a section of their own.
var elsewhere = map[reflect.Type]string{
	reflect.TypeFor[experiment.Data]():      "[map](#data)",
	reflect.TypeFor[experiment.Optimizer](): "[map](#optimizer-and-auxiliary)",
	reflect.TypeFor[trainer.Options]():      "[map](#train)",
	reflect.TypeFor[augment.Options]():      "[map](#augment)",
}

// kindOf names a type as YAML has it, and reports whether it holds settings
// that are to be listed below it.
func kindOf(t reflect.Type) (name string, inside bool) {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return "duration", false
	case t == reflect.TypeFor[experiment.Choice]():
		return "choice", false
	}
	if section, ok := elsewhere[t]; ok {
		return section, false
	}
	switch t.Kind() {
	case reflect.Bool:
		return "boolean", false
	case reflect.String:
		return "text", false
	case reflect.Int, reflect.Uint64:
		return "integer", false
	case reflect.Float64:
		return "number", false
	case reflect.Struct:
		return "map", true
	case reflect.Slice:
		of, inside := kindOf(t.Elem())
		return "list of " + of, inside
	case reflect.Map:
		return "map", false
	}
	return t.String(), false
}

// short writes a default value.
func short(v reflect.Value) string {
	switch {
	case v.Type() == reflect.TypeFor[experiment.Choice]():
		return v.Interface().(experiment.Choice).Kind()
	case v.Kind() == reflect.Struct || v.Kind() == reflect.Map:
		return ""
	case v.Kind() == reflect.Slice && v.Len() == 0:
		return "[]"
	case v.Kind() == reflect.String && v.Len() == 0:
		return `""`
	}
	return fmt.Sprint(v.Interface())
}
