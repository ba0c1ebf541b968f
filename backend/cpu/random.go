package cpu

import (
	"math/bits"

	"github.com/gomlx/compute/dtypes"

	"cggm/backend/cpu/internal/kernel"
)

// randomBlock is the number of words that one task draws.
const randomBlock = 1 << 14

// random fills whole numbers with the bits of Philox: the state is the key and
// a 128-bit counter, which moves by the number of blocks drawn.
func random(n *node, in, out []int) func(*frame) error {
	shape := n.outputs[1].shape
	words := size(shape)
	switch shape.DType {
	case dtypes.Uint32:
	case dtypes.Uint64:
		words *= 2
	default:
		return nil
	}
	return func(fr *frame) error {
		state := fr.bufs[in[0]].([]uint64)
		key, counter := state[0], advance([2]uint64{state[1], state[2]}, uint64(fr.block*words/4))
		if dst, ok := fr.bufs[out[1]].([]uint32); ok {
			fr.parallel((words+randomBlock-1)/randomBlock, func(i int) {
				from := i * randomBlock
				kernel.Philox(dst[from:min(from+randomBlock, words)], key, advance(counter, uint64(from/4)))
			})
		} else {
			dst := fr.bufs[out[1]].([]uint64)
			half := make([]uint32, words)
			kernel.Philox(half, key, counter)
			for i := range dst {
				dst[i] = uint64(half[2*i]) | uint64(half[2*i+1])<<32
			}
		}
		next := advance(counter, uint64((words+3)/4))
		copy(fr.bufs[out[0]].([]uint64), []uint64{key, next[0], next[1]})
		return nil
	}
}

func advance(counter [2]uint64, blocks uint64) [2]uint64 {
	low, carry := bits.Add64(counter[0], blocks, 0)
	return [2]uint64{low, counter[1] + carry}
}
