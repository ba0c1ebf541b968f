// Package manual is the documentation of the balancing methods, made of what
// the methods declare and of their doc comments: the command "cggm methods" and
// the page docs/methods.md show the same.
package manual

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"sync"

	"cggm/balance"
	"cggm/objective"
)

//go:generate go run ./generate ../..

// Method is the manual of one method.
type Method struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	// Source is venue and year, Year the year alone; "" and 0 for controls.
	Source string `json:"source,omitempty"`
	Year   int    `json:"year,omitempty"`
	Hook   string `json:"acts_on"`
	Takes  string `json:"takes,omitempty"`
	Cost   string `json:"cost"`
	// Measured is the cost on the default task; nil where nobody measured it.
	Measured *Measurement `json:"measured,omitempty"`
	// Imbalance is that of the modalities on the task synthetic; nil where
	// nobody measured it.
	Imbalance *Imbalance `json:"imbalance,omitempty"`
	// Tasks lists the kinds of problem that the default settings fit; empty:
	// all. Why says why not others, Else which settings fit others.
	Tasks []objective.Task `json:"tasks,omitempty"`
	Why   string           `json:"why,omitempty"`
	Else  string           `json:"else,omitempty"`
	// Least is the smallest number of modalities.
	Least    int       `json:"least_modalities"`
	Settings []Setting `json:"settings,omitempty"`
	// Reference is the paper.
	Reference string `json:"reference,omitempty"`
	// Doc is the doc comment as text.
	Doc string `json:"doc"`

	comment string
}

// comments holds the doc comments of package balance.
var comments = sync.OnceValues(func() (*docs, error) { return read("cggm/balance", balance.Source()) })

// Methods returns the manual of all methods in the order of documentation.
var Methods = sync.OnceValues(func() ([]Method, error) {
	docs, err := comments()
	if err != nil {
		return nil, err
	}
	costs, err := measurements()
	if err != nil {
		return nil, err
	}
	imbalances, err := readImbalances()
	if err != nil {
		return nil, err
	}
	var all []Method
	for _, e := range balance.Entries() {
		m, err := describe(e, docs)
		if err != nil {
			return nil, err
		}
		if c, ok := costs[e.Name]; ok {
			m.Measured = &c
		}
		if i, ok := imbalances[e.Name]; ok {
			m.Imbalance = &i
		}
		all = append(all, m)
	}
	return all, nil
})

// Find returns the manual of the named method; the error of an unknown name is
// that of balance.Find.
func Find(name string) (Method, error) {
	all, err := Methods()
	if err != nil {
		return Method{}, err
	}
	if _, err := balance.Find(name); err != nil {
		return Method{}, err
	}
	return all[slices.IndexFunc(all, func(m Method) bool { return m.Name == name })], nil
}

var year = regexp.MustCompile(`\b20\d\d\b`)

func describe(e balance.Entry, docs *docs) (Method, error) {
	method := e.Default()
	comment, err := docs.of(method)
	if err != nil {
		return Method{}, err
	}
	t := method.Traits()
	m := Method{
		Name: e.Name, Title: e.Title, Source: e.Source, Hook: e.Hook, Takes: t.Takes.String(), Cost: e.Cost,
		Tasks: t.Tasks, Why: t.Why, Least: max(t.Least, 1), Reference: reference(comment), Doc: docs.text(comment), comment: comment,
	}
	if m.Year, err = strconv.Atoi(year.FindString(e.Source)); err != nil && e.Source != "" {
		return Method{}, fmt.Errorf("manual: method %s: source %q has no year", e.Name, e.Source)
	}
	if m.Settings, err = settings(e, docs); err != nil {
		return Method{}, err
	}
	m.Else = widened(e, m.Settings)
	return m, nil
}

// TaskNames says in a few words which problems a method fits.
func (m Method) TaskNames() string {
	if m.Else != "" {
		return taskList(m.Tasks) + "; " + m.Else
	}
	return taskList(m.Tasks)
}

// ModalityCount says how many modalities a method takes.
func (m Method) ModalityCount() string { return fmt.Sprintf(">= %d", m.Least) }
