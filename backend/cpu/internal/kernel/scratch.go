package kernel

import (
	"math/bits"
	"sync"
)

// scratch is a working buffer borrowed for the length of one call.
type scratch struct{ data []float32 }

// scratchPools holds idle buffers by the binary logarithm of their capacity, so that small calls do not evict large ones.
var scratchPools [bits.UintSize]sync.Pool

// smallScratch is the logarithm of the smallest capacity.
const smallScratch = 8

// getScratch returns a buffer of n numbers with arbitrary contents.
func getScratch(n int) *scratch {
	class := scratchClass(n)
	if s, ok := scratchPools[class].Get().(*scratch); ok {
		s.data = s.data[:n]
		return s
	}
	return &scratch{data: make([]float32, n, 1<<class)}
}

func putScratch(s *scratch) { scratchPools[scratchClass(cap(s.data))].Put(s) }

func scratchClass(n int) int { return max(smallScratch, bits.Len(uint(max(n, 1)-1))) }
