package cpu

import (
	"testing"

	"github.com/gomlx/compute"
)

// built compiles the graph whose results write returns; write passes what it
// builds through check.
func built(t testing.TB, write func(f compute.Function, check func(compute.Value, error) compute.Value) []compute.Value) *program {
	t.Helper()
	b, err := New("")
	if err != nil {
		t.Fatal(err)
	}
	bd := b.Builder("test")
	f := bd.Main()
	out := write(f, func(v compute.Value, err error) compute.Value {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	})
	if err := f.Return(out, nil); err != nil {
		t.Fatal(err)
	}
	exe, err := bd.Compile()
	if err != nil {
		t.Fatal(err)
	}
	return exe.(*program)
}
