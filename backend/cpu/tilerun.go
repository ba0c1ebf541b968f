package cpu

import (
	"sync"

	"cggm/backend/cpu/internal/kernel"
)

// layOut chooses the width of a tile so that repeated operands repeat with it,
// and prepares the instructions.
func (p *fusedProgram) layOut() {
	period := 1
	for _, l := range p.loads {
		w := p.sources[l.source].view
		switch {
		case w.full(p.n) || w.len == 1:
		case w.inner == 1:
			period = lcm(period, w.len)
		default:
			period = lcm(period, w.inner)
		}
	}
	p.width = tileSize
	if period <= tileSize {
		p.width = tileSize / period * period
		for i := range p.loads {
			w := p.sources[p.loads[i].source].view
			p.loads[i].still = p.loads[i].floor == 0 && !w.full(p.n) && (w.len == 1 || w.inner == 1)
		}
	}
	p.width = min(p.width, p.n)
	for i := range p.code {
		p.execs = append(p.execs, p.code[i].compile())
	}
}

func lcm(a, b int) int {
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return min(a/x*b, 1<<30)
}

// run computes the group.
func (p *fusedProgram) run(fr *frame) error {
	var few [8]float32
	scalars := few[:0]
	for _, s := range p.scalars {
		scalars = append(scalars, fr.bufs[p.sources[s].store].([]float32)[0])
	}
	tiles := (p.n + p.width - 1) / p.width
	if tiles <= taskTiles || fr.workers == nil {
		p.task(fr, scalars, 0, tiles)
		return nil
	}
	fr.parallel((tiles+taskTiles-1)/taskTiles, func(t int) {
		p.task(fr, scalars, t*taskTiles, min((t+1)*taskTiles, tiles))
	})
	return nil
}

// task computes tiles [from, to).
func (p *fusedProgram) task(fr *frame, scalars []float32, from, to int) {
	work := workspaces.Get().(*workspace)
	work.shape(p, p.width)
	for i := from; i < to; i++ {
		at, end := i*p.width, min((i+1)*p.width, p.n)
		fresh := i == from
		if end-at < p.width {
			work.shape(p, end-at)
			fresh = true
		}
		p.tile(fr, &work.registers, scalars, at, end, fresh)
	}
	workspaces.Put(work)
}

// workspace is the memory of registers. Programs take turns with it, so that
// it stays in the cache.
type workspace struct {
	registers
	floats [][]float32
	bools  [][]bool
}

var workspaces = sync.Pool{New: func() any { return &workspace{} }}

// shape makes registers of the given width for a program.
func (w *workspace) shape(p *fusedProgram, width int) {
	for len(w.floats) < p.floats {
		w.floats, w.f = append(w.floats, make([]float32, tileSize)), append(w.f, nil)
	}
	for len(w.bools) < p.bools {
		w.bools, w.b = append(w.bools, make([]bool, tileSize)), append(w.b, nil)
	}
	for i := range p.floats {
		w.f[i] = w.floats[i][:width]
	}
	for i := range p.bools {
		w.b[i] = w.bools[i][:width]
	}
}

// tile computes elements [from, to). fresh says that registers do not hold yet
// what all tiles load.
func (p *fusedProgram) tile(fr *frame, regs *registers, scalars []float32, from, to int, fresh bool) {
	for i := range p.loads {
		l := &p.loads[i]
		if l.still && !fresh {
			continue
		}
		s := &p.sources[l.source]
		switch data := fr.bufs[s.store].(type) {
		case []float32:
			if s.view.full(p.n) {
				regs.f[l.reg] = data[from:to]
			} else {
				spread(regs.f[l.reg], data, s.view, from)
			}
		case []bool:
			if s.view.full(p.n) {
				regs.b[l.reg] = data[from:to]
			} else {
				spread(regs.b[l.reg], data, s.view, from)
			}
		case []uint32:
			if l.floor > 0 {
				kernel.AtLeast(regs.b[l.reg], data[from:to], fr.bufs[p.sources[l.floor-1].store].([]uint32)[0])
				continue
			}
			loadAs(regs.f[l.reg], data, s.view, p.n, from)
		case []int32:
			loadAs(regs.f[l.reg], data, s.view, p.n, from)
		}
	}
	if len(p.execs) == 0 {
		if p.outBool {
			copy(fr.bufs[p.outStore].([]bool)[from:to], regs.b[p.out])
		} else {
			copy(fr.bufs[p.outStore].([]float32)[from:to], regs.f[p.out])
		}
		return
	}
	if p.outBool {
		regs.b[p.out] = fr.bufs[p.outStore].([]bool)[from:to]
	} else {
		regs.f[p.out] = fr.bufs[p.outStore].([]float32)[from:to]
	}
	for _, e := range p.execs {
		e(regs, scalars)
	}
}

func loadAs[T uint32 | int32](dst []float32, data []T, w view, n, from int) {
	if w.full(n) {
		kernel.Convert(dst, data[from:from+len(dst)])
		return
	}
	for k := range dst {
		dst[k] = float32(data[(from+k)/w.inner%w.len])
	}
}

// spread fills dst with elements from of a repeated operand.
func spread[T any](dst, data []T, w view, from int) {
	if w.len == 1 {
		fill(dst, data[0])
		return
	}
	if w.inner == 1 {
		if at := from % w.len; at != 0 {
			dst = dst[copy(dst, data[at:w.len]):]
		}
		for done := copy(dst, data[:w.len]); done < len(dst); done *= 2 {
			copy(dst[done:], dst[:done])
		}
		return
	}
	if f, ok := any(dst).([]float32); ok && from%w.inner == 0 && len(f)%w.inner == 0 {
		rows, at := len(f)/w.inner, from/w.inner%w.len
		for rows > 0 {
			n := min(rows, w.len-at)
			kernel.Repeat(f[:n*w.inner], any(data).([]float32)[at:at+n])
			f, rows, at = f[n*w.inner:], rows-n, 0
		}
		return
	}
	at, left := from/w.inner%w.len, w.inner-from%w.inner
	for len(dst) > 0 {
		n := min(left, len(dst))
		fill(dst[:n], data[at])
		dst = dst[n:]
		if at++; at == w.len {
			at = 0
		}
		left = w.inner
	}
}

func fill[T any](dst []T, v T) {
	if f, ok := any(dst).([]float32); ok && len(f) >= 16 {
		kernel.Fill(f, any(v).(float32))
		return
	}
	for i := range dst {
		dst[i] = v
	}
}
