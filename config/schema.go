package config

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
)

// Schema returns the JSON schema of the YAML form of v, for editors that
// complete and check as one types. Unknown keys are not allowed. extend, when
// not nil, may replace the schema of a setting by its path ("train.epochs").
func Schema(title string, v any, extend func(path string, s *jsonschema.Schema)) ([]byte, error) {
	s := Describe(reflect.TypeOf(v), "", extend)
	s.Schema, s.Title = "https://json-schema.org/draft/2020-12/schema", title
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("config: schema: %w", err)
	}
	return append(text, '\n'), nil
}

// Describe returns the schema of one type.
func Describe(t reflect.Type, path string, extend func(path string, s *jsonschema.Schema)) *jsonschema.Schema {
	s := &jsonschema.Schema{}
	switch t.Kind() {
	case reflect.Pointer:
		return Describe(t.Elem(), path, extend)
	case reflect.Struct:
		s.Type, s.Properties = "object", make(map[string]*jsonschema.Schema)
		s.AdditionalProperties = &jsonschema.Schema{Not: &jsonschema.Schema{}}
		for i := range t.NumField() {
			if key := keyOf(t.Field(i)); key != "" {
				child := key
				if path != "" {
					child = path + "." + key
				}
				s.Properties[key] = Describe(t.Field(i).Type, child, extend)
			}
		}
	case reflect.Map:
		s.Type, s.AdditionalProperties = "object", Describe(t.Elem(), path+".*", extend)
	case reflect.Slice:
		s.Type, s.Items = "array", Describe(t.Elem(), path+".*", extend)
	case reflect.String:
		s.Type = "string"
	case reflect.Bool:
		s.Type = "boolean"
	case reflect.Float32, reflect.Float64:
		s.Type = "number"
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint64:
		s.Type = "integer"
		if t == reflect.TypeFor[time.Duration]() {
			s.Type = "string"
		}
	}
	if extend != nil {
		extend(path, s)
	}
	return s
}
