package cli

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/spf13/cobra"

	"cggm/balance"
	"cggm/internal/view"
)

type methodsOptions struct {
	name string
	json bool
}

func newMethodsCommand(a *app) *cobra.Command {
	o := &methodsOptions{}
	cmd := &cobra.Command{
		Use:   "methods [NAME]",
		Short: "List the balancing methods, or the settings of one",
		Long: `List the methods that keep one modality from starving the others, with where each
acts on a training step and what it costs. With a NAME, show that method's
settings and their defaults.`,
		Example: `  cggm methods
  cggm methods cggm
  cggm train --method cggm --set options.cggm.rho=1.1`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeMethod,
	}
	addJSON(cmd, &o.json)
	cmd.RunE = a.action(func(_ context.Context, args []string) error {
		if len(args) > 0 {
			o.name = args[0]
		}
		return runMethods(a, o)
	})
	return cmd
}

type methodRow struct {
	Name     string    `json:"name"`
	Title    string    `json:"title"`
	Source   string    `json:"source,omitempty"`
	Hook     string    `json:"acts_on"`
	Cost     string    `json:"cost"`
	Takes    string    `json:"takes,omitempty"`
	Settings []setting `json:"settings,omitempty"`
}

type setting struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Default any    `json:"default"`
}

func describe(e balance.Entry) methodRow {
	m := e.Default()
	return methodRow{e.Name, e.Title, e.Source, e.Hook, e.Cost, m.Traits().Takes.String(), settingsOf(m)}
}

// settingsOf lists the settings of a method by their YAML names.
func settingsOf(m balance.Method) []setting {
	v := reflect.Indirect(reflect.ValueOf(m))
	if v.Kind() != reflect.Struct {
		return nil
	}
	var settings []setting
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		if name == "" || name == "-" {
			continue
		}
		settings = append(settings, setting{name, v.Field(i).Type().String(), v.Field(i).Interface()})
	}
	return settings
}

func runMethods(a *app, o *methodsOptions) error {
	if o.name != "" {
		return runMethod(a, o)
	}
	rows := []methodRow{}
	table := view.Table{Header: []string{"method", "what it is", "from", "acts on", "extra cost"}}
	for _, e := range balance.Entries() {
		rows = append(rows, describe(e))
		source := e.Source
		if source == "" {
			source = "-"
		}
		table.Rows = append(table.Rows, []string{e.Name, e.Title, source, e.Hook, e.Cost})
	}
	if o.json {
		return a.streams.printJSON(rows)
	}
	return a.streams.print(table.String() + "\nSeveral join by +, as in cggm+mmpareto, when they do not take hold of the same thing.\n")
}

func runMethod(a *app, o *methodsOptions) error {
	if err := checkMethod(o.name); err != nil {
		return err
	}
	e, err := balance.Find(o.name)
	if err != nil {
		return usageError{err}
	}
	row := describe(e)
	if o.json {
		return a.streams.printJSON(row)
	}
	facts := view.Table{Rows: [][]string{{"method", row.Name}, {"what it is", row.Title}}}
	for _, fact := range [][]string{{"from", row.Source}, {"acts on", row.Hook}, {"takes hold of", row.Takes}, {"extra cost", row.Cost}} {
		if fact[1] != "" {
			facts.Rows = append(facts.Rows, fact)
		}
	}
	text := facts.String()
	if len(row.Settings) == 0 {
		return a.streams.print(text + "\nIt has no settings.\n")
	}
	table := view.Table{Header: []string{"setting", "type", "default"}}
	for _, s := range row.Settings {
		table.Rows = append(table.Rows, []string{s.Name, s.Type, fmt.Sprint(s.Default)})
	}
	text += "\n" + table.String()
	text += fmt.Sprintf("\nChange one with --set options.%s.%s=VALUE.\n", row.Name, row.Settings[0].Name)
	return a.streams.print(text)
}
