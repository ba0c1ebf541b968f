package kernel

// convColumns is the number of positions a task takes when they are the columns of the product.
const convColumns = 256

// correlation is one group of a convolution, or of its gradient with respect to the input: both are matrix products of a
// matrix of patches, made block by block, with the kernel.
type correlation struct {
	batch, inC, outC     int
	inH, inW, outH, outW int
	in, out, ker         []float32
	inAt, outAt, kerAt   int // where the group begins
	inL, outL, kerL      Layout4
	rows, cols           axis
}

func (c *correlation) run(p Parallel) {
	if c.batch == 0 || c.outC == 0 {
		return
	}
	for _, h := range c.rows.phases() {
		for _, w := range c.cols.phases() {
			s := sampling{correlation: c, h: h, w: w}
			s.run(p)
		}
	}
}

// sampling is the part of a correlation whose outputs all meet the same taps.
type sampling struct {
	*correlation
	h, w phase
}

func (s *sampling) depth() int { return len(s.h.taps) * len(s.w.taps) * s.inC }

func (s *sampling) run(p Parallel) {
	weights := getScratch(s.depth() * s.outC)
	defer putScratch(weights)
	s.weights(p, weights.data)
	at := s.outAt + s.h.first*s.outL.H + s.w.first*s.outL.W
	row, image := s.h.step*s.outL.H, s.outL.N
	line := s.w.step * s.outL.W
	switch {
	case s.outL.C == 1 || s.outC == 1:
		s.channelsLast(p, weights.data, s.out, at, image, row, line)
	case line == 1:
		s.channelsFirst(p, weights.data, s.out, at, image, s.outL.C, row)
	default:
		// No axis of the result is contiguous: compute it apart and copy it to its place.
		n, plane := s.batch, s.h.count*s.w.count
		apart := getScratch(n * plane * s.outC)
		defer putScratch(apart)
		s.channelsLast(p, weights.data, apart.data, 0, plane*s.outC, s.w.count*s.outC, s.outC)
		p.run(n, func(i int) {
			CopyStrided(s.out, at+i*image, []int{s.outL.C, row, line}, apart.data, i*plane*s.outC,
				[]int{1, s.w.count * s.outC, s.outC}, []int{s.outC, s.h.count, s.w.count})
		})
	}
}

// weights writes the kernel as a matrix [taps*inC, outC].
func (s *sampling) weights(p Parallel, dst []float32) {
	across := len(s.w.taps)
	p.run(len(s.h.taps)*across, func(t int) {
		kh, kw := s.h.taps[t/across].index, s.w.taps[t%across].index
		CopyStrided(dst, t*s.inC*s.outC, []int{s.outC, 1}, s.ker, s.kerAt+kh*s.kerL.H+kw*s.kerL.W,
			[]int{s.kerL.C, s.kerL.N}, []int{s.inC, s.outC})
	})
}

// channelsLast computes positions times channels. row and line are the strides of the result's rows and positions.
func (s *sampling) channelsLast(p Parallel, weights, out []float32, at, image, row, line int) {
	patches := patches{s, s.h.count, s.w.count}
	g := GemmArgs{
		M: s.batch * s.h.count * s.w.count, N: s.outC, K: s.depth(), Batch: 1, B: weights, BRow: s.outC, BCol: 1, C: out, LDC: line,
	}
	cAt := func(int) int { return at }
	dense := (row == s.w.count*line || s.h.count == 1) && (image == s.h.count*s.w.count*line || s.batch == 1)
	if !dense {
		// One product for each row of the result.
		g.M, g.Batch = s.w.count, s.batch*s.h.count
		cAt = func(n int) int { return at + n/s.h.count*image + n%s.h.count*row }
	}
	r := newFilledRun(&g)
	r.cAt = cAt
	r.rowBlocks = (g.M + gemmRows - 1) / gemmRows
	r.colBlocks = 1
	if g.Batch > 1 {
		r.group = max(1, gemmTask/max(1, g.M*g.N*g.K))
	}
	width := g.M
	r.fillA = func(dst []float32, n, i, rows, k0, depth int) { patches.piece(dst, n*width+i, rows, k0, depth) }
	r.do(p)
}

// channelsFirst computes channels times positions, which must be contiguous within rows of the result.
func (s *sampling) channelsFirst(p Parallel, weights, out []float32, at, image, channel, row int) {
	patches := patches{s, s.h.count, s.w.count}
	g := GemmArgs{
		M: s.outC, N: s.h.count * s.w.count, K: s.depth(), Batch: s.batch, A: weights, ARow: 1, ACol: s.outC, C: out, LDC: channel,
	}
	cAt := func(n int) int { return at + n*image }
	if row != s.w.count && s.h.count > 1 {
		g.N, g.Batch = s.w.count, s.batch*s.h.count
		cAt = func(n int) int { return at + n/s.h.count*image + n%s.h.count*row }
	}
	r := newFilledRun(&g)
	r.cAt = cAt
	r.rowBlocks = 1
	r.colBlocks = (g.N + convColumns - 1) / convColumns
	width := g.N
	r.fillB = func(dst []float32, n, k0, depth, j, count int) { patches.piece(dst, n*width+j, count, k0, depth) }
	r.do(p)
}
