package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// A loop computes a tile of elements at a time. Calling its instructions costs
// less for wide tiles, so that what they hand to one another may fill more than
// the first-level cache.
const (
	narrowest = 1024
	widest    = 4 * longestRow // of drawn words there are multiples of 4
	tileBytes = 64 << 10
	taskSize  = 16 << 10 // elements of a task
)

// bank is a set of registers of the same kind: numbers or truth values, one
// for every element of a tile or one for every row.
type bank uint8

const (
	numbers bank = iota
	truths
	rowNumbers
	rowTruths
	banks
)

// source is an input of a loop.
type source struct {
	store int
	view  view
	kind  dtypes.DType
}

// ref is an operand or result of an instruction: a register, or an input that
// is the same number everywhere.
type ref struct {
	reg    int
	bank   bank
	scalar int // index of a scalar source + 1; 0: a register
}

// instr is one operation on registers.
type instr struct {
	op  compute.OpType
	dst ref
	in  [4]ref
	sum ref // a second result, of expLess
}

// Operations that only loops know, with codes that no other operation has.
const (
	expand      compute.OpType = 1<<20 + iota // repeats the numbers of rows
	selectTimes                               // a product where a truth value holds, a number elsewhere
	addTimes                                  // a product plus a number
	expLess                                   // the exponential of numbers less one of their row, and the sums of the rows
	addRows                                   // a number plus one of its row
	subRows                                   // a number less one of its row
	mulRows                                   // a number times one of its row
	addMulRows                                // a number plus one of its row, times a number
	mulAddRows                                // a number times one of its row, plus a number
)

// load fills a register from an input.
type load struct {
	source int
	dst    ref
	// floor is the index + 1 of the source whose number the words are compared
	// with: the register gets whether they reach it. 0: none.
	floor int
	// drawn is set when the words are drawn: the source is the random state.
	drawn bool
	// coin, if any, is the least number of 16 bits that passes: drawn numbers
	// that are compared with one far from 0 and 1 need no more.
	coin uint16
	// still is set when all tiles load the same, and whole when the source is
	// read element by element.
	still, whole bool
	reg          int // index of dst
}

// output stores a register.
type output struct {
	store int
	src   ref
	copy  bool // no instruction computes the register: it is loaded
	drawn bool // comparing random words computes it
	reg   int  // index of src
}

// loopProgram is a cluster ready to run.
type loopProgram struct {
	n, row  int // elements of the loop and of a row; row 0: no rows
	grain   int // elements that a tile is a multiple of
	width   int // elements of a tile
	sources []source
	scalars []int // sources that are one number
	loads   []load
	code    []instr
	execs   []exec // of code
	outs    []output
	count   [banks]int // registers
}

// loopShape returns the shape that a node of a loop runs over.
func loopShape(n *node) shapes.Shape {
	if elementwise[n.op] || len(n.inputs) == 0 {
		return n.outputs[0].shape
	}
	return n.inputs[0].shape
}

// loopBuilder translates the nodes of a cluster.
type loopBuilder struct {
	c        *compiler
	known    map[int]float32 // numbers of scalars that are constants
	p        *loopProgram
	regs     map[*value]ref
	loaded   map[loadKey]ref
	expanded map[ref]ref
}

type loadKey struct {
	whose *value
	view  view
	rows  bool
}

func (b *loopBuilder) register(k bank) ref {
	b.p.count[k]++
	return ref{reg: b.p.count[k] - 1, bank: k}
}

// fused returns the step that runs a cluster.
func (c *compiler) fused(cl *cluster) step {
	b := &loopBuilder{
		c: c, p: &loopProgram{n: cl.n, row: c.rowOf(cl)}, regs: make(map[*value]ref), loaded: make(map[loadKey]ref), expanded: make(map[ref]ref), known: make(map[int]float32),
	}
	for _, n := range cl.nodes {
		b.node(n)
	}
	s := step{name: "loop"}
	for _, n := range cl.nodes {
		v := n.outputs[0]
		s.name += " " + n.op.String()
		if b.stays(v, cl) {
			out := output{store: c.store(v), src: b.regs[v], copy: true}
			for _, in := range b.p.code {
				out.copy = out.copy && in.dst != out.src
			}
			for _, l := range b.p.loads {
				if l.floor > 0 && l.dst == out.src {
					out.copy, out.drawn = false, true
				}
			}
			b.p.outs = append(b.p.outs, out)
			s.writes = append(s.writes, out.store)
		}
	}
	for _, src := range b.p.sources {
		s.reads = append(s.reads, src.store)
	}
	b.contract()
	s.inPlace = b.p.inPlace()
	b.p.allocate()
	b.p.layOut()
	s.run, s.spans = b.p.run, b.p
	return s
}

// rowOf returns the number of elements of a row of a loop: of those that it
// reduces, or for which it reads one number.
func (c *compiler) rowOf(cl *cluster) int {
	if cl.row > 0 {
		return cl.row
	}
	for _, n := range cl.nodes {
		for _, v := range n.inputs {
			whose, w, _ := c.view(v, loopShape(n))
			if whose.node.cluster != cl && whose.shape.DType == dtypes.Float32 && w.inner >= shortestRow && w.inner <= longestRow &&
				w.len > 1 && w.inner*w.len == cl.n {
				return w.inner
			}
		}
	}
	return 0
}

// stays reports whether a result is read outside of its cluster.
func (b *loopBuilder) stays(v *value, cl *cluster) bool {
	if b.c.isOut[v] || b.c.pinned[v] {
		return true
	}
	for _, u := range v.users {
		if u.cluster != cl {
			return true
		}
	}
	return false
}

