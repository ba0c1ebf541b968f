package kernel

import (
	"math"
	"math/bits"
)

// The multipliers and key increments of Philox4x32 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011).
const (
	philoxM0 = 0xD2511F53
	philoxM1 = 0xCD9E8D57
	philoxW0 = 0x9E3779B9
	philoxW1 = 0xBB67AE85
)

// Philox fills dst with the random bits of Philox4x32-10: words 4i to 4i+3 are the block of the 128-bit counter
// counter[0] + counter[1]<<64 + i under key, least significant words first. The last block is cut when len(dst) is not a
// multiple of 4. The bits are the same on every machine.
func Philox(dst []uint32, key uint64, counter [2]uint64) {
	for len(dst) > 0 {
		// The assembly counts in the lowest word: it stops where that word overflows.
		blocks := int(min(uint64(len(dst)/4), 1<<32-counter[0]&math.MaxUint32))
		groups := blocks / philoxLanes()
		if groups > 0 && fastPhilox(&dst[0], groups, uint32(counter[0]), uint32(counter[0]>>32), uint32(counter[1]),
			uint32(counter[1]>>32), uint32(key), uint32(key>>32)) {
			dst = dst[4*groups*philoxLanes():]
			counter = advance(counter, uint64(groups*philoxLanes()))
			continue
		}
		block := philoxBlock(key, counter)
		dst = dst[copy(dst, block[:]):]
		counter = advance(counter, 1)
	}
}

// Coins sets dst[i] to whether half a word of Philox reaches least: that of the low 16 bits of word i/2 for even i, of the
// high ones for odd i, so that true has the probability 1 - least/2^16. A block makes 8 of them.
func Coins(dst []bool, key uint64, counter [2]uint64, least uint16) {
	for len(dst) > 0 {
		blocks := int(min(uint64(len(dst)/8), 1<<32-counter[0]&math.MaxUint32))
		groups := blocks / philoxLanes()
		if groups > 0 && fastCoins(&dst[0], groups, uint32(counter[0]), uint32(counter[0]>>32), uint32(counter[1]),
			uint32(counter[1]>>32), uint32(key), uint32(key>>32), uint32(least)<<16|uint32(least)) {
			dst = dst[8*groups*philoxLanes():]
			counter = advance(counter, uint64(groups*philoxLanes()))
			continue
		}
		for i, word := range philoxBlock(key, counter) {
			if 2*i < len(dst) {
				dst[2*i] = uint16(word) >= least
			}
			if 2*i+1 < len(dst) {
				dst[2*i+1] = uint16(word>>16) >= least
			}
		}
		dst = dst[min(8, len(dst)):]
		counter = advance(counter, 1)
	}
}

func advance(counter [2]uint64, by uint64) [2]uint64 {
	low, carry := bits.Add64(counter[0], by, 0)
	return [2]uint64{low, counter[1] + carry}
}

// philoxLanes returns how many blocks the assembly makes at a time.
func philoxLanes() int {
	if active == levelAVX512 {
		return 8
	}
	return 4
}

func philoxBlock(key uint64, counter [2]uint64) [4]uint32 {
	k0, k1 := uint32(key), uint32(key>>32)
	c0, c1, c2, c3 := uint32(counter[0]), uint32(counter[0]>>32), uint32(counter[1]), uint32(counter[1]>>32)
	for range 10 {
		p0, p1 := uint64(philoxM0)*uint64(c0), uint64(philoxM1)*uint64(c2)
		c0, c1, c2, c3 = uint32(p1>>32)^c1^k0, uint32(p1), uint32(p0>>32)^c3^k1, uint32(p0)
		k0, k1 = k0+philoxW0, k1+philoxW1
	}
	return [4]uint32{c0, c1, c2, c3}
}
