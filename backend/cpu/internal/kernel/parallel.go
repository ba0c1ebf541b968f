package kernel

// Parallel runs body(0) to body(n-1), in any order and possibly at the same time, and returns when all have finished. A
// nil Parallel runs them one after the other on the calling goroutine.
type Parallel func(n int, body func(i int))

// run calls body for each i in [0, n).
func (p Parallel) run(n int, body func(i int)) {
	if p == nil || n < 2 {
		for i := range n {
			body(i)
		}
		return
	}
	p(n, body)
}
