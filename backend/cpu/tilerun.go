package cpu

import (
	"sync"

	"github.com/gomlx/compute/dtypes"

	"cggm/backend/cpu/internal/kernel"
)

// layOut chooses the width of a tile, whole rows of a size with which repeated
// operands repeat, and prepares the instructions.
func (p *loopProgram) layOut() {
	for i := range p.loads {
		l, n := &p.loads[i], p.n
		if l.dst.bank >= rowNumbers {
			n /= p.row
		}
		l.reg, l.whole = p.index(l.dst), p.sources[l.source].view.full(n)
	}
	for i := range p.outs {
		p.outs[i].reg = p.index(p.outs[i].src)
	}
	most := p.fitting()
	unit := max(p.row, 1)
	for _, l := range p.loads {
		if l.drawn && l.coin == 0 {
			unit = lcm(unit, 4)
		}
	}
	period := unit
	for _, l := range p.loads {
		w := p.sources[l.source].view
		switch {
		case l.floor > 0 || w.len == 1 || l.whole:
		case l.dst.bank >= rowNumbers:
			period = 1 << 30 // a repeated operand of rows: seldom, and loaded anew
		case w.inner == 1:
			period = lcm(period, w.len)
		default:
			period = lcm(period, w.inner)
		}
	}
	if period <= most {
		unit = period
		for i, l := range p.loads {
			w := p.sources[l.source].view
			p.loads[i].still = l.floor == 0 && !l.whole && (w.len == 1 || w.inner == 1)
		}
	}
	p.grain = unit
	p.width = min(max(most/unit, 1)*unit, p.n)
	for i := range p.code {
		p.execs = append(p.execs, p.compile(p.code[i]))
	}
}

// fitting returns the number of elements whose registers that are written or
// read more than once fill tileBytes.
func (p *loopProgram) fitting() int {
	touched := p.byRegister()
	for _, l := range p.loads {
		if !l.whole || l.floor > 0 || l.coin > 0 {
			*touched.at(l.dst)++
		}
	}
	for i := range p.code {
		in := &p.code[i]
		*touched.at(in.dst)++
		for _, r := range in.operands() {
			if r.scalar == 0 {
				*touched.at(r)++
			}
		}
	}
	twice := func(k bank) (count int) {
		for _, times := range touched[k] {
			if times > 1 {
				count++
			}
		}
		return count
	}
	bytes := 4*twice(numbers) + twice(truths)
	return min(max(tileBytes/max(bytes, 1), narrowest), widest)
}

func lcm(a, b int) int {
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return min(a/x*b, 1<<30)
}

// numbers returns the sources that are one number.
func (p *loopProgram) numbers(fr *frame, into []float32) []float32 {
	for _, s := range p.scalars {
		into = append(into, fr.bufs[p.sources[s].store].([]float32)[0])
	}
	return into
}

// products implements spanning.
func (p *loopProgram) products() int { return 0 }

func (p *loopProgram) unit() int { return p.grain }

func (p *loopProgram) together() int { return 1 }

func (p *loopProgram) straightIn(store, count int) bool {
	if p.n%count != 0 || p.n/count%max(p.row, 1) != 0 {
		return false
	}
	for _, l := range p.loads {
		if s := p.sources[l.source]; s.store == store && (!l.whole || l.dst.bank >= rowNumbers || l.floor > 0 || s.kind != dtypes.Float32) {
			return false
		}
	}
	for _, s := range p.scalars {
		if p.sources[s].store == store {
			return false
		}
	}
	for _, out := range p.outs {
		if out.store == store && (out.copy || out.src.bank != numbers) {
			return false
		}
	}
	return true
}

func (p *loopProgram) span(fr *frame, from, to, count int) {
	var few [8]float32
	p.task(fr, p.numbers(fr, few[:0]), p.n/count*from, p.n/count*to)
}

// run computes the loop.
func (p *loopProgram) run(fr *frame) error {
	var few [8]float32
	scalars := p.numbers(fr, few[:0])
	size := max(taskSize/p.width, 1) * p.width
	if p.n <= size || fr.workers == nil {
		p.task(fr, scalars, 0, p.n)
		return nil
	}
	fr.parallel((p.n+size-1)/size, func(t int) {
		p.task(fr, scalars, t*size, min((t+1)*size, p.n))
	})
	return nil
}

// task computes elements [from, to), where a tile may begin.
func (p *loopProgram) task(fr *frame, scalars []float32, from, to int) {
	work := workspaces.Get().(*workspace)
	work.shape(p, p.width)
	for at := from; at < to; at += p.width {
		end, fresh := min(at+p.width, to), at == from
		if end-at < p.width {
			work.shape(p, end-at)
			fresh = true
		}
		p.tile(fr, work, scalars, at, end, fresh)
	}
	workspaces.Put(work)
}

// registers are those of a tile; some stand for memory. Those of rows follow
// those of elements.
type registers struct {
	f [][]float32
	b [][]bool
}

