package twin

import (
	"encoding/binary"
	"math/big"
)

// Philox returns bytes of Philox4x32-10 (Salmon, Moraes, Dror and Shaw,
// "Parallel random numbers: as easy as 1, 2, 3", SC 2011), and the counter
// after the last block. The state is a key and a 128-bit counter, its low half
// first.
func Philox(state [3]uint64, count int) (next [3]uint64, random []byte) {
	counter := new(big.Int).SetUint64(state[2])
	counter.Lsh(counter, 64).Or(counter, new(big.Int).SetUint64(state[1]))
	half := new(big.Int).SetUint64(1<<64 - 1)
	for len(random) < count {
		low := new(big.Int).And(counter, half).Uint64()
		high := new(big.Int).And(new(big.Int).Rsh(counter, 64), half).Uint64()
		c := [4]uint32{uint32(low), uint32(low >> 32), uint32(high), uint32(high >> 32)}
		k := [2]uint32{uint32(state[0]), uint32(state[0] >> 32)}
		for range 10 {
			a, b := uint64(c[0])*0xD2511F53, uint64(c[2])*0xCD9E8D57
			c = [4]uint32{uint32(b>>32) ^ c[1] ^ k[0], uint32(b), uint32(a>>32) ^ c[3] ^ k[1], uint32(a)}
			k = [2]uint32{k[0] + 0x9E3779B9, k[1] + 0xBB67AE85}
		}
		for _, word := range c {
			random = binary.LittleEndian.AppendUint32(random, word)
		}
		counter.Add(counter, big.NewInt(1))
	}
	low := new(big.Int).And(counter, half).Uint64()
	high := new(big.Int).And(new(big.Int).Rsh(counter, 64), half).Uint64()
	return [3]uint64{state[0], low, high}, random[:count]
}
