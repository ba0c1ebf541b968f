package main

import (
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// machine describes where the figures come from.
type machine struct {
	cores     int
	processor string
	flags     []string // vector extensions
	memory    string
	python    map[string]string
	date      time.Time
}

// extensions are the processor flags that matter to the engines.
var extensions = []string{"avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "asimd", "sve"}

func inspect() machine {
	m := machine{cores: runtime.NumCPU(), date: time.Now()}
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		m.processor, m.flags = parseProcessor(string(text))
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kib int64
		if _, err := fmt.Sscanf(string(text), "MemTotal: %d kB", &kib); err == nil {
			m.memory = fmt.Sprintf("%d GiB", (kib+1<<19)>>20)
		}
	}
	return m
}

// parseProcessor reads the model's name and the vector extensions from the
// text of /proc/cpuinfo.
func parseProcessor(text string) (name string, flags []string) {
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "model name":
			name = value
		case "flags", "Features":
			flags = nil
			for _, f := range strings.Fields(value) {
				if slices.Contains(extensions, f) {
					flags = append(flags, f)
				}
			}
		}
	}
	return name, flags
}

// short names the machine in a few words.
func (m machine) short() string {
	if m.processor == "" {
		return fmt.Sprintf("%d cores, %s", m.cores, runtime.GOARCH)
	}
	return fmt.Sprintf("%d cores of %s", m.cores, m.processor)
}

func (m machine) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d cores", m.date.Format("2 January 2006"), m.cores)
	if m.processor != "" {
		fmt.Fprintf(&b, " of %s (%s)", m.processor, strings.Join(m.flags, ", "))
	}
	if m.memory != "" {
		fmt.Fprintf(&b, ", %s of memory", m.memory)
	}
	fmt.Fprintf(&b, ", %s/%s; %s", runtime.GOOS, runtime.GOARCH, runtime.Version())
	for _, name := range slices.Sorted(maps.Keys(m.python)) {
		fmt.Fprintf(&b, ", %s %s", name, m.python[name])
	}
	b.WriteString(".\n")
	return b.String()
}
