package kernel

import (
	"fmt"
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

// Coins compares bytes of the words that Philox writes, from any coin on and where the lowest word of the counter
// overflows.
func TestCoins(t *testing.T) {
	const key = 0x0123456789abcdef
	for _, counter := range [][2]uint64{{0, 0}, {1<<32 - 3, 5}, {1<<32 - 9, 5}, {1<<64 - 2, 9}} {
		for _, first := range []uint64{0, 1, 8, 15, 16, 24, 100} {
			for _, n := range []int{0, 1, 7, 8, 63, 64, 65, 250, 1000} {
				end := int(first) + n
				words := make([]uint32, (end+15)/16*4)
				Philox(words, key, counter)
				bytes := make([]uint8, 4*len(words))
				for i := range bytes {
					bytes[i] = uint8(words[i/4] >> (8 * (i % 4)))
				}
				leasts := []uint16{0, 1, 6554, 1 << 15, 0xFEFF}
				if n > 0 { // limits in whose bytes the low one decides
					sum := uint8(0)
					for _, b := range bytes[first&^7 : first&^7+8] {
						sum += b
					}
					if own := uint16(bytes[first]); own < 0xFF {
						leasts = append(leasts, own<<8|uint16(sum), own<<8|uint16(sum)+1)
					}
				}
				eachLevel(t, func(t *testing.T) {
					got := make([]bool, n+1)
					for _, least := range leasts {
						Coins(got[:n], key, counter, first, least)
						for i := range n {
							at, sum := int(first)+i, uint8(0)
							for _, b := range bytes[at&^7 : at&^7+8] {
								sum += b
							}
							if want := uint16(bytes[at])<<8|uint16(sum) >= least; got[i] != want {
								t.Fatalf("%d coins from %d of %v, least %d: coin %d is %v", n, first, counter, least, i, got[i])
							}
						}
						if got[n] {
							t.Fatalf("%d coins: wrote past the end", n)
						}
					}
				})
			}
		}
	}
}

// Coins have their probability, and neighbours nothing to do with each other.
func TestCoinsAreFair(t *testing.T) {
	const n = 1 << 22
	coins := make([]bool, n)
	for _, least := range []uint16{1024, 6554, 6655, 13107, 1 << 15, 60000} {
		Coins(coins, 3, [2]uint64{17, 4}, 0, least)
		p := 1 - float64(least)/(1<<16)
		heads := 0
		var both [9]int // pairs of heads by distance
		for i, c := range coins {
			if !c {
				continue
			}
			heads++
			for d := 1; d < len(both) && i >= d; d++ {
				if coins[i-d] {
					both[d]++
				}
			}
		}
		// Each count is within five standard deviations, which it leaves once in 1.7 million times.
		near := func(what string, got int, p float64) {
			if d := math.Abs(float64(got)-n*p) / math.Sqrt(n*p*(1-p)); d > 5 {
				t.Errorf("least %d: %d %s in %d, %.1f standard deviations from %.0f", least, got, what, n, d, n*p)
			}
		}
		near("heads", heads, p)
		for d := 1; d < len(both); d++ {
			// What the number of heads explains is taken out, which leaves less spread than is allowed for.
			mean := float64(heads) / n
			near(fmt.Sprintf("pairs of heads at distance %d", d), both[d]-int(n*(mean*mean-p*p)), p*p)
		}
	}
}

func BenchmarkCoins(b *testing.B) {
	for _, n := range []int{600, 1000, 4096} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dst, first := make([]bool, n), uint64(0)
			for b.Loop() {
				Coins(dst, 1, [2]uint64{2, 3}, first, 6554)
				first += uint64(n)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(dst)), "ns/element")
		})
	}
}
