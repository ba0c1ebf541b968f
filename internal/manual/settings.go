package manual

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"cggm/balance"
	"cggm/config"
	"cggm/objective"
)

// Setting is a value of a method that can be changed.
type Setting struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Range   string `json:"range,omitempty"`
	Default any    `json:"default"`
	Doc     string `json:"doc"`

	choices []string
}

// settings lists the settings of a method by their YAML names.
func settings(e balance.Entry, d *docs) ([]Setting, error) {
	v := reflect.Indirect(reflect.ValueOf(e.Default()))
	var all []Setting
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if name == "" || name == "-" {
			continue
		}
		s := Setting{Name: name, Default: v.Field(i).Interface(), Doc: d.fields[v.Type().Name()+"."+field.Name]}
		if s.Doc == "" {
			return nil, fmt.Errorf("manual: setting %s of %s has no doc comment", name, e.Name)
		}
		switch field.Type.Kind() {
		case reflect.Bool:
			s.Type, s.choices = "boolean", []string{"true", "false"}
		case reflect.String:
			s.Type, s.choices = "text", choices(s.Doc)
		case reflect.Int:
			s.Type = "integer"
		case reflect.Float64:
			s.Type = "number"
		default:
			s.Type = field.Type.String()
		}
		s.Range = span(s.Doc)
		if s.choices != nil {
			s.Range = strings.Join(s.choices, ", ")
		}
		all = append(all, s)
	}
	return all, nil
}

var (
	quoted   = regexp.MustCompile(`"([\w-]+)"`)
	interval = regexp.MustCompile(`\bin ([\[(]-?[\d.]+, ?-?[\d.]+[\])])`)
	bound    = regexp.MustCompile(`(?:>=|<=|>|<) -?\d*\.?\d+`)
)

// choices returns the words in quotation marks.
func choices(comment string) []string {
	var words []string
	for _, match := range quoted.FindAllStringSubmatch(comment, -1) {
		words = append(words, match[1])
	}
	return words
}

// span returns the range that a comment gives, "" when it gives none.
func span(comment string) string {
	if match := interval.FindStringSubmatch(comment); match != nil {
		return match[1]
	}
	return bound.FindString(comment)
}

// widened says which settings fit problems that the defaults do not fit.
func widened(e balance.Entry, all []Setting) string {
	var ways []string
	for _, s := range all {
		for _, choice := range s.choices {
			if s.Type != "text" {
				continue
			}
			m := e.Default()
			if config.Apply(e.Name, map[string]any{s.Name: choice}, m) != nil {
				continue
			}
			if tasks := m.Traits().Tasks; wider(tasks, e.Default().Traits().Tasks) {
				ways = append(ways, fmt.Sprintf("%s with %s: %s", taskList(tasks), s.Name, choice))
			}
		}
	}
	return strings.Join(ways, "; ")
}

// wider reports whether a method fits more kinds of problem than another; no
// list fits all.
func wider(tasks, than []objective.Task) bool {
	return than != nil && (tasks == nil || len(tasks) > len(than))
}

// taskList joins the names of kinds of problem; none stand for all.
func taskList(tasks []objective.Task) string {
	if tasks == nil {
		return "any"
	}
	names := make([]string, len(tasks))
	for i, t := range tasks {
		names[i] = string(t)
	}
	return strings.Join(names, ", ")
}

// Text is the setting's comment for a terminal, under its name.
func (s Setting) Text() string {
	var b strings.Builder
	b.WriteString(s.Name + "\n")
	line := "   "
	for word := range strings.FieldsSeq(s.Doc) {
		if len(line)+1+len(word) > textWidth {
			b.WriteString(line + "\n")
			line = "   "
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
	return b.String()
}
