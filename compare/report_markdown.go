package compare

import (
	"fmt"
	"strings"
)

// Markdown returns the tables in the Markdown of GitHub; the best mean of a
// table is bold.
func (o *Outcome) Markdown() string {
	var b strings.Builder
	for _, g := range o.grids() {
		fmt.Fprintf(&b, "### %s\n\n", escapeMarkdown(g.title))
		rule := []string{":---"}
		for range g.header[1:] {
			rule = append(rule, "---:")
		}
		markdownRow(&b, g.header)
		fmt.Fprintf(&b, "|%s|\n", strings.Join(rule, "|"))
		for i, row := range g.rows {
			cells := append([]string{}, row...)
			for k := range cells {
				cells[k] = escapeMarkdown(cells[k])
			}
			if i == g.best {
				cells[scoreColumn] = "**" + cells[scoreColumn] + "**"
			}
			markdownRow(&b, cells)
		}
		b.WriteString("\n")
		for _, note := range g.notes {
			fmt.Fprintf(&b, "- %s\n", escapeMarkdown(note))
		}
		if len(g.notes) > 0 {
			b.WriteString("\n")
		}
	}
	b.WriteString(legend)
	runs, took := o.effort()
	fmt.Fprintf(&b, "%d %s, %v of training.\n", runs, plural(runs, "run"), took)
	return b.String()
}

func markdownRow(b *strings.Builder, cells []string) {
	fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
}

var markdownEscapes = strings.NewReplacer(`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "<", "&lt;", "\n", " ")

func escapeMarkdown(text string) string { return markdownEscapes.Replace(text) }
