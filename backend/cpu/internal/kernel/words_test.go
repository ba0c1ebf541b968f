package kernel

import (
	"math/rand/v2"
	"testing"
)

func TestAtLeast(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	eachLevel(t, func(t *testing.T) {
		for n := range 70 {
			x, got := make([]uint32, n), make([]bool, n)
			for i := range x {
				x[i] = rng.Uint32()
			}
			for _, s := range []uint32{0, 1, 1 << 31, 1<<31 - 1, rng.Uint32(), 1<<32 - 1} {
				if n > 0 {
					x[n-1] = s
				}
				AtLeast(got, x, s)
				for i, v := range x {
					if got[i] != (v >= s) {
						t.Fatalf("%d words: AtLeast(%d, %d) = %v", n, v, s, got[i])
					}
				}
			}
		}
	})
}

func TestRepeat(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for rows := 1; rows < 5; rows++ {
			for width := 1; width < 70; width++ {
				src, dst := make([]float32, rows), make([]float32, rows*width+1)
				for i := range src {
					src[i] = float32(i + 1)
				}
				dst[rows*width] = -1
				Repeat(dst[:rows*width], src)
				for i, v := range dst[:rows*width] {
					if v != src[i/width] {
						t.Fatalf("%d rows of %d: element %d is %v", rows, width, i, v)
					}
				}
				if dst[rows*width] != -1 {
					t.Fatalf("%d rows of %d: wrote past the end", rows, width)
				}
			}
		}
	})
}
