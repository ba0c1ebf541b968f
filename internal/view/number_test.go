package view

import (
	"math"
	"testing"
	"time"
)

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0.0000", .74321: "0.7432", -.5: "-0.5000", 12.34567: "12.3457", 123.456: "123.5",
		1e8: "1.00e+08", -1e8: "-1.00e+08", 1e-5: "1.0e-05", math.NaN(): "-", math.Inf(1): "+Inf",
	} {
		if got := number(v); got != want {
			t.Errorf("number(%v) = %q, want %q", v, got, want)
		}
	}
	if got := signed(.01); got != "+0.0100" {
		t.Errorf("signed(.01) = %q", got)
	}
	if got := signed(-.01); got != "-0.0100" {
		t.Errorf("signed(-.01) = %q", got)
	}
}

func TestClock(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0:00", 41 * time.Second: "0:41", 3599 * time.Second: "59:59",
		3723 * time.Second: "1:02:03", 30 * time.Hour: "30:00:00", 1600 * time.Millisecond: "0:02",
	} {
		if got := clock(d); got != want {
			t.Errorf("clock(%v) = %q, want %q", d, got, want)
		}
	}
}
