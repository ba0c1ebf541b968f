package cpu

import (
	"fmt"
	"slices"
	"sync"
)

// schedule says which steps of a program wait for which, so that independent
// branches run at the same time. Steps that follow each other and compute
// little form one part, since handing over costs more than they do.
type schedule struct {
	parts  [][2]int // steps [from, to)
	before []int    // how many parts a part waits for
	after  [][]int  // the parts that wait for a part
}

// partWork is the number of elements that a part reads and writes at least; so
// many multiplications of a product count as one.
const (
	partWork      = 1 << 14
	perMultiplied = 32
)

// arrange finds the schedule of a program whose slots are planned; it stays
// nil when every step waits for the one before.
func (p *program) arrange() {
	s := &schedule{}
	from, cost := 0, 0
	for i := range p.steps {
		for _, store := range slices.Concat(p.steps[i].reads, p.steps[i].writes) {
			cost += p.stores[store].len
		}
		if x, ok := p.steps[i].spans.(*matrices); ok {
			cost += x.args.M * x.args.N * x.args.K * x.products() / perMultiplied
		}
		if cost >= partWork || i == len(p.steps)-1 {
			s.parts = append(s.parts, [2]int{from, i + 1})
			from, cost = i+1, 0
		}
	}
	s.before, s.after = make([]int, len(s.parts)), make([][]int, len(s.parts))
	type place struct {
		writer  int
		readers []int
	}
	places := make(map[int]*place)
	branches := false
	for k, part := range s.parts {
		waits := make(map[int]bool)
		wait := func(other int) {
			if other >= 0 && other != k {
				waits[other] = true
			}
		}
		at := func(store int) *place {
			// Slots are numbered behind the stores that have none.
			key := store
			if slot := p.stores[store].slot; slot >= 0 {
				key = len(p.stores) + slot
			}
			if places[key] == nil {
				places[key] = &place{writer: -1}
			}
			return places[key]
		}
		for i := part[0]; i < part[1]; i++ {
			for _, store := range p.steps[i].reads {
				x := at(store)
				wait(x.writer)
				x.readers = append(x.readers, k)
			}
			for _, store := range p.steps[i].writes {
				x := at(store)
				wait(x.writer)
				for _, r := range x.readers {
					wait(r)
				}
				x.writer, x.readers = k, nil
			}
		}
		for other := range waits {
			s.after[other] = append(s.after[other], k)
		}
		s.before[k] = len(waits)
		branches = branches || k > 0 && !waits[k-1]
	}
	for k := range s.after {
		slices.Sort(s.after[k])
	}
	if branches {
		p.schedule = s
	}
}

// execution is one run of a program with a schedule, as work for the crew.
type execution struct {
	p     *program
	fr    *frame
	do    func(part int)
	mu    sync.Mutex
	ready []int // parts that may run, in order
	left  []int // by part: how many it still waits for
	rest  int   // parts that have not ended
	err   error // the first by the order of steps
	at    int   // the part that failed
}

func (p *program) execute(fr *frame) error {
	if p.schedule == nil || fr.workers == nil {
		return p.steps.run(fr, 0, len(p.steps))
	}
	x := &execution{p: p, fr: fr, left: slices.Clone(p.schedule.before), rest: len(p.schedule.parts)}
	for k, n := range x.left {
		if n == 0 {
			x.ready = append(x.ready, k)
		}
	}
	x.do = x.part
	threads.complete(x, len(x.ready))
	return x.err
}

// take implements work: the part that comes first among those that are ready.
func (x *execution) take() (do func(int), piece int, ok bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.ready) == 0 {
		return nil, 0, false
	}
	piece = x.ready[0]
	x.ready = x.ready[1:]
	return x.do, piece, true
}

func (x *execution) finished() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.rest == 0
}

// part runs a part and makes ready what waited for it. After a failure the
// parts that follow end without being run.
func (x *execution) part(k int) {
	s := x.p.schedule
	x.mu.Lock()
	skip := x.err != nil && x.at < k
	x.mu.Unlock()
	var err error
	if !skip {
		err = x.p.steps.run(x.fr, s.parts[k][0], s.parts[k][1])
	}
	x.mu.Lock()
	if err != nil && (x.err == nil || k < x.at) {
		x.err, x.at = err, k
	}
	fresh := 0
	for _, next := range s.after[k] {
		if x.left[next]--; x.left[next] == 0 {
			at, _ := slices.BinarySearch(x.ready, next)
			x.ready = slices.Insert(x.ready, at, next)
			fresh++
		}
	}
	x.rest--
	done := x.rest == 0
	x.mu.Unlock()
	if done {
		threads.ended()
	} else if fresh > 1 {
		threads.more(fresh - 1)
	}
}

// steps are kernel calls in order.
type steps []step

// run makes the calls [from, to).
func (s steps) run(fr *frame, from, to int) error {
	for i := from; i < to; i++ {
		if err := s[i].run(fr); err != nil {
			return fmt.Errorf("cpu: operation %s: %w", s[i].name, err)
		}
	}
	return nil
}
