package compare

import (
	"fmt"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"cggm/balance"
	"cggm/config"
)

// Every method has a search space, whose ends are valid settings.
func TestSpacesCoverAllMethods(t *testing.T) {
	for _, e := range balance.Entries() {
		space, ok := spaces[e.Name]
		if !ok {
			t.Errorf("%s has no search space: add a line to spaces, nil if only the learning rate is to be tuned", e.Name)
		}
		for _, d := range space {
			values := d.choices
			if values == nil {
				values = []string{fmt.Sprint(d.low), fmt.Sprint(d.high)}
			}
			for _, v := range values {
				m := e.Default()
				var setting any
				if err := yaml.Unmarshal([]byte(v), &setting); err != nil {
					t.Fatal(err)
				}
				if err := config.Apply(e.Name, map[string]any{d.setting: setting}, m); err != nil {
					t.Errorf("%s: %v", e.Name, err)
				}
				if valid, ok := m.(balance.Validator); ok && valid.Validate() != nil {
					t.Errorf("%s: %s=%s: %v", e.Name, d.setting, v, valid.Validate())
				}
			}
		}
	}
	for name := range spaces {
		if _, err := balance.Find(name); err != nil {
			t.Error(err)
		}
	}
}

// Draws stay in their range and depend on nothing but names and the trial.
func TestDraws(t *testing.T) {
	log := dimension{low: .1, high: 10, log: true}
	whole := dimension{low: 2, high: 5, whole: true}
	choice := dimension{choices: []string{"a", "b"}}
	below := 0
	seen := make(map[string]bool)
	const n = 1000
	for trial := range n {
		var v float64
		if _, err := fmt.Sscanf(log.assign("x", trial), "x=%g", &v); err != nil || v < .1 || v > 10 {
			t.Fatalf("%s: %v", log.assign("x", trial), err)
		}
		if v < 1 {
			below++
		}
		seen[whole.assign("w", trial)], seen[choice.assign("c", trial)] = true, true
	}
	// Half of the draws are below the geometric mean, within 5 deviations.
	if below < n/2-80 || below > n/2+80 {
		t.Errorf("%d of %d below the middle", below, n)
	}
	if len(seen) != 6 {
		t.Errorf("draws %v, want w from 2 to 5, a and b", seen)
	}
	if a, b := assignments("cggm", 3, 1), assignments("cggm+ogm", 3, 1); !strings.HasPrefix(strings.Join(b, " "), strings.Join(a, " ")) || len(b) != len(a)+1 {
		t.Errorf("%v does not continue %v", b, a)
	}
	if assignments("cggm", 1, 1) != nil {
		t.Error("trial 1 changes settings")
	}
}
