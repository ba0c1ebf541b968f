package manual

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"

	"cggm/experiment"
)

// The lines between which the page of the configuration is written.
const (
	begin = "<!-- What follows is written by \"go generate ./internal/manual\" from doc comments. -->"
	end   = "<!-- Written by hand again. -->"
)

// Configuration returns the page with its written part renewed. tree is the
// folder of the module, whose sources hold the comments.
func Configuration(tree fs.FS, page []byte) ([]byte, error) {
	before, rest, ok := bytes.Cut(page, []byte(begin))
	_, after, closed := bytes.Cut(rest, []byte(end))
	if !ok || !closed {
		return nil, fmt.Errorf("manual: the page of the configuration lacks one of the lines %q and %q", begin, end)
	}
	w := &settingsPage{tree: tree, packages: make(map[string]*docs)}
	if err := w.write(); err != nil {
		return nil, err
	}
	return slices.Concat(before, []byte(begin+"\n"+w.text.String()+"\n"+end), after), nil
}

// settingsPage writes the settings of the configuration.
type settingsPage struct {
	text     strings.Builder
	tree     fs.FS
	packages map[string]*docs
}

func (w *settingsPage) write() error {
	if err := w.resolved(); err != nil {
		return err
	}
	c := experiment.Default()
	sections := []func() error{
		func() error { return w.section("Top level", "", c) },
		func() error { return w.section("data", "data.", &c.Data) },
		func() error { return w.section("optimizer and auxiliary", "", &c.Optimizer) },
		func() error { return w.section("train", "train.", &c.Train) },
		func() error { return w.section("augment", "augment.", &c.Augment) },
	}
	for _, s := range sections {
		if err := s(); err != nil {
			return err
		}
	}
	for _, a := range experiment.Choices() {
		fmt.Fprintf(&w.text, "\n## %s\n", a.Setting)
		if err := w.kinds(a.Kinds); err != nil {
			return err
		}
	}
	fmt.Fprintf(&w.text, "\n## data.settings\n\nBy task; the variants of a task have the same.\n")
	if err := w.kinds(experiment.DataSettings()); err != nil {
		return err
	}
	return w.section("data.synthetic", "data.synthetic.", experiment.SyntheticSettings())
}

// resolved writes the configuration of the default task.
func (w *settingsPage) resolved() error {
	c, err := experiment.Load(experiment.DefaultTask, "", nil)
	if err != nil {
		return err
	}
	text, err := experiment.Marshal(c)
	if err != nil {
		return err
	}
	fmt.Fprintf(&w.text, "\n## The default task, resolved\n\n```yaml\n%s```\n", text)
	return nil
}

// section writes the settings of a struct under a heading.
func (w *settingsPage) section(title, prefix string, settings any) error {
	fmt.Fprintf(&w.text, "\n## %s\n\n| setting | type | default | meaning |\n|---|---|---|---|\n", title)
	return w.rows(prefix, reflect.ValueOf(settings).Elem())
}

// kinds writes a table for each kind that has settings.
func (w *settingsPage) kinds(kinds []experiment.Kind) error {
	for _, k := range kinds {
		fmt.Fprintf(&w.text, "\n`%s`", k.Name)
		v := reflect.Indirect(reflect.ValueOf(k.Settings))
		if k.Settings == nil {
			w.text.WriteString(": the task loss with its sign changed\n")
			continue
		}
		d, err := w.docs(v.Type())
		if err != nil {
			return err
		}
		if text := sentence(d.pkg.Synopsis(d.types[v.Type().Name()]), v.Type().Name()); text != "holds the settings" {
			w.text.WriteString(": " + text)
		}
		w.text.WriteString("\n")
		if len(keys(v.Type())) == 0 {
			continue
		}
		w.text.WriteString("\n| setting | type | default | meaning |\n|---|---|---|---|\n")
		if err := w.rows("", v); err != nil {
			return err
		}
	}
	return nil
}

// sentence is the first one of a comment without the name that it begins with.
func sentence(text, name string) string {
	text = strings.TrimPrefix(text, name+" ")
	for _, verb := range []string{"is ", "are "} {
		text = strings.TrimPrefix(text, verb)
	}
	return strings.TrimRight(text, ".:")
}

// rows writes a row for each setting of a struct; those of structs inside it
// follow their own.
func (w *settingsPage) rows(prefix string, v reflect.Value) error {
	d, err := w.docs(v.Type())
	if err != nil {
		return err
	}
	for _, k := range keys(v.Type()) {
		field := v.FieldByIndex(k.field.Index)
		comment := d.fields[v.Type().Name()+"."+k.field.Name]
		if comment == "" {
			return fmt.Errorf("manual: %s.%s has no doc comment", v.Type(), k.field.Name)
		}
		typeName, inside := kindOf(field.Type())
		value := ""
		if !inside {
			value = short(field)
		}
		row(&w.text, code(prefix+k.name), typeName, value, comment)
		if inside {
			if field.Kind() == reflect.Slice {
				field = reflect.New(field.Type().Elem()).Elem()
			}
			if err := w.rows(prefix+k.name+".", field); err != nil {
				return err
			}
		}
	}
	return nil
}

// key is a setting with the field that holds it.
type key struct {
	name  string
	field reflect.StructField
}

// keys lists the settings of a struct by their YAML names.
func keys(t reflect.Type) []key {
	var all []key
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if f.IsExported() && name != "-" && name != "" {
			all = append(all, key{name, f})
		}
	}
	return all
}

// docs returns the comments of the package that a type is from.
func (w *settingsPage) docs(t reflect.Type) (*docs, error) {
	if d, ok := w.packages[t.PkgPath()]; ok {
		return d, nil
	}
	_, folder, _ := strings.Cut(t.PkgPath(), "/")
	files, err := fs.Sub(w.tree, path.Clean(folder))
	if err != nil {
		return nil, fmt.Errorf("manual: %w", err)
	}
	d, err := read(t.PkgPath(), files)
	if err != nil {
		return nil, err
	}
	w.packages[t.PkgPath()] = d
	return d, nil
}
