package cpu

import (
	"slices"
	"sync/atomic"

	"cggm/backend/cpu/internal/kernel"
)

// epilogueLeast is the least length of a product whose following loop is worth
// running on rows that are still in the cache.
var epilogueLeast = 1 << 16

// epilogues lets large products that run in one go hand finished rows to the
// loop that alone reads them, such as bias and activation. Slots must not be
// planned yet.
func (p *program) epilogues() {
	n := newNester(p)
	n.index()
	for i := 0; i < len(p.steps); i++ {
		x, ok := p.steps[i].spans.(*matrices)
		if !ok || x.sums || x.products() != 1 || !x.straight[2] || p.stores[x.out].len < epilogueLeast {
			continue
		}
		j, ok := n.tail(i, x)
		if !ok {
			continue
		}
		s := finishing(&p.steps[i], &p.steps[j], x)
		p.steps[j] = s
		p.steps = slices.Delete(p.steps, i, i+1)
		n.index()
		i--
	}
}

// tail returns the loop that can finish the rows of a product in place.
func (n *nester) tail(i int, x *matrices) (j int, ok bool) {
	s := x.out
	if n.fixed[s] || n.writer[s] != i || len(n.readers[s]) == 0 {
		return 0, false
	}
	j = n.readers[s][0]
	st := &n.p.steps[j]
	l, ok := st.spans.(*loopProgram)
	if !ok || !slices.Contains(st.inPlace, s) || !l.straightIn(s, x.args.M) || x.args.N%l.unit() != 0 {
		return 0, false
	}
	for _, r := range n.readers[s] {
		if r != j {
			return 0, false
		}
	}
	first := st.writes[0]
	return j, n.p.stores[first] == n.p.stores[s] && n.writer[first] == j
}

// finishing returns the step that computes a product in the place of the
// loop's first result and runs the loop on its rows. It takes the place of the
// loop, so that everything the loop reads is there.
func finishing(product, after *step, x *matrices) step {
	l, from, to := after.spans.(*loopProgram), x.out, after.writes[0]
	s := step{name: product.name + " " + after.name, reads: slices.Clone(product.reads), writes: after.writes}
	for _, r := range after.reads {
		if r != from {
			s.reads = append(s.reads, r)
		}
	}
	for k := range l.sources {
		if l.sources[k].store == from {
			l.sources[k].store = to
		}
	}
	x.out = to
	s.run = func(fr *frame) error {
		scalars := l.numbers(fr, nil)
		var inPieces atomic.Bool
		g := x.args
		g.A, g.B, g.C = fr.bufs[x.in[0]].([]float32), fr.bufs[x.in[1]].([]float32), fr.bufs[to].([]float32)
		g.Epilogue = func(_ []float32, _, i0, _, rows, cols int) {
			// A product is either cut into columns everywhere or nowhere.
			if cols < g.N {
				inPieces.Store(true)
				return
			}
			l.task(fr, scalars, i0*g.N, (i0+rows)*g.N)
		}
		kernel.Gemm(fr.workers, g)
		if inPieces.Load() {
			return l.run(fr)
		}
		return nil
	}
	return s
}
