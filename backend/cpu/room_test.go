package cpu

import (
	"errors"
	"testing"
)

func TestRoom(t *testing.T) {
	for text, want := range map[string]int64{
		"MemTotal:       24 kB\nMemAvailable:    7 kB\n": 7 << 10,
		"MemTotal:       24 kB\n":                        -1,
		"MemAvailable:    x kB\n":                        -1,
		"MemAvailable:    7\n":                           -1,
		"":                                               -1,
	} {
		got, ok := parseFree([]byte(text))
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
	if err := room(spacious - 1); err != nil {
		t.Errorf("little memory: %v", err)
	}
	if _, known := freeMemory(); known {
		if err := room(1 << 60); !errors.Is(err, ErrMemory) {
			t.Errorf("more than any machine has: %v", err)
		}
	}
}
