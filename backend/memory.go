package backend

import (
	"os"
	"runtime/debug"
)

// SaveMemory makes the collector run more often than Go's default, for
// programs that only train: nearly all memory of a training is a few large
// arrays without pointers, so that collecting costs little, while the default
// lets the heap grow to twice of what is alive. GOGC, when set, stands.
func SaveMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(25)
	}
}
