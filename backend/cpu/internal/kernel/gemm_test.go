package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"
)

// workers returns a Parallel of n goroutines.
func workers(n int) Parallel {
	return func(count int, body func(i int)) {
		var next atomic.Int64
		var wait sync.WaitGroup
		for range n {
			wait.Go(func() {
				for i := int(next.Add(1)) - 1; i < count; i = int(next.Add(1)) - 1 {
					body(i)
				}
			})
		}
		wait.Wait()
	}
}

// levels returns the levels this machine can run.
func levels() []level {
	var out []level
	for l := levelPortable; l <= best(); l++ {
		out = append(out, l)
	}
	return out
}

// atLevel runs body at level l.
func atLevel(l level, body func()) {
	old := active
	active = l
	defer func() { active = old }()
	body()
}

// eachLevel runs a subtest at every level.
func eachLevel(t *testing.T, body func(t *testing.T)) {
	for _, l := range levels() {
		t.Run(l.String(), func(t *testing.T) { atLevel(l, func() { body(t) }) })
	}
}

// guarded is a slice in the middle of a larger one filled with a sentinel.
type guarded struct{ all, data []float32 }

const guard, sentinel = 70, float32(-12345.5)

// newGuarded returns n numbers, at an odd address, with guard zones around them.
func newGuarded(n int) guarded {
	all := make([]float32, n+2*guard+1)
	for i := range all {
		all[i] = sentinel
	}
	return guarded{all, all[guard+1 : guard+1+n : guard+1+n]}
}

// check fails the test when something outside the slice was written.
func (g guarded) check(t rapidOrT) {
	t.Helper()
	for i, v := range g.all {
		if inside := i > guard && i <= guard+len(g.data); !inside && v != sentinel {
			t.Fatalf("wrote %v at %d, outside the slice of %d", v, i-guard-1, len(g.data))
		}
	}
}

type rapidOrT interface {
	Helper()
	Fatalf(format string, args ...any)
}

// eachTile runs f at every level, and for both widths of units that AVX2 has.
func eachTile(t *testing.T, f func(t *testing.T)) {
	eachLevel(t, f)
	if !slices.Contains(levels(), levelAVX2) {
		return
	}
	old := halves
	defer func() { halves = old }()
	halves = !halves
	t.Run("other units", func(t *testing.T) { atLevel(levelAVX2, func() { f(t) }) })
}

func randoms(seed uint64, n int) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(r.NormFloat64())
	}
	return out
}

// naiveGemm returns the products in float64 and, for each, the sum of the magnitudes of its terms.
func naiveGemm(g GemmArgs) (want, scale []float64) {
	want, scale = make([]float64, len(g.C)), make([]float64, len(g.C))
	for b := range max(g.Batch, 1) {
		for i := range g.M {
			for j := range g.N {
				at := b*g.CStride + i*g.LDC + j
				var sum, size float64
				add := func(v float64) { sum, size = sum+v, size+math.Abs(v) }
				if g.Accumulate {
					add(float64(g.C[at]))
				}
				for p := range g.K {
					add(float64(g.A[b*g.AStride+i*g.ARow+p*g.ACol]) * float64(g.B[b*g.BStride+p*g.BRow+j*g.BCol]))
				}
				want[at], scale[at] = sum, size
			}
		}
	}
	return want, scale
}

// gemmTolerance bounds the rounding error of a sum of n terms relative to the sum of their magnitudes. Rounding errors add
// like a random walk; 2 ulp per root of n leaves a margin.
func gemmTolerance(n int) float64 { return 2 * 0x1p-23 * math.Sqrt(float64(n+4)) }

func checkGemm(t rapidOrT, g GemmArgs, c guarded, run func(GemmArgs)) {
	t.Helper()
	want, scale := naiveGemm(g)
	g.C = c.data
	run(g)
	c.check(t)
	for b := range max(g.Batch, 1) {
		for i := range g.M {
			for j := range g.N {
				at := b*g.CStride + i*g.LDC + j
				if d := math.Abs(float64(c.data[at]) - want[at]); !(d <= gemmTolerance(g.K)*scale[at]) {
					t.Fatalf("product %d, element (%d, %d): got %v, want %v", b, i, j, c.data[at], want[at])
				}
			}
		}
	}
}

