package experiment

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cggm/config"
)

// Choice names one of several kinds together with the settings of that kind:
//
//	fusion: {kind: gated, width: 64}
//
// Settings that are left out have the kind's defaults.
type Choice map[string]any

// Kind returns the chosen kind, "" when nothing is chosen.
func (c Choice) Kind() string {
	kind, _ := c["kind"].(string)
	return kind
}

// kinds maps the names of one sort of choice to constructors that return a
// pointer to the kind's default settings.
type kinds[T any] struct {
	sort string
	new  map[string]func() T
}

// names lists the kinds in alphabetical order.
func (k kinds[T]) names() []string { return slices.Sorted(maps.Keys(k.new)) }

// build returns the chosen kind with its settings applied. where names the
// setting, for messages.
func (k kinds[T]) build(where string, c Choice) (T, error) {
	var none T
	fresh, ok := k.new[c.Kind()]
	if !ok {
		return none, fmt.Errorf("experiment: %s: unknown %s %q: choose one of %s",
			where, k.sort, c.Kind(), strings.Join(k.names(), ", "))
	}
	settings := maps.Clone(map[string]any(c))
	delete(settings, "kind")
	v := fresh()
	if err := config.Apply(where, settings, v); err != nil {
		return none, err
	}
	return v, nil
}
