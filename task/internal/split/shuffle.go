package split

import (
	"math/bits"
	"math/rand/v2"
)

// stream is the second word of the generator's seed: it keeps these numbers apart from other uses of the same seed.
const stream = 0x73706c6974 // "split"

// generator returns the source of all random numbers of one cut.
func generator(seed uint64) *rand.PCG {
	return rand.NewPCG(seed, stream)
}

// shuffle permutes rows (Fisher-Yates). It does not use rand.Shuffle, whose sequence Go does not promise to keep.
func shuffle(rng *rand.PCG, rows []int) {
	for i := len(rows) - 1; i > 0; i-- {
		j, _ := bits.Mul64(rng.Uint64(), uint64(i)+1)
		rows[i], rows[j] = rows[j], rows[i]
	}
}
