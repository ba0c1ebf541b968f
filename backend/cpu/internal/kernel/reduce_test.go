package kernel

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestReduce(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			n := rapid.OneOf(rapid.IntRange(0, 200), rapid.IntRange(4000, 20000)).Draw(t, "n")
			a, b := randoms(uint64(n), n), randoms(uint64(n)+1, n)
			var sum, dot, squares, size, dotSize float64
			top, low := math.Inf(-1), math.Inf(1)
			for i, x := range a {
				x, y := float64(x), float64(b[i])
				sum, dot, squares = sum+x, dot+x*y, squares+x*x
				size, dotSize = size+math.Abs(x), dotSize+math.Abs(x*y)
				top, low = max(top, x), min(low, x)
			}
			tolerance := gemmTolerance(n)
			for _, c := range []struct {
				name            string
				got             float32
				want, tolerance float64
			}{
				{"Sum", Sum(a), sum, tolerance * size},
				{"Dot", Dot(a, b), dot, tolerance * dotSize},
				{"SumSquares", SumSquares(a), squares, tolerance * squares},
				{"ReduceMax", ReduceMax(a), top, 0},
				{"ReduceMin", ReduceMin(a), low, 0},
			} {
				if float64(c.got) != c.want && !(math.Abs(float64(c.got)-c.want) <= c.tolerance) {
					t.Fatalf("%s of %d: got %v, want %v", c.name, n, c.got, c.want)
				}
			}
		})
	})
}

func TestReduceNaN(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for n := 1; n < 80; n++ {
			for at := range n {
				x := randoms(1, n)
				x[at] = float32(math.NaN())
				if y := ReduceMax(x); y == y {
					t.Fatalf("largest of %d with NaN at %d: %v", n, at, y)
				}
				if y := ReduceMin(x); y == y {
					t.Fatalf("smallest of %d with NaN at %d: %v", n, at, y)
				}
				x[at] = float32(math.Inf(1))
				if y := ReduceMax(x); !math.IsInf(float64(y), 1) {
					t.Fatalf("largest of %d with +Inf at %d: %v", n, at, y)
				}
			}
		}
	})
}

func TestColumns(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for _, s := range [][2]int{{1, 1}, {3, 40}, {255, 17}, {256, 5}, {257, 33}, {2000, 40}, {0, 7}, {5, 0}} {
			r, c := s[0], s[1]
			x := randoms(9, r*c)
			want, size := make([]float64, c), make([]float64, c)
			for i, v := range x {
				want[i%c] += float64(v)
				size[i%c] += math.Abs(float64(v))
			}
			got, other := newGuarded(c), make([]float32, c)
			SumCols(nil, got.data, x, r, c)
			SumCols(workers(3), other, x, r, c)
			got.check(t)
			for j, v := range got.data {
				if math.Abs(float64(v)-want[j]) > gemmTolerance(r)*size[j] || v != other[j] {
					t.Fatalf("%v: column %d: got %v and %v, want %v", s, j, v, other[j], want[j])
				}
			}
			if r == 0 {
				continue
			}
			MaxCols(got.data, x, r, c)
			MinCols(other, x, r, c)
			rows := make([]float32, r)
			for j := range c {
				column := make([]float32, r)
				for i := range r {
					column[i] = x[i*c+j]
				}
				if got.data[j] != ReduceMax(column) || other[j] != ReduceMin(column) {
					t.Fatalf("%v: extremes of column %d: got %v and %v", s, j, got.data[j], other[j])
				}
			}
			SumRows(rows, x, r, c)
			for i, v := range rows {
				if v != Sum(x[i*c:(i+1)*c]) {
					t.Fatalf("%v: row %d: got %v", s, i, v)
				}
			}
		}
	})
}

func BenchmarkReduce(b *testing.B) {
	for _, n := range []int{40, 4096, 1 << 20} {
		x := randoms(1, n)
		b.Run(fmt.Sprintf("Sum/%d", n), func(b *testing.B) {
			b.SetBytes(int64(4 * n))
			for b.Loop() {
				Sum(x)
			}
		})
	}
	x, dst := randoms(1, 3200*40), make([]float32, 40)
	b.Run("SumCols/3200x40", func(b *testing.B) {
		b.SetBytes(int64(4 * len(x)))
		for b.Loop() {
			SumCols(nil, dst, x, 3200, 40)
		}
	})
}

// ExpRows gives the exponentials that Exp gives, in place too, of numbers of every size, and their sums.
func TestExpRowsOfAnySize(t *testing.T) {
	inf := float32(math.Inf(1))
	odd := []float32{-inf, inf, float32(math.NaN()), -87, 87, -87.00001, 87.00001, 88.8, -104, -103.9, 0, 1e30, -1e30, 100, -95.5}
	eachLevel(t, func(t *testing.T) {
		for c := 1; c < 50; c++ {
			const r = 12
			x, sums := randoms(uint64(c), r*c), make([]float32, r)
			for i := range r {
				x[i*c+c/2] = odd[(i+c)%len(odd)]
				x[i*c+c-1] = odd[(3*i+2*c)%len(odd)]
			}
			want := make([]float32, r*c)
			Exp(want, x)
			got := newGuarded(r * c)
			copy(got.data, x)
			ExpRows(got.data, sums, got.data, make([]float32, r), r, c)
			got.check(t)
			for i, w := range want {
				if u := ulps(got.data[i], float64(w)); u > 1 {
					t.Fatalf("[%d, %d] element %d of %v: %v, want %v", r, c, i, x[i], got.data[i], w)
				}
			}
			for i, sum := range sums {
				total := 0.
				for _, e := range got.data[i*c : (i+1)*c] {
					total += float64(e)
				}
				if d := math.Abs(float64(sum) - total); !(d <= 4e-7*total) && ulps(sum, total) != 0 {
					t.Fatalf("[%d, %d] row %d: sum %v, want %v", r, c, i, sum, total)
				}
			}
		}
	})
}

// ExpRows gives what one pass after the other gives, up to the order of sums.
func TestExpRows(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for r := range 4 {
			for c := 1; c < 70; c++ {
				x, less := make([]float32, r*c), make([]float32, r)
				for i := range x {
					x[i] = float32(math.Sin(float64(i))) * 9
				}
				for i := range less {
					less[i] = float32(i) - .5
				}
				got, sums := make([]float32, r*c+1), make([]float32, r)
				ExpRows(got[:r*c], sums, x, less, r, c)
				for i := range r {
					total := 0.
					for j := range c {
						want := math.Exp(float64(x[i*c+j] - less[i]))
						if d := math.Abs(float64(got[i*c+j]) - want); !(d <= 2e-7*want) {
							t.Fatalf("[%d, %d] element %d, %d: %v, want %v", r, c, i, j, got[i*c+j], want)
						}
						total += want
					}
					if d := math.Abs(float64(sums[i]) - total); !(d <= 1e-6*total) {
						t.Fatalf("[%d, %d] sum %d: %v, want %v", r, c, i, sums[i], total)
					}
				}
				if got[r*c] != 0 {
					t.Fatalf("[%d, %d]: wrote past the end", r, c)
				}
			}
		}
	})
}

func BenchmarkExpRows(b *testing.B) {
	for _, c := range []int{50, 150} {
		b.Run(fmt.Sprint(c), func(b *testing.B) {
			x := randoms(1, 12*c)
			dst, sums, less := make([]float32, len(x)), make([]float32, 12), make([]float32, 12)
			for b.Loop() {
				ExpRows(dst, sums, x, less, 12, c)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x)), "ns/element")
		})
	}
}
