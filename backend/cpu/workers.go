package cpu

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// All programs share one crew of threads, which steal work from each other:
// the indices of parallel loops, and the steps of programs whose inputs are
// there. A thread whose own work is in other hands takes any piece that is to
// be had, the newest first, and sleeps only when there is none.
//
// There is no deadlock. A sleeping thread waits for work that it offered
// itself, all of it taken. Suppose threads waited for each other in a circle:
// each waits for a piece that lies on the stack of the next one, below the
// work for which that one waits. That piece was taken before the work above it
// was offered, and after its own work was offered: every work of the circle
// would have been offered before the next, and so before itself.

// work comes in pieces that threads take until there are no more.
type work interface {
	// take returns a piece as a call to make; ok is false when there is none
	// now.
	take() (do func(int), piece int, ok bool)
	// finished reports whether all pieces are done.
	finished() bool
}

// crew is the set of threads that help.
type crew struct {
	mu      sync.Mutex
	change  *sync.Cond // there is more work, or some is finished
	open    []work     // the newest last
	helpers int
	asleep  int
}

var threads = newCrew()

func newCrew() *crew {
	c := &crew{}
	c.change = sync.NewCond(&c.mu)
	return c
}

// complete offers work to all threads, takes part in it, and returns when it
// is finished. size bounds the pieces that can run at the same time.
func (c *crew) complete(w work, size int) {
	c.mu.Lock()
	c.open = append(c.open, w)
	c.call(size - 1)
	c.mu.Unlock()
	for {
		do, piece, ok := w.take()
		if !ok {
			break
		}
		do(piece)
	}
	c.mu.Lock()
	for !w.finished() {
		if !c.help() {
			c.asleep++
			c.change.Wait()
			c.asleep--
		}
	}
	at := slices.Index(c.open, w)
	c.open = slices.Delete(c.open, at, at+1)
	c.mu.Unlock()
}

// call wakes sleeping threads and starts new ones for n more pieces. The
// caller holds the lock.
func (c *crew) call(n int) {
	if n > 0 && c.asleep > 0 {
		c.change.Broadcast()
		n -= c.asleep
	}
	for ; n > 0 && c.helpers < runtime.GOMAXPROCS(0)-1; n-- {
		c.helpers++
		go func() {
			c.mu.Lock()
			for c.help() {
			}
			c.helpers--
			c.mu.Unlock()
		}()
	}
}

// help does one piece of any work and reports whether there was one. The
// caller holds the lock, which is free while the piece is done.
func (c *crew) help() bool {
	for _, w := range slices.Backward(c.open) {
		if do, piece, ok := w.take(); ok {
			c.mu.Unlock()
			do(piece)
			c.mu.Lock()
			return true
		}
	}
	return false
}

// more tells the crew that work it knows has n more pieces.
func (c *crew) more(n int) {
	c.mu.Lock()
	c.call(n)
	c.mu.Unlock()
}

// ended wakes whoever waits for work that is finished now.
func (c *crew) ended() {
	c.mu.Lock()
	if c.asleep > 0 {
		c.change.Broadcast()
	}
	c.mu.Unlock()
}

// loop is a parallel loop as work.
type loop struct {
	do         func(i int)
	n          int64
	next, left atomic.Int64
}

func (l *loop) take() (do func(int), piece int, ok bool) {
	if l.next.Load() >= l.n {
		return nil, 0, false
	}
	i := l.next.Add(1) - 1
	return l.do, int(i), i < l.n
}

func (l *loop) finished() bool { return l.left.Load() == 0 }

// parallel runs body(0) to body(n-1) on the crew and returns when all have
// finished.
func parallel(n int, body func(i int)) {
	if n < 2 || runtime.GOMAXPROCS(0) == 1 {
		for i := range n {
			body(i)
		}
		return
	}
	l := &loop{n: int64(n)}
	l.left.Store(l.n)
	l.do = func(i int) {
		body(i)
		if l.left.Add(-1) == 0 {
			threads.ended()
		}
	}
	threads.complete(l, n)
}
