// Package memory bounds the memory of programs that train: what the collector
// leaves lying about, beside what is alive.
package memory

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// What the heap may hold beside what is alive, in programs that save memory.
const (
	// leastHeap is the size up to which nothing is collected.
	leastHeap = 96 << 20
	// leastGarbage and shareOfGarbage, of what is alive, bound the garbage.
	leastGarbage   = 16 << 20
	shareOfGarbage = 16
)

var saving atomic.Bool

// Save bounds the garbage on the heap for programs that only train.
// Nearly all memory of a training is a few large arrays without pointers, so
// that collecting costs little, while Go's default lets the heap grow to twice
// of what is alive; and collecting the small heap of a program that starts
// again and again costs much. GOGC, when set, stands.
func Save() {
	if os.Getenv("GOGC") == "" && !saving.Swap(true) {
		debug.SetGCPercent(percent(0))
		afterCollection()
	}
}

// Tidy gives the memory of garbage back to the system, in programs that save
// memory: for use after work that left much of it.
func Tidy() {
	if saving.Load() {
		debug.FreeOSMemory()
	}
}

// afterCollection adjusts the collector's goal after every collection.
func afterCollection() {
	sentinel := new([16]byte)
	runtime.AddCleanup(sentinel, func(sample []metrics.Sample) {
		metrics.Read(sample)
		debug.SetGCPercent(percent(sample[0].Value.Uint64()))
		afterCollection()
	}, []metrics.Sample{{Name: "/gc/heap/live:bytes"}})
}

// percent returns the collector's goal for a heap of which so many bytes are
// alive.
func percent(live uint64) int {
	if live < 4<<20 {
		// Go takes no less than 4 MiB for alive.
		return leastHeap / (4 << 20) * 100
	}
	garbage := max(leastGarbage, live/shareOfGarbage)
	if live+garbage < leastHeap {
		garbage = leastHeap - live
	}
	return int(garbage * 100 / live)
}
