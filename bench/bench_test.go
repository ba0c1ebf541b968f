package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The test binary is a contestant when this variable names a setting's
// subject: the tests start themselves in place of cggm.
const serveVariable = "BENCH_TEST_SERVE"

func TestMain(m *testing.M) {
	switch os.Getenv(serveVariable) {
	case "":
		os.Exit(m.Run())
	case "fail":
		_, _ = io.WriteString(os.Stderr, "no such library")
		os.Exit(3)
	}
	if err := serve(func() error { return nil }, greeting{Version: "test", Parameters: 7}, os.Stdin, os.Stdout); err != nil {
		os.Exit(1)
	}
}

func contestant(t *testing.T, behaviour string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self)
	c.Env = append(os.Environ(), serveVariable+"="+behaviour)
	return c
}

func TestWorkerAnswersRequests(t *testing.T) {
	w, err := start(sides[0], contestant(t, "serve"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 5} {
		seconds, err := w.run(n)
		if err != nil || len(seconds) != n {
			t.Errorf("run %d: %v, %v", n, seconds, err)
		}
	}
	if peak, err := w.peak(); err != nil || peak < 1<<20 {
		t.Errorf("peak memory %d, %v: want more than a MiB", peak, err)
	}
	if w.greeting.Parameters != 7 || w.started <= 0 {
		t.Errorf("greeting %+v after %v", w.greeting, w.started)
	}
	if err := w.close(); err != nil {
		t.Error(err)
	}
}

func TestWorkerThatFailsExplainsItself(t *testing.T) {
	_, err := start(sides[1], contestant(t, "fail"))
	if err == nil || !strings.Contains(err.Error(), "no such library") || !strings.Contains(err.Error(), sides[1].label) {
		t.Errorf("error %v: want the side and its message", err)
	}
}

func TestServeRefusesOtherRequests(t *testing.T) {
	for _, request := range []string{"stop", "run", "run 0", "run x"} {
		if err := serve(func() error { return nil }, greeting{}, strings.NewReader(request+"\n"), io.Discard); err == nil {
			t.Errorf("request %q: no error", request)
		}
	}
	failing := errors.New("diverged")
	if err := serve(func() error { return failing }, greeting{}, strings.NewReader("run 1\n"), io.Discard); !errors.Is(err, failing) {
		t.Errorf("error %v, want that of the step", err)
	}
}

func TestQuantile(t *testing.T) {
	// By hand.
	for _, test := range []struct {
		values  []float64
		q, want float64
	}{
		{[]float64{3}, .5, 3},
		{[]float64{4, 1, 3}, .5, 3},
		{[]float64{4, 1, 3, 2}, .5, 2.5},
		{[]float64{1, 2, 3, 4, 5}, .25, 2},
		{[]float64{1, 2}, 1, 2},
		{[]float64{1, 2}, 0, 1},
	} {
		if got := quantile(test.values, test.q); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("quantile(%v, %g) = %g, want %g", test.values, test.q, got, test.want)
		}
	}
}

func TestParseProcessor(t *testing.T) {
	name, flags := parseProcessor("processor\t: 0\nmodel name\t: Some CPU: 3\nflags\t\t: fpu fma sse avx2 avx512f\n\nprocessor\t: 1\nmodel name\t: Some CPU: 3\nflags\t\t: fpu fma sse avx2 avx512f\n")
	if name != "Some CPU: 3" || !slices.Equal(flags, []string{"fma", "avx2", "avx512f"}) {
		t.Errorf("got %q, %v", name, flags)
	}
}

func TestParsePeak(t *testing.T) {
	if got, err := parsePeak("Name:\tbench\nVmPeak:\t  900 kB\nVmHWM:\t    12 kB\n"); err != nil || got != 12<<10 {
		t.Errorf("got %d, %v, want 12 KiB", got, err)
	}
	if _, err := parsePeak("Name:\tbench\n"); err == nil {
		t.Error("no error without VmHWM")
	}
}

