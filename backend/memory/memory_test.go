package memory

import (
	"runtime"
	"testing"
	"time"
)

func TestCollectorGoal(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		live, least, most uint64 // heap at the next collection
	}{
		{0, 96 * mib, 96 * mib},
		{20 * mib, 95 * mib, 96 * mib},
		{79 * mib, 94 * mib, 96 * mib},
		{200 * mib, 213 * mib, 216 * mib},
		{1600 * mib, 1680 * mib, 1700 * mib},
	} {
		// Go takes no less than 4 MiB for alive.
		goal := max(c.live, 4*mib) * uint64(100+percent(c.live)) / 100
		if c.live == 0 {
			goal = 4 * mib * uint64(percent(0)) / 100
		}
		if goal < c.least || goal > c.most {
			t.Errorf("%d MiB alive: collected at %d MiB, want %d to %d", c.live/mib, goal/mib, c.least/mib, c.most/mib)
		}
	}
}

// Large arrays that come and go do not pile up.
func TestSaveBoundsGarbage(t *testing.T) {
	t.Setenv("GOGC", "")
	Save()
	alive := make([]byte, 200<<20)
	var peak uint64
	for range 400 {
		garbage := make([]byte, 1<<20)
		garbage[0] = alive[0]
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak = max(peak, m.HeapAlloc)
		time.Sleep(time.Millisecond)
	}
	runtime.KeepAlive(alive)
	if peak > 280<<20 {
		t.Errorf("the heap grew to %d MiB for 200 MiB alive", peak>>20)
	}
}
