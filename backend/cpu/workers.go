package cpu

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// parallel runs body(0) to body(n-1) on the calling goroutine and on as many
// idle workers as there are. The caller takes part and nobody waits for a
// worker to become free, so calls may nest without a deadlock.
func parallel(n int, body func(i int)) {
	helpers := min(n, runtime.GOMAXPROCS(0)) - 1
	if helpers <= 0 {
		for i := range n {
			body(i)
		}
		return
	}
	var next atomic.Int64
	work := func() {
		for {
			i := int(next.Add(1)) - 1
			if i >= n {
				return
			}
			body(i)
		}
	}
	var pending sync.WaitGroup
	for range helpers {
		if busy.Add(1) > int64(runtime.GOMAXPROCS(0)-1) {
			busy.Add(-1)
			break
		}
		pending.Add(1)
		go func() {
			defer pending.Done()
			defer busy.Add(-1)
			work()
		}()
	}
	work()
	pending.Wait()
}

// busy counts the goroutines that help callers of parallel.
var busy atomic.Int64