// node adds the instructions of a node.
func (b *loopBuilder) node(n *node) {
	v := n.outputs[0]
	rows := b.p.row > 0 && size(v.shape)*b.p.row == b.p.n
	kind := numbers
	switch {
	case v.shape.DType == dtypes.Bool && rows:
		kind = rowTruths
	case v.shape.DType == dtypes.Bool:
		kind = truths
	case rows:
		kind = rowNumbers
	}
	if reaches(n) {
		b.regs[v] = b.reach(n, kind)
		return
	}
	if n.op == compute.OpTypeConvertDType && n.inputs[0].shape.DType != dtypes.Bool {
		b.regs[v] = b.operand(n.inputs[0], n) // loading converts
		return
	}
	in := instr{op: n.op}
	for k, x := range n.inputs {
		in.in[k] = b.operand(x, n)
	}
	in.dst = b.register(kind)
	b.regs[v] = in.dst
	b.p.code = append(b.p.code, in)
}

// operand returns the register that holds an input of a node.
func (b *loopBuilder) operand(v *value, at *node) ref {
	whose, w, _ := b.c.view(v, loopShape(at))
	space := spaceOf(at, b.p.n)
	rows := b.p.row > 0 && space*b.p.row == b.p.n
	if r, ok := b.regs[whose]; ok {
		if !rows && r.bank == rowNumbers {
			return b.spread(r)
		}
		return r
	}
	kind := whose.shape.DType
	byRow := !rows && b.p.row > 0 && w.inner == b.p.row && w.len*b.p.row == b.p.n && kind == dtypes.Float32
	if byRow {
		rows, w.inner = true, 1
	}
	key := loadKey{whose, w, rows}
	r, ok := b.loaded[key]
	if !ok {
		index := len(b.p.sources)
		b.p.sources = append(b.p.sources, source{store: b.c.store(whose), view: w, kind: kind})
		switch {
		case w.len == 1 && kind == dtypes.Float32:
			b.p.scalars = append(b.p.scalars, index)
			r = ref{scalar: len(b.p.scalars)}
			if s, ok := b.c.number(whose); ok {
				b.known[r.scalar] = s
			}
		default:
			k := numbers
			if kind == dtypes.Bool {
				k = truths
			}
			if rows {
				k += rowNumbers
			}
			r = b.register(k)
			b.p.loads = append(b.p.loads, load{source: index, dst: r})
		}
		b.loaded[key] = r
	}
	if byRow && r.scalar == 0 {
		return b.spread(r)
	}
	return r
}

// spread returns a register that repeats the numbers of rows.
func (b *loopBuilder) spread(r ref) ref {
	out, ok := b.expanded[r]
	if !ok {
		out = b.register(numbers)
		b.p.code = append(b.p.code, instr{op: expand, dst: out, in: [4]ref{r}})
		b.expanded[r] = out
	}
	return out
}

// reaches reports whether a node compares random words with one number, as
// dropout does.
func reaches(n *node) bool {
	return n.op == compute.OpTypeGreaterOrEqual && n.inputs[0].shape.DType == dtypes.Uint32 &&
		size(n.inputs[1].shape) == 1 && size(n.inputs[0].shape) == size(n.outputs[0].shape)
}

// reach adds the load that carries out such a comparison.
func (b *loopBuilder) reach(n *node, k bank) ref {
	words, limit := b.c.root(n.inputs[0]), b.c.root(n.inputs[1])
	r := b.register(k)
	l := load{source: len(b.p.sources), dst: r, floor: len(b.p.sources) + 2}
	from := words
	if words.node.drawn {
		l.drawn = true
		if k == truths {
			l.coin = coin(limit.node)
		}
		from = b.c.root(words.node.inputs[0])
	}
	b.p.sources = append(b.p.sources,
		source{store: b.c.store(from), view: view{len: size(words.shape), inner: 1}, kind: dtypes.Uint32},
		source{store: b.c.store(limit), view: view{len: 1, inner: 1}, kind: dtypes.Uint32})
	b.p.loads = append(b.p.loads, l)
	return r
}

// coin returns the least number of 16 bits that stands for the least word of
// a comparison of drawn words, 0 for none: the probability moves by 2^-17 at
// most.
func coin(least *node) uint16 {
	const rare = 1 << 10 // of 2^16: less likely events keep all bits
	words, ok := least.data.([]uint32)
	if !ok {
		return 0
	}
	if half := (uint64(words[0]) + 1<<15) >> 16; half >= rare && half <= 1<<16-rare {
		return uint16(half)
	}
	return 0
}

// inPlace returns the stores that the first output may overwrite: those that
// are read element by element and no longer once an output is written.
func (p *loopProgram) inPlace() []int {
	written := len(p.code)
	for i, in := range p.code {
		for _, out := range p.outs {
			if (in.dst == out.src || in.op == expLess && in.sum == out.src) && !out.copy {
				written = min(written, i)
			}
		}
	}
	last := p.byRegister()
	for i := range p.code {
		for _, r := range p.code[i].operands() {
			if r.scalar == 0 {
				*last.at(r) = i
			}
		}
	}
	partial := make(map[int]bool)
	for _, s := range p.sources {
		partial[s.store] = partial[s.store] || !s.view.full(p.n) || s.kind == dtypes.Uint32 || s.kind == dtypes.Int32
	}
	drawn := false // truth values are written while inputs are loaded
	for _, out := range p.outs {
		if out.copy {
			return nil
		}
		drawn = drawn || out.drawn
	}
	var stores []int
	for _, l := range p.loads {
		s := p.sources[l.source]
		if l.floor == 0 && !partial[s.store] && *last.at(l.dst) <= written && (l.dst.bank == numbers || l.dst.bank == truths && !drawn) {
			stores = append(stores, s.store)
		}
	}
	return stores
}
