package experiment

import (
	"context"
	"fmt"
	"maps"
	"os"
	"reflect"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"cggm/balance"
	"cggm/config"
	"cggm/network"
	"cggm/task"
	"cggm/task/manifest"
)

// Schema returns the JSON schema of a configuration file, with the settings of
// every method, encoder, fusion and so on.
func Schema() ([]byte, error) {
	choices := make(map[string]Alternatives)
	for _, a := range Choices() {
		choices[a.Setting] = a
	}
	return config.Schema("cggm configuration", Config{}, func(path string, s *jsonschema.Schema) {
		switch path {
		case "task":
			s.Enum = anys(TaskNames())
		case "unimodal":
			for _, source := range network.Unimodals {
				s.Enum = append(s.Enum, string(source))
			}
		case "data.synthetic":
			*s = *config.Describe(reflect.TypeOf(SyntheticSettings()), "", nil)
		case "options":
			s.AdditionalProperties = &jsonschema.Schema{Not: &jsonschema.Schema{}}
			s.Properties = make(map[string]*jsonschema.Schema)
			for _, e := range balance.Entries() {
				s.Properties[e.Name] = config.Describe(reflect.TypeOf(e.Default()), "", nil)
			}
		case "modalities.*.encoder", "fusion", "head", "classifier":
			describe(s, choices[path], nil)
		case "loss", "signal":
			describe(s, choices[path], nil)
			// Empty: what fits the task.
			s.OneOf = append(s.OneOf, &jsonschema.Schema{MaxProperties: jsonschema.Ptr(0)})
		case "optimizer.kind", "auxiliary.kind":
			for _, k := range choices["optimizer"].Kinds {
				s.Enum = append(s.Enum, k.Name)
			}
		case "optimizer.settings", "auxiliary.settings":
			*s = jsonschema.Schema{Type: "object", Properties: make(map[string]*jsonschema.Schema)}
			for _, k := range choices["optimizer"].Kinds {
				maps.Copy(s.Properties, settings(k).Properties)
			}
		case "optimizer.schedule", "auxiliary.schedule":
			describe(s, choices["optimizer.schedule"], map[string]*jsonschema.Schema{
				"warmup": {Type: "integer"}, "warmup_rate": {Type: "number"},
			})
		}
	})
}

// describe fills in the schema of a choice: one alternative per kind. more are
// settings that all of them have.
func describe(s *jsonschema.Schema, a Alternatives, more map[string]*jsonschema.Schema) {
	*s = jsonschema.Schema{Type: "object"}
	for _, k := range a.Kinds {
		one := settings(k)
		maps.Copy(one.Properties, more)
		kind := any(k.Name)
		one.Properties["kind"] = &jsonschema.Schema{Const: &kind}
		one.Required = []string{"kind"}
		s.OneOf = append(s.OneOf, one)
	}
}

// settings returns the schema of a kind's settings.
func settings(k Kind) *jsonschema.Schema {
	one := &jsonschema.Schema{Type: "object", AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}}}
	if k.Settings != nil {
		one = config.Describe(reflect.TypeOf(k.Settings), "", nil)
	}
	if one.Properties == nil {
		one.Properties = make(map[string]*jsonschema.Schema)
	}
	return one
}

func anys(names []string) []any {
	out := make([]any, len(names))
	for i, name := range names {
		out[i] = name
	}
	return out
}

// Doctor examines the data of a task in a folder and reports what it finds. A
// name that ends in .yaml is a manifest.
func Doctor(ctx context.Context, name, dir string) (*task.Report, error) {
	file := ""
	if strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") {
		name, file = "", name
	}
	c, err := Load(name, file, nil)
	if err != nil {
		return nil, err
	}
	c.Data.Dir = dir
	opener, err := source(c)
	if err != nil {
		return nil, err
	}
	o := task.Options{Dir: c.Data.Dir, Seed: c.Data.Seed}
	if doctor, ok := opener.(task.Doctor); ok {
		return doctor.Doctor(ctx, o)
	}
	d, err := opener.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	return task.Examine(ctx, d, nil)
}

// describesData reports whether the YAML file is a manifest of own data rather
// than a configuration.
func describesData(path string) (bool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return false, fmt.Errorf("experiment: read %s: %w", path, err)
	}
	if len(text) > config.MaxBytes {
		return false, fmt.Errorf("experiment: %s holds %d bytes: a configuration has at most %d", path, len(text), config.MaxBytes)
	}
	return manifest.Describes(text), nil
}
