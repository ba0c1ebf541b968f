package kernel

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func TestTranspose2D(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			r, c := rapid.IntRange(0, 70).Draw(t, "r"), rapid.IntRange(0, 70).Draw(t, "c")
			lds, ldd := c+rapid.IntRange(0, 3).Draw(t, "gap"), r+rapid.IntRange(0, 3).Draw(t, "gap")
			if r*c == 0 {
				Transpose2D[float32](nil, nil, r, c, ldd, lds)
				return
			}
			src := randoms(1, (r-1)*lds+c)
			dst := newGuarded((c-1)*ldd + r)
			Transpose2D(dst.data, src, r, c, ldd, lds)
			dst.check(t)
			for i, v := range dst.data {
				want := sentinel
				if i%ldd < r {
					want = src[i%ldd*lds+i/ldd]
				}
				if v != want {
					t.Fatalf("element %d: got %v, want %v", i, v, want)
				}
			}
		})
	})
}

func testTransposeOf[T comparable](t *testing.T, number func(i int) T) {
	const r, c = 37, 53
	src, dst := make([]T, r*c), make([]T, r*c)
	for i := range src {
		src[i] = number(i)
	}
	Transpose2D(dst, src, r, c, r, c)
	for i := range r {
		for j := range c {
			if dst[j*r+i] != src[i*c+j] {
				t.Fatalf("%T: element (%d, %d): got %v, want %v", dst, i, j, dst[j*r+i], src[i*c+j])
			}
		}
	}
}

func TestTranspose2DTypes(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		testTransposeOf(t, func(i int) uint8 { return uint8(i * 7) })
		testTransposeOf(t, func(i int) uint16 { return uint16(i * 7) })
		testTransposeOf(t, func(i int) int32 { return int32(i * 7) })
		testTransposeOf(t, func(i int) float64 { return float64(i * 7) })
		testTransposeOf(t, func(i int) complex128 { return complex(float64(i), 1) })
		testTransposeOf(t, func(i int) bool { return i%3 == 0 })
	})
}

func BenchmarkTranspose2D(b *testing.B) {
	for _, n := range []int{64, 1024} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			src, dst := randoms(1, n*n), make([]float32, n*n)
			b.SetBytes(int64(4 * n * n))
			for b.Loop() {
				Transpose2D(dst, src, n, n, n, n)
			}
		})
	}
}
