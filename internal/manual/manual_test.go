package manual

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"cggm/balance"
	"cggm/config"
)

func all(t *testing.T) []Method {
	t.Helper()
	methods, err := Methods()
	if err != nil {
		t.Fatal(err)
	}
	return methods
}

// TestReference demands that the comment of every method with a paper ends with
// a paragraph such as: Guo et al., "Title", NeurIPS 2024.
func TestReference(t *testing.T) {
	for _, m := range all(t) {
		switch {
		case m.Year == 0 && m.Source != "":
			t.Errorf("%s: source %q has no year", m.Name, m.Source)
		case m.Year == 0:
		case m.Reference == "":
			t.Errorf(`%s: the doc comment has no paragraph of the form: Authors, "Title", %s`, m.Name, m.Source)
		case !strings.Contains(m.Reference, strconv.Itoa(m.Year)):
			t.Errorf("%s: reference %q is not of the year %d of the registry", m.Name, m.Reference, m.Year)
		}
	}
}

var defaults = regexp.MustCompile(`Default (-?\d*\.?\d+|[\w-]+)`)

// TestDefault compares the default that a setting's comment gives with the one
// that the method has.
func TestDefault(t *testing.T) {
	for _, m := range all(t) {
		for _, s := range m.Settings {
			match := defaults.FindStringSubmatch(s.Doc)
			if match == nil {
				continue
			}
			want, got := match[1], fmt.Sprint(s.Default)
			a, errA := strconv.ParseFloat(want, 64)
			b, errB := strconv.ParseFloat(got, 64)
			if want != got && (errA != nil || errB != nil || a != b) {
				t.Errorf("%s.%s: the comment says default %s, the method has %s", m.Name, s.Name, want, got)
			}
		}
	}
}

// TestRange sets every setting to values in and outside the range that its
// comment gives, and expects the method to accept and to refuse them.
func TestRange(t *testing.T) {
	for _, m := range all(t) {
		for _, s := range m.Settings {
			inside, outside := probes(s)
			if len(outside) == 0 && s.Type != "boolean" {
				t.Errorf(`%s.%s: the comment %q names no range, such as >= 0, in [0,1), or "a" or "b"`, m.Name, s.Name, s.Doc)
			}
			for _, v := range inside {
				if err := set(t, m.Name, s.Name, v); err != nil {
					t.Errorf("%s.%s = %v is in %s and refused: %v", m.Name, s.Name, v, s.Range, err)
				}
			}
			for _, v := range outside {
				if set(t, m.Name, s.Name, v) == nil {
					t.Errorf("%s.%s = %v is outside %s and accepted", m.Name, s.Name, v, s.Range)
				}
			}
		}
	}
}

// set applies one setting and validates it.
func set(t *testing.T, method, name string, value any) error {
	t.Helper()
	e, err := balance.Find(method)
	if err != nil {
		t.Fatal(err)
	}
	settings := e.Default()
	if err := config.Apply(method, map[string]any{name: value}, settings); err != nil {
		return err
	}
	if v, ok := settings.(balance.Validator); ok {
		return v.Validate()
	}
	return nil
}

// probes returns values in and outside the range of a setting.
func probes(s Setting) (inside, outside []any) {
	step := .001
	if s.Type == "integer" {
		step = 1
	}
	give := func(to *[]any, v float64) {
		if s.Type == "integer" {
			*to = append(*to, int(v))
		} else {
			*to = append(*to, v)
		}
	}
	limit := func(at, out float64, closed bool) {
		give(&outside, at+out)
		give(&inside, at-out)
		if closed {
			give(&inside, at)
		} else {
			give(&outside, at)
		}
	}
	if s.choices != nil {
		for _, c := range s.choices {
			var v any = c
			if s.Type == "boolean" {
				v = c == "true"
			}
			inside = append(inside, v)
		}
		if s.Type == "text" {
			outside = append(outside, "nonsense", "")
		}
		return inside, outside
	}
	if s.Range == "" {
		return nil, nil
	}
	if ends := interval.FindStringSubmatch("in " + s.Range); ends != nil {
		low, high, _ := strings.Cut(strings.Trim(s.Range, "[]()"), ",")
		limit(number(low), -step, s.Range[0] == '[')
		limit(number(high), step, s.Range[len(s.Range)-1] == ']')
		return inside, outside
	}
	sign, value, _ := strings.Cut(s.Range, " ")
	if sign[0] == '>' {
		step = -step
	}
	limit(number(value), step, strings.HasSuffix(sign, "="))
	return inside, outside
}

func number(text string) float64 {
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil {
		panic(err)
	}
	return v
}

func TestPage(t *testing.T) {
	want, err := Markdown()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../docs/methods.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/methods.md is stale: run go generate ./internal/manual")
	}
}
