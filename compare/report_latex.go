package compare

import (
	"fmt"
	"regexp"
	"strings"
)

// LaTeX returns the tables for a document that uses the package booktabs; the
// best mean of a table is bold.
func (o *Outcome) LaTeX() string {
	var b strings.Builder
	b.WriteString("% needs \\usepackage{booktabs}\n")
	for _, g := range o.grids() {
		fmt.Fprintf(&b, "\\begin{table}\n\\centering\n\\caption{%s}\n\\begin{tabular}{l%s}\n\\toprule\n",
			escapeLaTeX(g.title), strings.Repeat("r", len(g.header)-1))
		latexRow(&b, g.header, -1)
		b.WriteString("\\midrule\n")
		for i, row := range g.rows {
			bold := -1
			if i == g.best {
				bold = scoreColumn
			}
			latexRow(&b, row, bold)
		}
		b.WriteString("\\bottomrule\n\\end{tabular}\n")
		for _, note := range g.notes {
			fmt.Fprintf(&b, "\\par\\footnotesize %s\n", escapeLaTeX(note))
		}
		b.WriteString("\\end{table}\n\n")
	}
	fmt.Fprintf(&b, "%% %s", strings.ReplaceAll(strings.TrimSuffix(legend, "\n"), "\n", "\n% "))
	b.WriteString("\n")
	return b.String()
}

// latexRow writes a line of a table, with the cell in column bold bold.
func latexRow(b *strings.Builder, cells []string, bold int) {
	escaped := make([]string, len(cells))
	for i, cell := range cells {
		escaped[i] = escapeLaTeX(cell)
		if i == bold {
			escaped[i] = "\\textbf{" + escaped[i] + "}"
		}
	}
	fmt.Fprintf(b, "%s \\\\\n", strings.Join(escaped, " & "))
}

var latexEscapes = strings.NewReplacer(
	`\`, `\textbackslash{}`, "{", `\{`, "}", `\}`, "$", `\$`, "&", `\&`, "#", `\#`, "%", `\%`, "_", `\_`,
	"^", `\textasciicircum{}`, "~", `\textasciitilde{}`, "<", `\textless{}`, ">", `\textgreater{}`, "\n", " ",
	"[", "{[}", "]", "{]}",
)

// negative matches the sign of a negative number, which is not a hyphen.
var negative = regexp.MustCompile(`(^|[} ])-(\d)`)

func escapeLaTeX(text string) string {
	return negative.ReplaceAllString(latexEscapes.Replace(text), "$1$$-$$$2")
}
