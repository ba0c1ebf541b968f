package experiment

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"cggm/balance"
	"cggm/config"
	"cggm/task"
	"cggm/task/manifest"
)

// Schema returns the JSON schema of a configuration file, with the settings of
// every method, encoder, fusion and so on.
func Schema() ([]byte, error) {
	return config.Schema("cggm configuration", Config{}, func(path string, s *jsonschema.Schema) {
		switch path {
		case "task":
			s.Enum = anys(TaskNames())
		case "options":
			s.AdditionalProperties = &jsonschema.Schema{Not: &jsonschema.Schema{}}
			s.Properties = make(map[string]*jsonschema.Schema)
			for _, e := range balance.Entries() {
				s.Properties[e.Name] = config.Describe(reflect.TypeOf(e.Default()), "", nil)
			}
		case "modalities.*.encoder":
			describe(s, encoders)
		case "fusion":
			describe(s, fusions)
		case "head":
			describe(s, heads(1))
		case "classifier":
			describe(s, classifiers(1))
		case "loss":
			describe(s, losses)
		case "signal":
			describe(s, signals)
		}
	})
}

// describe fills in the schema of a choice: one alternative per kind.
func describe[T any](s *jsonschema.Schema, k kinds[T]) {
	*s = jsonschema.Schema{Type: "object"}
	for _, name := range k.names() {
		one := config.Describe(reflect.TypeOf(k.new[name]()), "", nil)
		if one.Properties == nil {
			one.Properties = make(map[string]*jsonschema.Schema)
		}
		kind := any(name)
		one.Properties["kind"] = &jsonschema.Schema{Const: &kind}
		one.Required = []string{"kind"}
		s.OneOf = append(s.OneOf, one)
	}
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
