package backend_test

import (
	"strings"
	"testing"

	"cggm/backend"
)

func TestOpen(t *testing.T) {
	t.Setenv(backend.Variable, "")
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	if b.Name() != backend.Default {
		t.Errorf("engine %q, want %q", b.Name(), backend.Default)
	}
	t.Setenv(backend.Variable, "abacus")
	if _, err := backend.Open(); err == nil || !strings.Contains(err.Error(), `"abacus"`) || !strings.Contains(err.Error(), "unset CGGM_BACKEND") {
		t.Errorf("unknown engine: error %v", err)
	}
}
