package experiment

import (
	"encoding/json"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/jsonschema-go/jsonschema"
)

// TestPresetsFitSchema validates the resolved configuration of every task: an
// editor must not mark what the program accepts.
func TestPresetsFitSchema(t *testing.T) {
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	check := func(sets ...string) error {
		t.Helper()
		name := sets[0]
		c, err := Load(name, "", sets[1:])
		if err != nil {
			t.Fatal(err)
		}
		text, err := Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if text, err = yaml.YAMLToJSON(text); err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatal(err)
		}
		return resolved.Validate(v)
	}
	for _, name := range TaskNames() {
		if name == TaskOwn {
			continue
		}
		t.Run(name, func(t *testing.T) {
			if err := check(name); err != nil {
				t.Error(err)
			}
		})
	}
	for _, sets := range [][]string{
		{"emoji", "signal={kind: negative-loss}"},
		{"emoji", "optimizer.settings={beta1: .8}"},
		{"synthetic", "data.synthetic={outputs: 3}"},
	} {
		if err := check(sets...); err != nil {
			t.Errorf("%v: %v", sets, err)
		}
	}
	for _, sets := range [][]string{
		{"emoji", "optimizer.kind=adamm"},
		{"emoji", "signal={kind: negative}"},
		{"emoji", "optimizer.schedule={kind: cosine, flor: 1}"},
		{"synthetic", "data.synthetic={outputz: 3}"},
	} {
		if check(sets...) == nil {
			t.Errorf("%v fits the schema", sets)
		}
	}
}