func TestParseSeconds(t *testing.T) {
	if got, err := parseSeconds("0.5 1e-3"); err != nil || !slices.Equal(got, []float64{.5, 1e-3}) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range []string{"x", "0", "-1", "nan"} {
		if _, err := parseSeconds(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

func TestBars(t *testing.T) {
	r := bar{.25, .1}
	for share, want := range map[float64]string{.05: "reaches", .2: "within", .5: "misses the bar of 0.250 by a factor of 2.00"} {
		if got := r.verdict(share); !strings.Contains(got, want) {
			t.Errorf("%g: %q, want %q in it", share, got, want)
		}
	}
}

func TestRatiosCompareWithTheBestPyTorch(t *testing.T) {
	of := func(name string, seconds ...float64) entry {
		i := slices.IndexFunc(sides, func(s side) bool { return s.name == name })
		return entry{side: sides[i], seconds: seconds}
	}
	entries := []entry{of("cggm", 1, 1, 9), of("eager", 8), of("sdpa", 4), of("jax", .5), of("compile", .1)}
	if share, ok := shareOfTorch(entries, entry.median); !ok || share != .25 {
		t.Errorf("share %g, %v, want .25", share, ok)
	}
	for i, peak := range []int64{10, 20, 40, 1, 1} {
		entries[i].peak = peak
	}
	if share, ok := shareOfTorch(entries, func(e entry) float64 { return float64(e.peak) }); !ok || share != .5 {
		t.Errorf("share of the memory %g, %v, want .5", share, ok)
	}
	if _, ok := shareOfTorch(entries[:1], entry.median); ok {
		t.Error("a share without PyTorch")
	}
	tab := &table{title: "t", header: []string{"a", "b", "c", "d", "e", "f"}}
	stepRows(tab, "joint", entries[:3])
	if got := tab.rows[2]; got[2] != "4 s" || got[5] != "4.00x" {
		t.Errorf("row %q, want 4 s and 4.00x", got)
	}
}

func TestContestantsMustHaveTheSameSize(t *testing.T) {
	a := entry{side: sides[0], greeting: greeting{Parameters: 10}}
	b := entry{side: sides[1], greeting: greeting{Parameters: 10}}
	if err := sameSize([]entry{a, b}); err != nil {
		t.Error(err)
	}
	b.Parameters = 11
	if err := sameSize([]entry{a, b}); err == nil {
		t.Error("no error for networks of different size")
	}
}

func TestFlags(t *testing.T) {
	for _, bad := range [][]string{
		{"--only", "speed"}, {"--sides", "theano"}, {"--axes", "width"}, {"--rounds", "0"}, {"--methods", "x"}, {"more"},
	} {
		if _, err := parse(bad); err == nil {
			t.Errorf("%v: no error", bad)
		}
	}
	o, err := parse([]string{"--only", "msa,matmul", "--python", "none"})
	if err != nil || !slices.Equal(o.only, []string{"msa", "matmul"}) {
		t.Errorf("got %+v, %v", o, err)
	}
}

func TestWithoutPythonOnlyCGGMIsMeasured(t *testing.T) {
	o, err := parse([]string{"--python", "none"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := newBench(context.Background(), o, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	if len(b.sides) != 1 || !isCGGM(b.sides[0]) || len(b.missing) == 0 {
		t.Errorf("sides %v, missing %q", b.sides, b.missing)
	}
	if _, err := os.Stat(b.script("worker.py")); err != nil {
		t.Error(err)
	}
	for _, s := range sides {
		for subject, script := range s.scripts {
			if _, err := os.Stat(b.script(script[0])); err != nil {
				t.Errorf("%s on %s: %v", s.name, subject, err)
			}
		}
	}
}

// The engine compiles at the first step, which takes most of the time here, so
// the networks that step are smaller than those that are counted.
func TestSubjectsStep(t *testing.T) {
	for name, s := range map[string]setting{
		"joint":  {subject: "msa", method: "joint", dropout: true, batch: 16, tokens: 10, modalities: 1},
		"cggm":   {subject: "msa", method: "cggm", batch: 16, tokens: 10, modalities: 1},
		"matmul": {subject: "matmul", size: 8},
		"resnet": {subject: "resnet", batch: 1, size: 32},
	} {
		t.Run(name, func(t *testing.T) {
			stepper, err := subjects[s.subject](s)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := stepper.step(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestSizesOfNetworks(t *testing.T) {
	for name, test := range map[string]struct {
		setting            setting
		model, classifiers int
	}{
		// Counted in PyTorch with the same layers.
		"joint": {setting{subject: "msa", method: "joint", batch: 2, tokens: 3, modalities: 3}, 371721, 0},
		"cggm":  {setting{subject: "msa", method: "cggm", batch: 2, tokens: 3, modalities: 3}, 371721, 123603},
		// torchvision's documentation.
		"resnet": {setting{subject: "resnet", batch: 1, size: 32}, 11689512, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := subjects[test.setting.subject](test.setting)
			if err != nil {
				t.Fatal(err)
			}
			if model, classifiers := s.parameters(); model != test.model || classifiers != test.classifiers {
				t.Errorf("%d and %d parameters, want %d and %d", model, classifiers, test.model, test.classifiers)
			}
		})
	}
}

func TestDrawing(t *testing.T) {
	g := growth{axis: axes[0]}
	for _, v := range axes[0].values {
		g.entries = append(g.entries, []entry{
			{side: sides[0], seconds: []float64{float64(v)}}, {side: sides[1], seconds: []float64{2 * float64(v)}},
		})
	}
	folder := filepath.Join(t.TempDir(), "new")
	if err := g.draw(folder); err != nil {
		t.Fatal(err)
	}
	svg, err := os.ReadFile(filepath.Join(folder, "batch.svg"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<svg", "samples per step", sides[0].label, sides[1].label} {
		if !bytes.Contains(svg, []byte(want)) {
			t.Errorf("the drawing lacks %q", want)
		}
	}
}
