package kernel

// patches makes pieces of the matrix whose rows are the output positions of all images, in order of image, row and column,
// and whose columns are the taps of the kernel times the input channels, channels fastest.
type patches struct {
	*sampling
	height, width int // output positions of an image
}

// line is a run of positions in one row of the output that meet one tap.
type line struct {
	at     int // first position, counted from the start of the piece
	from   int // input element of channel 0 it meets, when hi > lo
	lo, hi int // positions that meet the input, counted like at
	n      int // positions
}

// lines calls do for each run of the count positions from first.
func (m *patches) lines(first, count int, vertical, horizontal tap, do func(l line)) {
	for done := 0; done < count; {
		position := first + done
		q := position % m.width
		row := position / m.width
		image, r := row/m.height, row%m.height
		n := min(m.width-q, count-done)
		l := line{at: done, lo: done, hi: done, n: n}
		if ih := r*m.h.stride + vertical.offset; ih >= 0 && ih < m.inH {
			lo, hi := m.w.inside(horizontal, q, q+n, m.inW)
			if hi > lo {
				l.lo, l.hi = done+lo-q, done+hi-q
				l.from = m.inAt + image*m.inL.N + ih*m.inL.H + (lo*m.w.stride+horizontal.offset)*m.inL.W
			}
		}
		do(l)
		done += n
	}
}

// taps calls do for each tap among the columns [k0, k0+depth) with the channels [c0, c1) of it they hold and the first of
// these columns, counted from k0.
func (m *patches) taps(k0, depth int, do func(vertical, horizontal tap, c0, c1, at int)) {
	across := len(m.w.taps)
	for k := k0; k < k0+depth; {
		t, c := k/m.inC, k%m.inC
		n := min(m.inC-c, k0+depth-k)
		do(m.h.taps[t/across], m.w.taps[t%across], c, c+n, k-k0)
		k += n
	}
}

// piece sets dst[p*count+i] to the element of row first+i and column k0+p.
func (m *patches) piece(dst []float32, first, count, k0, depth int) {
	step := m.w.stride * m.inL.W
	m.taps(k0, depth, func(vertical, horizontal tap, c0, c1, at int) {
		m.lines(first, count, vertical, horizontal, func(l line) {
			if l.hi-l.lo < l.n {
				for p := at; p < at+c1-c0; p++ {
					clear(dst[p*count+l.at : p*count+l.lo])
					clear(dst[p*count+l.hi : p*count+l.at+l.n])
				}
			}
			n := l.hi - l.lo
			if n == 0 {
				return
			}
			to, from := dst[at*count+l.lo:], m.in[l.from+c0*m.inL.C:]
			if m.inL.C == 1 {
				Transpose2D(to, from, n, c1-c0, count, step)
				return
			}
			for c := range c1 - c0 {
				gather(to[c*count:c*count+n], from[c*m.inL.C:], step)
			}
		})
	})
}

// gather sets dst[i] = src[i*step].
func gather(dst, src []float32, step int) {
	if step == 1 {
		copy(dst, src)
		return
	}
	for i := range dst {
		dst[i] = src[i*step]
	}
}
