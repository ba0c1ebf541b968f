package cpu

import (
	"fmt"
	"math/bits"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"cggm/backend/cpu/internal/kernel"
)

// randomBlock is the number of words that one task draws.
const randomBlock = 1 << 14

// drawable reports whether a type has a value for every pattern of its bits,
// and a kernel that draws them.
func drawable(d dtypes.DType) bool { return d.IsInt() && d.Bits() >= 8 }

// RNGBitGenerator implements compute.Function, for whole numbers.
func (f *function) RNGBitGenerator(state compute.Value, shape shapes.Shape) (compute.Value, compute.Value, error) {
	if !drawable(shape.DType) {
		return nil, nil, fmt.Errorf("cpu: operation %s of type %s: random bits are whole numbers: draw Uint32 and convert it",
			compute.OpTypeRNGBitGenerator, shape.DType)
	}
	return two(f.record(compute.OpTypeRNGBitGenerator, []compute.Value{state}, []any{shape}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return pair(t.RNGBitGenerator(in[0], shape))
	}))
}

// random fills whole numbers with the bits of Philox: the state is the key and
// a 128-bit counter, which moves by the number of blocks drawn.
func random(n *node, in, out []int) func(*frame) error {
	shape := n.outputs[1].shape
	if !drawable(shape.DType) {
		return nil
	}
	count := size(shape)
	words := (count*shape.DType.Bits() + 31) / 32
	return func(fr *frame) error {
		state := fr.bufs[in[0]].([]uint64)
		key, counter := state[0], advance([2]uint64{state[1], state[2]}, uint64(fr.block*words/4))
		next := advance(counter, uint64((words+3)/4))
		if dst, ok := fr.bufs[out[1]].([]uint32); ok {
			fr.parallel((words+randomBlock-1)/randomBlock, func(i int) {
				from := i * randomBlock
				kernel.Philox(dst[from:min(from+randomBlock, words)], key, advance(counter, uint64(from/4)))
			})
		} else {
			drawn := make([]uint32, words)
			kernel.Philox(drawn, key, counter)
			cutWords(fr.bufs[out[1]], drawn)
		}
		copy(fr.bufs[out[0]].([]uint64), []uint64{key, next[0], next[1]})
		return nil
	}
}

// cutWords cuts words into numbers of fewer bits, or puts two together, the
// least significant bits first.
func cutWords(dst any, words []uint32) {
	switch dst := dst.(type) {
	case []int8:
		narrowWords(dst, words, 8)
	case []uint8:
		narrowWords(dst, words, 8)
	case []int16:
		narrowWords(dst, words, 16)
	case []uint16:
		narrowWords(dst, words, 16)
	case []int32:
		narrowWords(dst, words, 32)
	case []int64:
		pairWords(dst, words)
	case []uint64:
		pairWords(dst, words)
	}
}

func narrowWords[T int8 | uint8 | int16 | uint16 | int32](dst []T, words []uint32, width int) {
	each := 32 / width
	for i := range dst {
		dst[i] = T(words[i/each] >> (i % each * width))
	}
}

func pairWords[T int64 | uint64](dst []T, words []uint32) {
	for i := range dst {
		dst[i] = T(words[2*i]) | T(words[2*i+1])<<32
	}
}

func advance(counter [2]uint64, blocks uint64) [2]uint64 {
	low, carry := bits.Add64(counter[0], blocks, 0)
	return [2]uint64{low, counter[1] + carry}
}
