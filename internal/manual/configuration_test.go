package manual

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"cggm/experiment"
)

const configurationPage = "../../docs/configuration.md"

func TestConfigurationPage(t *testing.T) {
	got, err := os.ReadFile(configurationPage)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Configuration(os.DirFS("../.."), got)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("docs/configuration.md is stale: run go generate ./internal/manual")
	}
	// What is written by hand stays, whatever the length of the old page.
	for _, old := range []string{"", strings.Repeat("old\n", 1<<16)} {
		page := "# Before\n" + begin + "\n" + old + end + "\n\nAfter.\n"
		got, err := Configuration(os.DirFS("../.."), []byte(page))
		if err != nil || !strings.HasPrefix(string(got), "# Before\n"+begin) || !strings.HasSuffix(string(got), "\n"+end+"\n\nAfter.\n") {
			t.Errorf("a written part of %d bytes: the page ends in %q, %v", len(old), got[max(0, len(got)-80):], err)
		}
	}
	if _, err := Configuration(os.DirFS("../.."), []byte("# Configuration\n")); err == nil {
		t.Error("a page without the lines to write between has no error")
	}
}

// TestConfigurationKeys demands a row for every key that the schema has:
// settings of methods in docs/methods.md, the others in docs/configuration.md.
func TestConfigurationKeys(t *testing.T) {
	text, err := experiment.Schema()
	if err != nil {
		t.Fatal(err)
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	for page, keys := range map[string][]string{
		configurationPage:       schemaKeys(&schema),
		"../../docs/methods.md": schemaKeys(schema.Properties["options"]),
	} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if len(keys) < 50 {
			t.Errorf("%s: only %d keys found in the schema", page, len(keys))
		}
		for _, key := range keys {
			if !regexp.MustCompile("([`.]|\n## )" + regexp.QuoteMeta(key) + "[`\n]").Match(text) {
				t.Errorf("%s lacks %s", page, key)
			}
		}
	}
}

// schemaKeys lists the names of all properties, those of methods left out.
func schemaKeys(s *jsonschema.Schema) []string {
	var keys []string
	for name, child := range s.Properties {
		keys = append(keys, name)
		if name != "options" {
			keys = append(keys, schemaKeys(child)...)
		}
	}
	for _, child := range append(slices.Clone(s.OneOf), s.Items, s.AdditionalProperties) {
		if child != nil {
			keys = append(keys, schemaKeys(child)...)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// TestChoices demands that the page has every kind of every choice.
func TestChoices(t *testing.T) {
	page, err := os.ReadFile(configurationPage)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range experiment.Choices() {
		_, section, ok := strings.Cut(string(page), "\n## "+a.Setting+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		if !ok {
			t.Errorf("no section %s", a.Setting)
		}
		for _, k := range a.Kinds {
			if !strings.Contains(section, "\n`"+k.Name+"`") {
				t.Errorf("section %s lacks %s", a.Setting, k.Name)
			}
		}
	}
}
