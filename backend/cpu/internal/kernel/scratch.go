package kernel

import "sync"

// scratch is a working buffer borrowed for the length of one call.
type scratch struct{ data []float32 }

var scratchPool = sync.Pool{New: func() any { return new(scratch) }}

// getScratch returns a buffer of n numbers with arbitrary contents.
func getScratch(n int) *scratch {
	s, ok := scratchPool.Get().(*scratch)
	if !ok || cap(s.data) < n {
		s = &scratch{data: make([]float32, n)}
	}
	s.data = s.data[:n]
	return s
}

func putScratch(s *scratch) { scratchPool.Put(s) }
