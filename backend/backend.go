// Package backend chooses the engine that executes computation graphs. No
// other package knows which engines exist.
package backend

import (
	"fmt"
	"os"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend" // registers "go"

	"cggm/backend/cpu"
)

// Variable is the environment variable that names another engine.
const Variable = "CGGM_BACKEND"

// Default is the engine that is used when nothing else is asked for.
const Default = cpu.Name

// Open returns the engine named by the environment variable CGGM_BACKEND, or
// the default one.
func Open() (b compute.Backend, err error) {
	name := os.Getenv(Variable)
	if name == "" {
		name = Default
	}
	defer func() {
		// The registry panics on a name that it does not know.
		if r := recover(); r != nil {
			b, err = nil, fmt.Errorf("backend: open engine %q: %v: unset %s to use %s", name, r, Variable, Default)
		}
	}()
	b, err = compute.NewWithConfig(name)
	if err != nil {
		return nil, fmt.Errorf("backend: open engine %q: %w: unset %s to use %s", name, err, Variable, Default)
	}
	return b, nil
}