// workspace is the memory of registers. Programs take turns with it, so that
// it stays in the cache.
type workspace struct {
	registers
	floats [][]float32
	bools  [][]bool
	words  []uint32
}

var workspaces = sync.Pool{New: func() any { return &workspace{} }}

// shape makes registers of tiles of the given width for a program.
func (w *workspace) shape(p *loopProgram, width int) {
	rows := width
	if p.row > 0 {
		rows /= p.row
	}
	for len(w.f) < p.count[numbers]+p.count[rowNumbers] {
		w.floats, w.f = append(w.floats, make([]float32, widest)), append(w.f, nil)
	}
	for len(w.b) < p.count[truths]+p.count[rowTruths] {
		w.bools, w.b = append(w.bools, make([]bool, widest)), append(w.b, nil)
	}
	for i := range p.count[numbers] {
		w.f[i] = w.floats[i][:width]
	}
	for i := range p.count[rowNumbers] {
		at := p.count[numbers] + i
		w.f[at] = w.floats[at][:rows]
	}
	for i := range p.count[truths] {
		w.b[i] = w.bools[i][:width]
	}
	for i := range p.count[rowTruths] {
		at := p.count[truths] + i
		w.b[at] = w.bools[at][:rows]
	}
}

// index returns the place of a register among those of its type.
func (p *loopProgram) index(r ref) int {
	switch r.bank {
	case rowNumbers:
		return p.count[numbers] + r.reg
	case rowTruths:
		return p.count[truths] + r.reg
	default:
		return r.reg
	}
}

// tile computes elements [from, to). fresh says that registers do not hold yet
// what all tiles load.
func (p *loopProgram) tile(fr *frame, w *workspace, scalars []float32, from, to int, fresh bool) {
	rowFrom, rowTo := from, to
	if p.row > 0 {
		rowFrom, rowTo = from/p.row, to/p.row
	}
	for i := range p.outs {
		out := &p.outs[i]
		if out.copy {
			continue
		}
		lo, hi := from, to
		if out.src.bank >= rowNumbers {
			lo, hi = rowFrom, rowTo
		}
		switch data := fr.bufs[out.store].(type) {
		case []float32:
			shift := fr.shift[out.store]
			w.f[out.reg] = data[lo-shift : hi-shift]
		case []bool:
			w.b[out.reg] = data[lo:hi]
		}
	}
	for i := range p.loads {
		l := &p.loads[i]
		if l.still && !fresh {
			continue
		}
		lo, hi := from, to
		if l.dst.bank >= rowNumbers {
			lo, hi = rowFrom, rowTo
		}
		p.load(fr, w, l, lo, hi)
	}
	for _, e := range p.execs {
		e(&w.registers, scalars)
	}
	for i := range p.outs {
		out := &p.outs[i]
		if !out.copy {
			continue
		}
		lo, hi := from, to
		if out.src.bank >= rowNumbers {
			lo, hi = rowFrom, rowTo
		}
		switch data := fr.bufs[out.store].(type) {
		case []float32:
			copy(data[lo:hi], w.f[out.reg])
		case []bool:
			copy(data[lo:hi], w.b[out.reg])
		}
	}
}

// load fills the register of a load with elements, or rows, [from, to).
func (p *loopProgram) load(fr *frame, w *workspace, l *load, from, to int) {
	s := &p.sources[l.source]
	switch data := fr.bufs[s.store].(type) {
	case []float32:
		if l.whole {
			shift := fr.shift[s.store]
			w.f[l.reg] = data[from-shift : to-shift]
		} else {
			spread(w.f[l.reg], data, s.view, from)
		}
	case []bool:
		if l.whole {
			w.b[l.reg] = data[from:to]
		} else {
			spread(w.b[l.reg], data, s.view, from)
		}
	case []uint64:
		if l.coin > 0 {
			kernel.Coins(w.b[l.reg], data[0], [2]uint64{data[1], data[2]}, uint64(fr.block*p.n+from), l.coin)
			return
		}
		if len(w.words) < to-from {
			w.words = make([]uint32, widest)
		}
		words, n := w.words[:to-from], p.n
		if l.dst.bank >= rowNumbers {
			n /= p.row
		}
		kernel.Philox(words, data[0], advance([2]uint64{data[1], data[2]}, uint64((fr.block*n+from)/4)))
		kernel.AtLeast(w.b[l.reg], words, fr.bufs[p.sources[l.floor-1].store].([]uint32)[0])
	case []uint32:
		if l.floor > 0 {
			kernel.AtLeast(w.b[l.reg], data[from:to], fr.bufs[p.sources[l.floor-1].store].([]uint32)[0])
			return
		}
		loadAs(w.f[l.reg], data, s.view, l.whole, from)
	case []int32:
		loadAs(w.f[l.reg], data, s.view, l.whole, from)
	}
}

func loadAs[T uint32 | int32](dst []float32, data []T, w view, whole bool, from int) {
	if whole {
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
