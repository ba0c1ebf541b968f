package cli

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/cpu"

	"cggm/backend"
	"cggm/internal/view"
)

func newEnvCommand(a *app) *cobra.Command {
	o := struct{ json bool }{}
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Print what trainings run on",
		Long: `Print the versions, engine, processor and memory that trainings run on: what a
report of a problem should hold.

The environment variable ` + backend.Variable + ` chooses another engine.`,
		Example: `  cggm env
  cggm env --json`,
		Args: cobra.NoArgs,
	}
	addJSON(cmd, &o.json)
	cmd.RunE = a.action(func(context.Context, []string) error {
		e := environment()
		if o.json {
			return a.streams.printJSON(e)
		}
		return a.streams.print(e.text())
	})
	return cmd
}

type env struct {
	Version     string            `json:"version"`
	Go          string            `json:"go"`
	Platform    string            `json:"platform"`
	Engine      string            `json:"engine"`
	EngineError string            `json:"engine_error,omitempty"`
	Cores       int               `json:"cores"`
	Threads     int               `json:"threads"` // that Go code may use at once
	Features    []string          `json:"cpu_features"`
	Memory      uint64            `json:"memory_bytes,omitempty"`
	Available   uint64            `json:"memory_available_bytes,omitempty"`
	Modules     map[string]string `json:"modules"`
}

func environment() *env {
	e := &env{
		Version: version(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Cores: runtime.NumCPU(), Threads: runtime.GOMAXPROCS(0), Features: cpuFeatures(), Modules: make(map[string]string),
	}
	if b, err := backend.Open(); err != nil {
		e.EngineError = err.Error()
	} else {
		e.Engine = fmt.Sprintf("%s (%s)", b.Name(), b.Description())
		b.Finalize()
	}
	e.Memory, e.Available = machineMemory()
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			for m.Replace != nil {
				m = m.Replace
			}
			e.Modules[m.Path] = m.Version
		}
	}
	return e
}

// cpuFeatures lists the vector extensions of the processor that matter here.
func cpuFeatures() []string {
	features := []string{}
	for _, f := range []struct {
		name string
		has  bool
	}{
		{"avx", cpu.X86.HasAVX},
		{"avx2", cpu.X86.HasAVX2},
		{"fma", cpu.X86.HasFMA},
		{"avx512f", cpu.X86.HasAVX512F},
		{"avx512dq", cpu.X86.HasAVX512DQ},
		{"avx512bw", cpu.X86.HasAVX512BW},
		{"avx512vl", cpu.X86.HasAVX512VL},
		{"avx512vnni", cpu.X86.HasAVX512VNNI},
		{"avx512bf16", cpu.X86.HasAVX512BF16},
		{"asimd", cpu.ARM64.HasASIMD},
		{"sve", cpu.ARM64.HasSVE},
	} {
		if f.has {
			features = append(features, f.name)
		}
	}
	return features
}

// machineMemory returns the machine's total and available memory in bytes, 0 where
// the system does not tell it in /proc.
func machineMemory() (total, available uint64) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, 0
	}
	return meminfo(string(text))
}

func meminfo(text string) (total, available uint64) {
	for line := range strings.Lines(text) {
		var name string
		var kib uint64
		if n, err := fmt.Sscan(line, &name, &kib); n < 2 || err != nil {
			continue
		}
		switch name {
		case "MemTotal:":
			total = kib << 10
		case "MemAvailable:":
			available = kib << 10
		}
	}
	return total, available
}

func (e *env) text() string {
	engine := e.Engine
	if e.EngineError != "" {
		engine = "none: " + e.EngineError
	}
	features := strings.Join(e.Features, " ")
	if features == "" {
		features = "none known"
	}
	memory := "unknown"
	if e.Memory > 0 {
		memory = fmt.Sprintf("%.1f GiB, %.1f GiB available", float64(e.Memory)/(1<<30), float64(e.Available)/(1<<30))
	}
	facts := view.Table{Rows: [][]string{
		{"cggm", e.Version},
		{"go", e.Go},
		{"platform", e.Platform},
		{"engine", engine},
		{"cores", fmt.Sprintf("%d, %d threads", e.Cores, e.Threads)},
		{"cpu features", features},
		{"memory", memory},
	}}
	paths := make([]string, 0, len(e.Modules))
	for path := range e.Modules {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	modules := view.Table{}
	for _, path := range paths {
		modules.Rows = append(modules.Rows, []string{path, e.Modules[path]})
	}
	text := facts.String()
	if len(modules.Rows) > 0 {
		text += "\n" + modules.String()
	}
	return text
}
