package cli

import (
	"context"
	"fmt"
	"math"

	"github.com/spf13/cobra"

	"cggm/conformance"
	"cggm/internal/view"
)

type conformanceOptions struct {
	files []string
	json  bool
}

func newConformanceCommand(a *app) *cobra.Command {
	o := &conformanceOptions{}
	cmd := &cobra.Command{
		Use:   "conformance FILE...",
		Short: "Replay recorded trainings and compare every quantity",
		Long: `Replay each recorded training (a safetensors file with the inputs, initial values
and intermediate results of some steps) and print, by quantity, the largest
absolute and relative difference and the step where it occurs.

Exit code 0 says that all quantities of all files agree within the tolerance.

With --json every line is one file's report, in the order of the arguments.`,
		Example: `  cggm conformance golden/*.safetensors
  cggm conformance trace.safetensors --json`,
		Args: some("one or more recorded trainings"),
	}
	addJSON(cmd, &o.json)
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		o.files = args
		return runConformance(ctx, a, o)
	})
	return cmd
}

type conformanceReport struct {
	File string           `json:"file"`
	Mode string           `json:"mode"`
	OK   bool             `json:"ok"`
	Rows []conformanceRow `json:"rows"`
}

type conformanceRow struct {
	Quantity string   `json:"quantity"`
	MaxAbs   *float64 `json:"max_abs"` // null: not finite
	MaxRel   *float64 `json:"max_rel"`
	Step     int      `json:"step"`
	OK       bool     `json:"ok"`
}

func runConformance(ctx context.Context, a *app, o *conformanceOptions) error {
	passed := 0
	for i, file := range o.files {
		r, err := a.work.replay(ctx, file)
		if err != nil {
			return err
		}
		if r.OK {
			passed++
		}
		if o.json {
			err = a.streams.printJSON(reportOf(r))
		} else {
			if i > 0 {
				err = a.streams.print("\n")
			}
			if err == nil {
				err = a.streams.print(conformanceText(r))
			}
		}
		if err != nil {
			return err
		}
	}
	if !o.json && len(o.files) > 1 {
		if err := a.streams.print(fmt.Sprintf("\n%d of %d files agree\n", passed, len(o.files))); err != nil {
			return err
		}
	}
	if passed < len(o.files) {
		return errFailed
	}
	return nil
}

func reportOf(r *conformance.Report) conformanceReport {
	report := conformanceReport{File: r.File, Mode: r.Mode, OK: r.OK, Rows: []conformanceRow{}}
	for _, row := range r.Rows {
		report.Rows = append(report.Rows, conformanceRow{row.Quantity, finite(row.MaxAbs), finite(row.MaxRel), row.Step, row.OK})
	}
	return report
}

// finite returns nil for what JSON cannot hold.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func conformanceText(r *conformance.Report) string {
	table := view.Table{
		Header:  []string{"quantity", "max abs", "max rel", "step", ""},
		Numbers: []bool{false, true, true, true, false},
	}
	for _, row := range r.Rows {
		table.Rows = append(table.Rows, []string{
			row.Quantity, fmt.Sprintf("%.2e", row.MaxAbs), fmt.Sprintf("%.2e", row.MaxRel), fmt.Sprint(row.Step), verdict(row.OK),
		})
	}
	return fmt.Sprintf("%s (%s)\n%s%s\n", r.File, r.Mode, table.String(), verdict(r.OK))
}

func verdict(ok bool) string {
	if ok {
		return "ok"
	}
	return "DIFFERS"
}
