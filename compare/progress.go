package compare

import (
	"sync"
	"time"
)

// progress knows which runs are done and how long they took.
type progress struct {
	mu   sync.Mutex
	done map[string]*Record // by file
	want map[kind]int       // number of runs by task and method
}

type kind struct{ task, method string }

// expect sets how many runs there are in all.
func (p *progress) expect(s *Study, tasks []*prepared) {
	p.want = make(map[kind]int)
	for _, t := range tasks {
		for _, v := range t.rows {
			p.want[kind{t.Name, v.Name}] = s.runs()
		}
	}
}

// add counts a run once.
func (p *progress) add(file string, r *Record) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done == nil {
		p.done = make(map[string]*Record)
	}
	p.done[file] = r
}

// event describes the run that has just ended.
func (p *progress) event(r *Record, total, jobs int) Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	return Event{Record: r, Done: len(p.done), Total: total, Left: p.left() / time.Duration(jobs)}
}

// left estimates the time of the missing runs: a run takes as long as the mean
// of its method on its task, else of its task, else of all.
func (p *progress) left() time.Duration {
	var all mean
	tasks, kinds := make(map[string]*mean), make(map[kind]*mean)
	finished := make(map[kind]int)
	for _, r := range p.done {
		k := kind{r.Task, r.Method}
		finished[k]++
		if r.Failed != "" {
			continue
		}
		all.add(r.Seconds)
		grow(tasks, r.Task).add(r.Seconds)
		grow(kinds, k).add(r.Seconds)
	}
	var left float64
	for k, n := range p.want {
		estimate := all.value()
		if m, ok := kinds[k]; ok {
			estimate = m.value()
		} else if m, ok := tasks[k.task]; ok {
			estimate = m.value()
		}
		left += float64(max(n-finished[k], 0)) * estimate
	}
	return time.Duration(left * float64(time.Second))
}

func grow[K comparable](m map[K]*mean, k K) *mean {
	if m[k] == nil {
		m[k] = &mean{}
	}
	return m[k]
}

type mean struct {
	sum float64
	n   int
}

func (m *mean) add(v float64) { m.sum, m.n = m.sum+v, m.n+1 }

func (m *mean) value() float64 {
	if m.n == 0 {
		return 0
	}
	return m.sum / float64(m.n)
}
