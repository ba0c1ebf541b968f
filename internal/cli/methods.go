package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"cggm/balance"
	"cggm/internal/manual"
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
		Short: "List the balancing methods, or explain one",
		Long: `List the methods that keep one modality from starving the others: the year of the
paper, where each acts on a training step, what it costs, by what it does and
measured, and for which tasks and numbers of modalities M it is. With a NAME,
show what that method does, its paper, and its settings with ranges and defaults.`,
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

func runMethods(a *app, o *methodsOptions) error {
	if o.name != "" {
		return runMethod(a, o)
	}
	all, err := manual.Methods()
	if err != nil {
		return err
	}
	if o.json {
		return a.streams.printJSON(all)
	}
	table := view.Table{
		Header:  []string{"method", "what it is", "year", "acts on", "extra cost", "time", "memory", "imbalance", "tasks", "M"},
		Numbers: []bool{5: true, 6: true, 7: true},
	}
	for _, m := range all {
		time, memory := m.Measured.Columns()
		tasks, _, _ := strings.Cut(m.TaskNames(), ";")
		if m.Else != "" {
			tasks += " *"
		}
		table.Rows = append(table.Rows, []string{m.Name, m.Title, m.YearText(), m.Hook, m.Cost, time, memory, m.Imbalance.Column(), tasks, m.ModalityCount()})
	}
	return a.streams.print(table.String() + "\n" + manual.Footnote(all) +
		"\nimbalance: change of the gap between modalities against joint training on the task synthetic; * its interval excludes 0.\n* at tasks: other settings fit other tasks: see cggm methods NAME.\n" +
		"Several join by +, as in cggm+mmpareto, when they do not take hold of the same thing.\n")
}

func runMethod(a *app, o *methodsOptions) error {
	if err := checkMethod(o.name); err != nil {
		return err
	}
	for i, name := range balance.Split(o.name) {
		m, err := manual.Find(name)
		if err != nil {
			return err
		}
		if o.json {
			err = a.streams.printJSON(m)
		} else {
			if i > 0 {
				err = a.streams.print("\n")
			}
			err = errors.Join(err, a.streams.print(methodText(m)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// methodText is the manual of one method for a terminal.
func methodText(m manual.Method) string {
	facts := view.Table{Rows: [][]string{{"method", m.Name}}}
	for _, fact := range m.Facts() {
		facts.Rows = append(facts.Rows, fact[:])
	}
	text := facts.String() + "\n" + m.Doc
	if len(m.Settings) == 0 {
		return text + "\nIt has no settings.\n"
	}
	table := view.Table{Header: []string{"setting", "type", "range", "default"}}
	for _, s := range m.Settings {
		table.Rows = append(table.Rows, []string{s.Name, s.Type, s.Range, fmt.Sprint(s.Default)})
	}
	text += "\n" + table.String() + "\n"
	for _, s := range m.Settings {
		text += s.Text()
	}
	return text + fmt.Sprintf("\nChange one with --set options.%s.%s=VALUE.\n", m.Name, m.Settings[0].Name)
}
