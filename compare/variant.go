package compare

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cggm/balance"
)

// Variant is a method with settings of its own, compared as a row of its own.
type Variant struct {
	// Name is the row's: lower-case letters, digits, hyphens and points, and
	// not the name of a method.
	Name string
	// Method is the method, or several joined by +.
	Method string
	// Settings are assignments, as for Task.Load. They hold in all trials.
	Settings []string
}

var variantName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*$`)

// ParseVariant reads NAME=METHOD,SETTING=VALUE,... A setting without a point in
// its name is the method's own: clamp=2 stands for options.cggm.clamp=2.
func ParseVariant(text string) (Variant, error) {
	name, rest, ok := strings.Cut(text, "=")
	parts := strings.Split(rest, ",")
	v := Variant{Name: name, Method: parts[0]}
	if !ok || !variantName.MatchString(name) || v.Method == "" {
		return v, fmt.Errorf("compare: variant %q: write NAME=METHOD,SETTING=VALUE,... with a lower-case name", text)
	}
	for _, setting := range parts[1:] {
		key, value, ok := strings.Cut(setting, "=")
		if !ok || key == "" {
			return v, fmt.Errorf("compare: variant %s: %q: write SETTING=VALUE", name, setting)
		}
		if !strings.Contains(key, ".") {
			if len(balance.Split(v.Method)) > 1 {
				return v, fmt.Errorf("compare: variant %s: setting %s: say which method's, as in options.%s.%s",
					name, key, balance.Split(v.Method)[0], key)
			}
			key = "options." + v.Method + "." + key
		}
		v.Settings = append(v.Settings, key+"="+value)
	}
	return v, nil
}

// check reports a name that is taken and a method that does not exist.
func (v Variant) check() error {
	if _, err := balance.Find(v.Name); err == nil {
		return fmt.Errorf("compare: variant %s: this is the name of a method: choose another one", v.Name)
	}
	if !variantName.MatchString(v.Name) {
		return fmt.Errorf("compare: variant %q: choose a name of lower-case letters, digits, hyphens and points", v.Name)
	}
	for _, part := range balance.Split(v.Method) {
		if _, err := balance.Find(part); err != nil {
			return fmt.Errorf("compare: variant %s: %w", v.Name, err)
		}
	}
	return nil
}

// settings returns the assignments of a trial: those of the variant replace
// what the trial draws for the same settings.
func (v Variant) settings(trial int, rate float64) []string {
	all := slices.DeleteFunc(assignments(v.Method, trial, rate), func(drawn string) bool {
		key, _, _ := strings.Cut(drawn, "=")
		return slices.ContainsFunc(v.Settings, func(own string) bool { return strings.HasPrefix(own, key+"=") })
	})
	return append(all, v.Settings...)
}

// rows returns the methods and variants of a study: a method is the variant of
// its own name without settings.
func (s *Study) rows() []Variant {
	var all []Variant
	for _, m := range s.Methods {
		all = append(all, Variant{Name: m, Method: m})
	}
	return append(all, s.Variants...)
}

// checkRows reports names that are not unique, and tests against what does not
// take part.
func (s *Study) checkRows() error {
	rows := s.rows()
	if len(rows) == 0 {
		return errors.New("compare: a study needs a method at least")
	}
	var names []string
	for _, v := range rows {
		if slices.Contains(names, v.Name) {
			return fmt.Errorf("compare: method %s is named twice", v.Name)
		}
		names = append(names, v.Name)
	}
	for _, v := range s.Variants {
		if err := v.check(); err != nil {
			return err
		}
	}
	for i, b := range s.Against {
		if slices.Contains(s.Against[:i], b) {
			return fmt.Errorf("compare: tests against %s are asked for twice", b)
		}
		if !slices.Contains(names, b) {
			return fmt.Errorf("compare: tests against %s: it does not take part: choose of %q", b, names)
		}
	}
	return nil
}

// against returns the methods that others are tested against.
func (s *Study) against() []string {
	if s.Against == nil {
		return baselines
	}
	return s.Against
}

// seeds returns the seeds of the runs that are compared.
func (s *Study) seeds() []uint64 {
	all := make([]uint64, s.Seeds)
	for i := range all {
		all[i] = max(s.First, 1) + uint64(i)
	}
	return all
}
