package manual

import (
	"fmt"
	"slices"
	"strings"
)

// preface opens the page; what follows comes from the methods.
const preface = `# Methods

<!-- Written by "go generate ./internal/manual" from the doc comments in balance/ and
     internal/manual/*.json: change those and run it again. -->

Choose one with ` + "`cggm train TASK --method NAME`" + ` and change a setting with
` + "`--set options.NAME.SETTING=VALUE`" + `. Several join by +, as in ` + "`cggm+mmpareto`" + `, when they do not
take hold of the same thing. ` + "`cggm methods NAME`" + ` shows what is here.
`

const imbalanceNote = "imbalance: how much less (-) or more (+) than after joint training the modalities' features differ, as the accuracy of a linear classifier on the frozen features of the better one less that of the worse one; task synthetic, whose imbalance is planted, defaults of the method, mean over seeds; \\* the 95 % interval of paired seeds excludes 0, without correction for the number of methods."

// Markdown returns the page of all methods.
func Markdown() (string, error) {
	all, err := Methods()
	if err != nil {
		return "", err
	}
	d, err := comments()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(preface)
	b.WriteString("\n| method | what it is | year | acts on | extra cost | time | memory | imbalance | tasks | M |\n")
	b.WriteString("|---|---|---|---|---|---|---|---|---|---|\n")
	for _, m := range all {
		time, memory := m.Measured.Columns()
		row(&b, fmt.Sprintf("[%s](#%s)", m.Name, m.Name), m.Title, m.YearText(), m.Hook, m.Cost, time, memory, m.Imbalance.Column(), m.TaskNames(), m.ModalityCount())
	}
	b.WriteString("\n" + Footnote(all) + "\n\n" + imbalanceNote + "\n")
	for _, m := range all {
		m.markdown(&b, d)
	}
	return b.String(), nil
}

func (m Method) markdown(b *strings.Builder, d *docs) {
	fmt.Fprintf(b, "\n## %s\n\n", m.Name)
	for _, fact := range m.Facts() {
		fmt.Fprintf(b, "- %s: %s\n", fact[0], fact[1])
	}
	b.WriteString("\n" + strings.TrimSpace(d.markdown(m.comment)) + "\n")
	if len(m.Settings) == 0 {
		return
	}
	b.WriteString("\n| setting | type | range | default | meaning |\n|---|---|---|---|---|\n")
	for _, s := range m.Settings {
		row(b, code(s.Name), s.Type, s.Range, fmt.Sprint(s.Default), s.Doc)
	}
}

// code marks a cell that is to be shown as it is.
func code(name string) string { return "`" + name + "`" }

// row writes a line of a table.
func row(b *strings.Builder, cells ...string) {
	for _, cell := range cells {
		if !strings.HasPrefix(cell, "`") {
			cell = strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "<", `\<`).Replace(cell)
		}
		b.WriteString("| " + cell + " ")
	}
	b.WriteString("|\n")
}

// YearText is the year of the paper, "-" for controls.
func (m Method) YearText() string {
	if m.Year == 0 {
		return "-"
	}
	return fmt.Sprint(m.Year)
}

// Facts lists what the registry knows of a method, as names and values.
func (m Method) Facts() [][2]string {
	measured := ""
	if m.Measured != nil {
		time, memory := m.Measured.Columns()
		measured = fmt.Sprintf("%s the time of joint training per epoch, %s the memory of the process (task emoji, %s, %s)",
			time, memory, m.Measured.Date, m.Measured.Machine)
	}
	tasks := m.TaskNames()
	if m.Why != "" {
		tasks += " (" + m.Why + ")"
	}
	return slices.DeleteFunc([][2]string{
		{"what it is", m.Title},
		{"reference", m.Reference},
		{"acts on", m.Hook},
		{"takes hold of", m.Takes},
		{"tasks", tasks},
		{"modalities", m.ModalityCount()},
		{"extra cost", m.Cost},
		{"measured", measured},
		{"imbalance", m.Imbalance.Text()},
	}, func(fact [2]string) bool { return fact[1] == "" })
}