// drawGemm draws a problem. gap is the room between rows.
func drawGemm(t *rapid.T, most int) (GemmArgs, guarded) {
	size := rapid.OneOf(rapid.IntRange(1, most), rapid.SampledFrom([]int{1, 2, 7, 8, 16, 32, 40, 48, 50}))
	g := GemmArgs{M: size.Draw(t, "m"), N: size.Draw(t, "n"), K: rapid.IntRange(0, most).Draw(t, "k")}
	g.Batch = rapid.IntRange(0, 3).Draw(t, "batch")
	gap := rapid.IntRange(0, 3).Draw(t, "gap")
	seed := rapid.Uint64().Draw(t, "seed")
	batch := max(g.Batch, 1)
	g.ARow, g.ACol = g.K+gap, 1
	if rapid.Bool().Draw(t, "transposed a") {
		g.ARow, g.ACol = 1, g.M+gap
	}
	g.BRow, g.BCol = g.N+gap, 1
	if rapid.Bool().Draw(t, "transposed b") {
		g.BRow, g.BCol = 1, g.K+gap
	}
	g.LDC = g.N + gap
	g.AStride, g.CStride = (g.M+gap)*(g.K+gap), g.M*g.LDC
	if rapid.Bool().Draw(t, "batched b") {
		g.BStride = (g.N + gap) * (g.K + gap)
	}
	g.A = randoms(seed, batch*g.AStride+1)
	g.B = randoms(seed+1, (batch-1)*g.BStride+(g.N+gap)*(g.K+gap)+1)
	g.Accumulate = rapid.Bool().Draw(t, "accumulate")
	c := newGuarded((batch-1)*g.CStride + (g.M-1)*g.LDC + g.N)
	copy(c.data, randoms(seed+2, len(c.data)))
	g.C = append([]float32(nil), c.data...)
	return g, c
}

func TestGemm(t *testing.T) {
	eachTile(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			g, c := drawGemm(t, 70)
			checkGemm(t, g, c, func(g GemmArgs) { Gemm(nil, g) })
		})
	})
}

// TestGemmLarge reaches every way of cutting: packed and direct factors, several runs of k, splits of k, dot products.
func TestGemmLarge(t *testing.T) {
	shapes := [][3]int{
		{1, 300, 700},
		{300, 1, 700},
		{33, 40, 3000},
		{130, 200, 600},
		{200, 130, 257},
		{300, 170, 40},
		{700, 40, 160},
		{20, 600, 300},
		{64, 64, 2100},
		{5, 129, 17},
		{97, 133, 0},
		{1, 1, 5000},
		{26, 1100, 1000},
		{700, 50, 160},
		{700, 58, 160},
	}
	eachTile(t, func(t *testing.T) {
		for _, s := range shapes {
			for layout := range 4 {
				g := GemmArgs{M: s[0], N: s[1], K: s[2], ARow: s[2], ACol: 1, BRow: s[1], BCol: 1, LDC: s[1] + 3}
				if layout&1 != 0 {
					g.ARow, g.ACol = 1, g.M
				}
				if layout&2 != 0 {
					g.BRow, g.BCol = 1, g.K
				}
				g.A, g.B = randoms(1, g.M*g.K), randoms(2, g.K*g.N)
				g.Accumulate = layout == 1 || layout == 2
				c := newGuarded((g.M-1)*g.LDC + g.N)
				copy(c.data, randoms(3, len(c.data)))
				g.C = append([]float32(nil), c.data...)
				covered := make([]bool, g.M*g.N)
				var lock sync.Mutex
				g.Epilogue = func(_ []float32, ldc, i0, j0, rows, cols int) {
					lock.Lock()
					defer lock.Unlock()
					for i := i0; i < i0+rows; i++ {
						for j := j0; j < j0+cols; j++ {
							if covered[i*g.N+j] {
								t.Errorf("%v: element (%d, %d) finished twice", s, i, j)
							}
							covered[i*g.N+j] = true
						}
					}
				}
				checkGemm(t, g, c, func(g GemmArgs) { Gemm(workers(3), g) })
				for i, done := range covered {
					if !done {
						t.Fatalf("%v: element %d never finished", s, i)
					}
				}
			}
		}
	})
}

