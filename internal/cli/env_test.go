package cli

import "testing"

func TestMeminfo(t *testing.T) {
	for _, test := range []struct {
		name, text       string
		total, available uint64
	}{
		{"linux", "MemTotal:       24641680 kB\nMemFree:  100 kB\nMemAvailable:   12 kB\nHugePages_Total:       0\n", 24641680 << 10, 12 << 10},
		{"empty", "", 0, 0},
		{"damaged", "MemTotal: many kB\n\n:::\nMemAvailable:\n", 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			total, available := meminfo(test.text)
			if total != test.total || available != test.available {
				t.Errorf("got %d and %d, want %d and %d", total, available, test.total, test.available)
			}
		})
	}
}
