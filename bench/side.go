package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

// side is a contestant.
type side struct {
	name  string // as in --sides
	label string // as in the report
	// scripts holds the Python program of every subject that the side takes
	// part in, and its arguments; nil for cggm.
	scripts map[string][]string
	// needs lists the Python modules that the side imports.
	needs []string
}

var sides = []side{
	{name: "cggm", label: "cggm"},
	{
		name: "eager", label: "PyTorch", needs: []string{"torch"},
		scripts: map[string][]string{
			"msa":    {"msa_torch.py", "--attention=eager"},
			"matmul": {"matmul_torch.py"},
			"resnet": {"resnet_torch.py"},
		},
	},
	{
		name: "sdpa", label: "PyTorch SDPA", needs: []string{"torch"},
		scripts: map[string][]string{"msa": {"msa_torch.py", "--attention=sdpa"}},
	},
	{
		name: "compile", label: "torch.compile", needs: []string{"torch"},
		scripts: map[string][]string{"msa": {"msa_torch.py", "--attention=sdpa", "--compile"}},
	},
	{
		name: "channels-last", label: "PyTorch channels last", needs: []string{"torch"},
		scripts: map[string][]string{"resnet": {"resnet_torch.py", "--channels-last"}},
	},
	{
		name: "jax", label: "JAX jit", needs: []string{"jax"},
		scripts: map[string][]string{"msa": {"msa_jax.py"}},
	},
}

func sideNames() []string {
	var names []string
	for _, s := range sides {
		names = append(names, s.name)
	}
	return names
}

// takesPart reports whether the side can do the subject.
func (s side) takesPart(subject string) bool { return s.scripts == nil || s.scripts[subject] != nil }

// torch reports whether the side is a PyTorch that the bars compare with: one
// that needs no compilation.
func (s side) torch() bool {
	return slices.Contains([]string{"eager", "sdpa", "channels-last"}, s.name)
}

// command is the contestant's process.
func (b *bench) command(ctx context.Context, s side, what setting) *exec.Cmd {
	if s.scripts == nil {
		args := append([]string{"serve", what.subject}, what.args()...)
		if b.options.profile != "" {
			args = append(args, "--cpuprofile="+profileName(b.options.profile, what))
		}
		return exec.CommandContext(ctx, b.self, args...) //nolint:gosec // this program itself
	}
	script := s.scripts[what.subject]
	args := append([]string{b.script(script[0])}, script[1:]...)
	c := exec.CommandContext(ctx, b.options.python, append(args, what.args()...)...) //nolint:gosec // the user names the interpreter
	threads := strconv.Itoa(what.threads)
	c.Env = append(c.Environ(), "OMP_NUM_THREADS="+threads, "MKL_NUM_THREADS="+threads)
	return c
}

// profileName puts the setting's name before the extension of the file.
func profileName(file string, what setting) string {
	ext := filepath.Ext(file)
	return file[:len(file)-len(ext)] + "-" + what.name() + ext
}