// TestGemmWorkers asks for the same bytes from any number of workers.
func TestGemmWorkers(t *testing.T) {
	eachTile(t, func(t *testing.T) {
		for _, s := range [][3]int{{40, 40, 3200}, {333, 211, 300}, {1, 500, 3000}, {500, 1, 3000}, {100, 300, 513}} {
			g := GemmArgs{M: s[0], N: s[1], K: s[2], ARow: s[2], ACol: 1, BRow: 1, BCol: s[2], LDC: s[1]}
			g.A, g.B = randoms(1, g.M*g.K), randoms(2, g.K*g.N)
			var want []float32
			for _, p := range []Parallel{nil, workers(1), workers(2), workers(7)} {
				g.C = make([]float32, g.M*g.N)
				Gemm(p, g)
				if want == nil {
					want = g.C
				}
				for i := range want {
					if math.Float32bits(want[i]) != math.Float32bits(g.C[i]) {
						t.Fatalf("%v: element %d is %v and %v", s, i, want[i], g.C[i])
					}
				}
			}
		}
	})
}

func TestGemmRefusesShortSlices(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic for a result one element short")
		}
	}()
	Gemm(nil, GemmArgs{M: 3, N: 4, K: 2, A: make([]float32, 6), ARow: 2, ACol: 1, B: make([]float32, 8), BRow: 4, BCol: 1, C: make([]float32, 11), LDC: 4})
}

func BenchmarkGemm(b *testing.B) {
	for _, s := range []struct {
		m, n, k, batch int
		ta, tb         bool
	}{
		{2048, 2048, 2048, 1, false, false},
		{512, 512, 512, 1, false, false},
		{3200, 160, 40, 1, false, false},
		{3200, 40, 160, 1, false, false},
		{3200, 40, 40, 1, false, false},
		{3200, 40, 40, 1, false, true},
		{40, 40, 3200, 1, true, false},
		{3200, 40, 300, 1, false, false},
		{50, 50, 8, 320, false, true},
		{50, 8, 50, 320, false, false},
		{50, 8, 50, 320, true, false},
		{64, 40, 40, 1, false, false},
	} {
		g := GemmArgs{M: s.m, N: s.n, K: s.k, ARow: s.k, ACol: 1, BRow: s.n, BCol: 1, LDC: s.n, Batch: s.batch}
		if s.ta {
			g.ARow, g.ACol = 1, s.m
		}
		if s.tb {
			g.BRow, g.BCol = 1, s.k
		}
		g.AStride, g.BStride, g.CStride = s.m*s.k, s.n*s.k, s.m*s.n
		g.A, g.B, g.C = randoms(1, s.batch*s.m*s.k), randoms(2, s.batch*s.k*s.n), make([]float32, s.batch*s.m*s.n)
		b.Run(fmt.Sprintf("%dx(%dx%dx%d)ta=%vtb=%v", s.batch, s.m, s.k, s.n, s.ta, s.tb), func(b *testing.B) {
			p := workers(runtime.GOMAXPROCS(0))
			if runtime.GOMAXPROCS(0) == 1 {
				p = nil
			}
			for b.Loop() {
				Gemm(p, g)
			}
			b.ReportMetric(2e-9*float64(s.batch*s.m*s.k*s.n)*float64(b.N)/b.Elapsed().Seconds(), "GFLOP/s")
		})
	}
}
