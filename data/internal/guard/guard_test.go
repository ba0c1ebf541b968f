package guard

import (
	"errors"
	"io"
	"strings"
	"testing"

	"cggm/data"
)

func TestCall(t *testing.T) {
	err := Call("x.png", "picture", func() error {
		var empty []int
		_ = empty[len("abc")]
		return nil
	})
	if !errors.Is(err, data.ErrFormat) || !strings.Contains(err.Error(), "x.png") || !strings.Contains(err.Error(), "index out of range") {
		t.Errorf("panic became %v", err)
	}
	if err := Call("x.png", "picture", func() error { return io.EOF }); !errors.Is(err, io.EOF) {
		t.Errorf("error became %v", err)
	}
}
