package cpu

import (
	"testing"

	"github.com/gomlx/compute/support/backendtest"
)

func TestConformance(t *testing.T) {
	b, err := New("")
	if err != nil {
		t.Fatal(err)
	}
	backendtest.RunAll(t, b, nil)
}
