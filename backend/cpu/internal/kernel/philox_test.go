package kernel

import (
	"math"
	"testing"
)

// TestPhiloxVectors holds the known answers for philox4x32-10 of the kat_vectors file of Random123, the library of the paper.
func TestPhiloxVectors(t *testing.T) {
	for _, c := range []struct {
		counter [2]uint64
		key     uint64
		want    [4]uint32
	}{
		{[2]uint64{0, 0}, 0, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[2]uint64{math.MaxUint64, math.MaxUint64}, math.MaxUint64, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{
			[2]uint64{0x85a308d3_243f6a88, 0x03707344_13198a2e},
			0x299f31d0_a4093822,
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
		},
	} {
		eachLevel(t, func(t *testing.T) {
			got := make([]uint32, 64)
			Philox(got, c.key, c.counter)
			if [4]uint32(got) != c.want {
				t.Errorf("counter %x, key %x: got %x, want %x", c.counter, c.key, got[:4], c.want)
			}
		})
	}
}

// TestPhiloxStream compares every level with single blocks, across overflows of the counter's words and for cut blocks.
func TestPhiloxStream(t *testing.T) {
	for _, start := range [][2]uint64{{0, 0}, {math.MaxUint32 - 9, 5}, {math.MaxUint64 - 21, 7}, {math.MaxUint64 - 3, math.MaxUint64}} {
		for _, n := range []int{0, 1, 3, 4, 31, 32, 33, 67, 200, 301} {
			want := make([]uint32, 0, n+4)
			for c := start; len(want) < n; c = advance(c, 1) {
				b := philoxBlock(42<<32|7, c)
				want = append(want, b[:]...)
			}
			eachLevel(t, func(t *testing.T) {
				got := make([]uint32, n+8)
				Philox(got[:n], 42<<32|7, start)
				for i, v := range got {
					if i < n && v != want[i] || i >= n && v != 0 {
						t.Fatalf("start %x, length %d: word %d is %x", start, n, i, v)
					}
				}
			})
		}
	}
}

func BenchmarkPhilox(b *testing.B) {
	dst := make([]uint32, 4096)
	for b.Loop() {
		Philox(dst, 1, [2]uint64{2, 3})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(dst)), "ns/element")
}

// Coins compares halves of the words that Philox writes, also where the lowest word of the counter overflows.
func TestCoins(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 7, 8, 63, 64, 65, 250, 1000} {
			for _, counter := range [][2]uint64{{0, 0}, {1<<32 - 3, 5}, {1<<64 - 2, 9}} {
				words, got := make([]uint32, (n+1)/2), make([]bool, n+1)
				Philox(words, 0x0123456789abcdef, counter)
				for _, least := range []uint16{0, 1, 6554, 1 << 15, 1<<16 - 1, uint16(words0(words))} {
					Coins(got[:n], 0x0123456789abcdef, counter, least)
					for i := range n {
						if want := uint16(words[i/2]>>(16*(i%2))) >= least; got[i] != want {
							t.Fatalf("%d coins from %v, least %d: coin %d is %v", n, counter, least, i, got[i])
						}
					}
					if got[n] {
						t.Fatalf("%d coins: wrote past the end", n)
					}
				}
			}
		}
	})
}

func words0(words []uint32) uint32 {
	if len(words) == 0 {
		return 0
	}
	return words[0]
}
