package kernel

import (
	"testing"

	"pgregory.net/rapid"
)

// TestCopyStrided permutes, broadcasts, reverses and slices boxes and compares with a walk over the indices.
func TestCopyStrided(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			rank := rapid.IntRange(0, 4).Draw(t, "rank")
			dims := make([]int, rank)
			size := 1
			for i := range dims {
				dims[i] = rapid.SampledFrom([]int{1, 2, 3, 5, 18, 0}).Draw(t, "dim")
				size *= dims[i]
			}
			perm := rapid.Permutation([]int{0, 1, 2, 3}[:rank]).Draw(t, "permutation")
			dstStrides, srcStrides := make([]int, rank), make([]int, rank)
			d, s, offset := 1, 1, 0
			for i := rank - 1; i >= 0; i-- {
				dstStrides[i] = d
				d *= max(dims[i], 1)
			}
			for _, i := range perm {
				switch rapid.IntRange(0, 4).Draw(t, "kind") {
				case 0: // broadcast
				case 1: // reverse
					srcStrides[i] = -s
					offset += s * max(dims[i]-1, 0)
					s *= max(dims[i], 1)
				case 2: // every second
					srcStrides[i] = 2 * s
					s *= 2 * max(dims[i], 1)
				default:
					srcStrides[i] = s
					s *= max(dims[i], 1)
				}
			}
			src := randoms(1, s)
			dst := newGuarded(size)
			CopyStrided(dst.data, 0, dstStrides, src, offset, srcStrides, dims)
			dst.check(t)
			for at, v := range dst.data {
				from := offset
				for i := range dims {
					from += at / dstStrides[i] % dims[i] * srcStrides[i]
				}
				if v != src[from] {
					t.Fatalf("dims %v, strides %v: element %d is %v, want %v", dims, srcStrides, at, v, src[from])
				}
			}
		})
	})
}
