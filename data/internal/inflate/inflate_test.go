package inflate

import (
	"errors"
	"io"
	"math"
	"strings"
	"testing"
)

func TestLimit(t *testing.T) {
	for compressed, want := range map[int64]int64{
		0:             1 << 30,
		1 << 20:       1 << 30,
		1 << 30:       100 << 30,
		math.MaxInt64: 1 << 62,
	} {
		if got := Limit(compressed); got != want {
			t.Errorf("Limit(%d) = %d, want %d", compressed, got, want)
		}
	}
	if got := Likely(1<<20, math.MaxInt64); got != 16<<20 {
		t.Errorf("a claim reserves %d bytes", got)
	}
}

func TestReaderStops(t *testing.T) {
	r := &reader{r: strings.NewReader("123456789"), left: 5}
	got, err := io.ReadAll(r)
	if string(got) != "12345" || !errors.Is(err, ErrTooLarge) {
		t.Errorf("%q, %v; want 5 bytes and ErrTooLarge", got, err)
	}
	r = &reader{r: strings.NewReader("12345"), left: 5}
	if got, err := io.ReadAll(r); string(got) != "12345" || err != nil {
		t.Errorf("%q, %v; want all of it", got, err)
	}
}
