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
	fast := func(dst *uint32, groups int) bool {
		return fastPhilox(dst, groups, uint32(counter[0]), uint32(counter[0]>>32), uint32(counter[1]), uint32(counter[1]>>32),
			uint32(key), uint32(key>>32))
	}
	for len(dst) > 0 {
		groups, one := wholeGroups(counter, len(dst)/4)
		blocks := groups * philoxLanes
		var some [4 * philoxLanes]uint32
		switch {
		case groups > 0 && fast(&dst[0], groups):
			dst = dst[4*blocks:]
		case one && len(dst) > 12 && fast(&some[0], 1):
			blocks = philoxLanes
			dst = dst[copy(dst, some[:]):]
		default:
			blocks = 1
			block := philoxBlock(key, counter)
			dst = dst[copy(dst, block[:]):]
		}
		counter = advance(counter, uint64(blocks))
	}
}

// wholeGroups returns how many groups of blocks the assembly can make of so many blocks, and whether it can make one. It
// counts in the lowest word and stops where that overflows.
func wholeGroups(counter [2]uint64, blocks int) (groups int, one bool) {
	room := 1<<32 - counter[0]&math.MaxUint32
	return int(min(uint64(blocks), room)) / philoxLanes, room >= philoxLanes
}

// Coins sets dst[i] to coin first+i of the stream of random blocks that begins at a counter: true with the probability
// 1 - least/2^16, for least below 0xFF00. A block makes 16 coins, one of each byte, which decides as the high byte of a
// number that has to reach least; the low byte is only asked for if that is equal, so that eight neighbours share one, the
// sum of their bytes. That is independent of any seven of them; two coins of the eight are correlated by 3e-4 at most, since
// they both ask for it once in 65,536 times.
func Coins(dst []bool, key uint64, counter [2]uint64, first uint64, least uint16) {
	counter = advance(counter, first/coinsOfBlock)
	skip := int(first % coinsOfBlock)
	high, low := 0x01010101*uint32(least>>8+1), 0x01010101*uint32(least&0xFF)
	fast := func(dst *bool, groups int) bool {
		return fastCoins(dst, groups, uint32(counter[0]), uint32(counter[0]>>32), uint32(counter[1]), uint32(counter[1]>>32),
			uint32(key), uint32(key>>32), high, low)
	}
	for len(dst) > 0 {
		groups, one := wholeGroups(counter, len(dst)/coinsOfBlock)
		blocks := groups * philoxLanes
		var some [philoxLanes * coinsOfBlock]bool
		switch {
		case skip == 0 && groups > 0 && fast(&dst[0], groups):
			dst = dst[coinsOfBlock*blocks:]
		case one && fast(&some[0], 1):
			blocks = philoxLanes
			dst = dst[copy(dst, some[skip:]):]
		default:
			blocks = 1
			block := coinBlock(philoxBlock(key, counter), least)
			dst = dst[copy(dst, block[skip:]):]
		}
		counter, skip = advance(counter, uint64(blocks)), 0
	}
}

// coinsOfBlock is the number of coins that a block makes.
const coinsOfBlock = 16

// coinBlock returns the coins of a block.
func coinBlock(words [4]uint32, least uint16) (coins [coinsOfBlock]bool) {
	var own [coinsOfBlock]uint8
	for i := range own {
		own[i] = uint8(words[i/4] >> (8 * (i % 4)))
	}
	for i := range coins {
		low := uint8(0)
		for _, b := range own[i&^7 : i&^7+8] {
			low += b
		}
		coins[i] = uint16(own[i])<<8|uint16(low) >= least
	}
	return coins
}

func advance(counter [2]uint64, by uint64) [2]uint64 {
	low, carry := bits.Add64(counter[0], by, 0)
	return [2]uint64{low, counter[1] + carry}
}

// philoxLanes is how many blocks the assembly makes at a time.
const philoxLanes = 8

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
