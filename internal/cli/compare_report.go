package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"cggm/compare"
)

// reports are the files that a comparison is written to; "" leaves one out.
type reports struct{ csv, runs, markdown, latex, plot string }

func (r *reports) add(f *pflag.FlagSet) {
	f.StringVar(&r.csv, "csv", "", "write a line per task and method to this `file`")
	f.StringVar(&r.runs, "runs", "", "write a line per run to this CSV `file`")
	f.StringVar(&r.markdown, "markdown", "", "write the tables to this Markdown `file`")
	f.StringVar(&r.latex, "latex", "", "write the tables to this LaTeX `file`")
	f.StringVar(&r.plot, "plot", "", "draw scores by time to this .svg or .png `file`")
}

// check refuses what could not be written in the end.
func (r *reports) check() error {
	if r.plot != "" && r.plotFormat() == "" {
		return usagef("--plot %s: name a file that ends in .svg or .png", r.plot)
	}
	for _, path := range []string{r.csv, r.runs, r.markdown, r.latex, r.plot} {
		if path == "" {
			continue
		}
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			return usagef("%s cannot be written: %w", path, err)
		}
	}
	return nil
}

// plotFormat returns the format by the file's ending, "" for an unknown one.
func (r *reports) plotFormat() string {
	switch ending := strings.TrimPrefix(strings.ToLower(filepath.Ext(r.plot)), "."); ending {
	case compare.SVG, compare.PNG:
		return ending
	}
	return ""
}

func (r *reports) write(o *compare.Outcome) error {
	text := func(s func() string) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := io.WriteString(w, s())
			return err
		}
	}
	var errs []error
	for _, file := range []struct {
		path  string
		write func(io.Writer) error
	}{
		{r.csv, o.WriteCSV},
		{r.runs, o.WriteRunsCSV},
		{r.markdown, text(o.Markdown)},
		{r.latex, text(o.LaTeX)},
		{r.plot, func(w io.Writer) error { return o.WritePlot(w, r.plotFormat()) }},
	} {
		if file.path == "" {
			continue
		}
		var b bytes.Buffer
		err := file.write(&b)
		if err == nil {
			err = os.WriteFile(file.path, b.Bytes(), 0o644) //nolint:gosec // a report is for others to read as well
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("cli: write %s: %w", file.path, err))
		}
	}
	return errors.Join(errs...)
}
