package cpu

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
)

// ErrMemory marks a program that needs more memory than the machine has free.
var ErrMemory = errors.New("not enough memory")

// spacious is the number of bytes from which on it is worth asking the system
// whether they are free: Go ends the process when they are not.
const spacious = 1 << 30

// room refuses to allocate more bytes than are free.
func room(bytes int64) error {
	if bytes < spacious {
		return nil
	}
	if free, known := freeMemory(); known && bytes > free {
		const gb = 1e9
		return fmt.Errorf("cpu: the graph needs %.1f GB and %.1f GB are free: %w: choose a smaller batch or a machine with more",
			float64(bytes)/gb, float64(free)/gb, ErrMemory)
	}
	return nil
}

// freeMemory returns the bytes that processes can still get, where the system
// says so.
func freeMemory() (free int64, known bool) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	return parseFree(text)
}

// parseFree finds the line "MemAvailable: N kB".
func parseFree(text []byte) (int64, bool) {
	for line := range bytes.Lines(text) {
		fields := bytes.Fields(line)
		if len(fields) == 3 && string(fields[0]) == "MemAvailable:" && string(fields[2]) == "kB" {
			n, err := strconv.ParseInt(string(fields[1]), 10, 53)
			return n << 10, err == nil
		}
	}
	return 0, false
}
