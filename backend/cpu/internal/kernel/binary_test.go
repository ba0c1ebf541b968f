package kernel

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// drawNumbers draws n numbers, NaN, infinities and zeros of both signs among them.
func drawNumbers(t *rapid.T, n int, label string) []float32 {
	x := randoms(rapid.Uint64().Draw(t, label), n)
	special := corners()
	for i := range x {
		if rapid.IntRange(0, 9).Draw(t, "special") == 0 {
			x[i] = special[rapid.IntRange(0, len(special)-1).Draw(t, "which")]
		}
	}
	return x
}

// sameBits reports whether two numbers are the same, any NaN being like any other.
func sameBits(x, y float32) bool {
	return math.Float32bits(x) == math.Float32bits(y) || x != x && y != y
}

func TestBinary(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			n := rapid.IntRange(0, 200).Draw(t, "n")
			a, b := drawNumbers(t, n, "a"), drawNumbers(t, n, "b")
			s := drawNumbers(t, 1, "s")[0]
			want := make([]float32, n)
			for op := opAdd; op <= opRDiv; op++ {
				got := newGuarded(n)
				if op != opRSub && op != opRDiv {
					binary(op, got.data, a, b)
					got.check(t)
					portableBinary(op, want, a, b)
					for i := range want {
						if !sameBits(got.data[i], want[i]) {
							t.Fatalf("operation %d of %v and %v: got %v, want %v", op, a[i], b[i], got.data[i], want[i])
						}
					}
				}
				scalar(op, got.data, a, s)
				got.check(t)
				portableScalar(op, want, a, s)
				for i := range want {
					if !sameBits(got.data[i], want[i]) {
						t.Fatalf("operation %d of %v and scalar %v: got %v, want %v", op, a[i], s, got.data[i], want[i])
					}
				}
			}
		})
	})
}

func TestTernary(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			n := rapid.IntRange(0, 200).Draw(t, "n")
			a, b, c := randoms(1, n), randoms(2, n), randoms(3, n)
			got := newGuarded(n)
			near := func(what string, want func(i int) float64) {
				t.Helper()
				got.check(t)
				for i, v := range got.data {
					if math.Abs(float64(v)-want(i)) > 0x1p-23*(math.Abs(float64(a[i]*b[i]))+math.Abs(float64(c[i]))+3) {
						t.Fatalf("%s: element %d is %v, want %v", what, i, v, want(i))
					}
				}
			}
			MulAdd(got.data, a, b, c)
			near("MulAdd", func(i int) float64 { return float64(a[i])*float64(b[i]) + float64(c[i]) })
			AddScaled(got.data, c, 1.5, b)
			near("AddScaled", func(i int) float64 { return 1.5*float64(b[i]) + float64(c[i]) })
			ReLUGrad(got.data, a, b)
			near("ReLUGrad", func(i int) float64 {
				if a[i] > 0 {
					return float64(b[i])
				}
				return 0
			})
			Fill(got.data, 2.25)
			near("Fill", func(int) float64 { return 2.25 })
		})
	})
}

func TestCompareAndSelect(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			n := rapid.IntRange(0, 100).Draw(t, "n")
			a, b := drawNumbers(t, n, "a"), drawNumbers(t, n, "b")
			for i := range b {
				if i%5 == 0 {
					b[i] = a[i]
				}
			}
			mask := make([]bool, n+20)
			for op := Equal; op <= GreaterEqual; op++ {
				Compare(op, mask[:n], a, b)
				for i := range n {
					if mask[i] != holds(op, a[i], b[i]) {
						t.Fatalf("relation %d of %v and %v: got %v", op, a[i], b[i], mask[i])
					}
				}
				got := newGuarded(n)
				Select(got.data, mask[:n], a, b)
				got.check(t)
				for i, v := range got.data {
					want := b[i]
					if mask[i] {
						want = a[i]
					}
					if !sameBits(v, want) {
						t.Fatalf("select %d: got %v, want %v", i, v, want)
					}
				}
				SelectScalar(got.data, mask[:n], a, 7)
				got.check(t)
				for i, v := range got.data {
					want := float32(7)
					if mask[i] {
						want = a[i]
					}
					if !sameBits(v, want) {
						t.Fatalf("select %d with a scalar: got %v, want %v", i, v, want)
					}
				}
				SelectScaled(got.data, mask[:n], a, 3, 7)
				got.check(t)
				for i, v := range got.data {
					want := float32(7)
					if mask[i] {
						want = 3 * a[i]
					}
					if !sameBits(v, want) {
						t.Fatalf("select %d scaled: got %v, want %v", i, v, want)
					}
				}
				CompareScalar(op, mask[:n], a, 0.5)
				for i := range n {
					if mask[i] != holds(op, a[i], 0.5) {
						t.Fatalf("relation %d of %v and 0.5: got %v", op, a[i], mask[i])
					}
				}
				for i, v := range mask[n:] {
					if v {
						t.Fatalf("wrote %d beyond the end of the mask", i)
					}
				}
			}
		})
	})
}

// Loops let a selection overwrite what it selects from, in the last elements,
// which the assembly leaves to Go, as in all others.
func TestSelectInPlace(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for n := 1; n < 40; n++ {
			mask, a := make([]bool, n), make([]float32, n)
			for i := range a {
				mask[i], a[i] = i%3 != 0, float32(i+1)
			}
			for name, c := range map[string]struct {
				run  func(x []float32)
				want func(x float32) float32
			}{
				"Select":       {func(x []float32) { Select(x, mask, x, make([]float32, n)) }, func(x float32) float32 { return x }},
				"SelectScalar": {func(x []float32) { SelectScalar(x, mask, x, 0) }, func(x float32) float32 { return x }},
				"SelectScaled": {func(x []float32) { SelectScaled(x, mask, x, 3, 0) }, func(x float32) float32 { return 3 * x }},
			} {
				got := append([]float32{}, a...)
				c.run(got)
				for i, v := range got {
					want := float32(0)
					if mask[i] {
						want = c.want(a[i])
					}
					if v != want {
						t.Fatalf("%s of %d elements in place, element %d: %g, want %g", name, n, i, v, want)
					}
				}
			}
		}
	})
}
