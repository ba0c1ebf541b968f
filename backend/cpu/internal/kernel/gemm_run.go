package kernel

// The blocking of the matrix product follows Van Zee and van de Geijn, "BLIS: a framework for rapidly instantiating BLAS
// functionality", ACM TOMS 41(3), 2015, with two simplifications: B is packed as a whole before the products begin, and
// small factors are read where they lie.
const (
	gemmDepth   = 512     // length of a run of sums: a panel of B is then at most 64 KiB, a tile of A 24 KiB
	gemmTask    = 1 << 20 // multiplications a task should hold at least
	gemmRows    = 144     // most rows of a packed block of A, which then fills 288 KiB of the second cache
	gemmDirectB = 1 << 15 // most elements of B, counted with the gaps of its stride, to be read without packing
	gemmDense   = 1 << 12 // most elements of a transposed B to be packed as it is, not in panels
	gemmNarrow  = 160     // most columns of C for A to be read without packing
)

// gemmRun is one call of Gemm cut into tasks.
type gemmRun struct {
	*GemmArgs
	geometry
	packA, packB         bool
	dense                bool  // the packed right factor is one matrix, not panels: it is small
	chunks               []int // first columns of the panels of B, and N
	back                 int   // columns by which the last panel reaches back over the one before it
	rowBlocks, colBlocks int   // pieces of one product
	group                int   // products in a task, when they are not cut

	// fillA and fillB, when not nil, write a packed tile of rows of A, or a packed panel of B, of product n: element (i, p) or
	// (p, j) goes to dst[p*rows+i] or dst[p*width+j]. They stand for matrices that exist nowhere else.
	fillA func(dst []float32, n, i, rows, k0, depth int)
	fillB func(dst []float32, n, k0, depth, j, width int)
	// cAt, when not nil, returns where product n begins in C.
	cAt func(n int) int

	// left holds the packed rows of a left factor that all products share, or nil; right the packed right factors of all
	// products if upFront says so.
	left, right []float32
	upFront     bool
}

// cut makes r the run of a call. It keeps the memory of r's chunks.
func (r *gemmRun) cut(g *GemmArgs) {
	*r = gemmRun{GemmArgs: g, geometry: currentGeometry(), chunks: r.chunks[:0]}
	r.packA = g.N > gemmNarrow && g.M > 2*r.tall && g.K > 64
	r.chunks = r.panels(r.chunks, g.N, g.N > gemmNarrow)
	direct := g.BCol == 1 && (g.M <= 2*r.tall || g.K*g.BRow <= gemmDirectB)
	r.packB = !direct
	r.dense = r.packB && g.BRow == 1 && g.K <= gemmDepth && g.K*g.N <= gemmDense
	work := g.M * g.N * g.K
	if work < gemmTask && g.Batch > 1 {
		r.rowBlocks, r.colBlocks, r.group = 1, 1, max(1, gemmTask/max(work, 1))
		r.reachBack()
		return
	}
	r.group = 1
	tasks := (work + gemmTask - 1) / gemmTask
	r.rowBlocks = max(1, min(tasks, g.M/(2*r.tall)))
	if r.packA {
		// Wide blocks read A once; only their number of rows is bounded.
		r.rowBlocks = max(min(r.rowBlocks, 16), (g.M+gemmRows-1)/gemmRows)
	}
	if r.rowBlocks > 3 {
		r.rowBlocks = (r.rowBlocks + 3) &^ 3
	}
	r.colBlocks = max(1, min(tasks/r.rowBlocks, len(r.chunks)-1))
	if r.rowBlocks >= 8 {
		r.colBlocks = 1
	}
	r.reachBack()
}

// reachBack widens the last panel to whole half vectors, where masked stores are slow: it computes columns of the panel
// before it once more. Those must not be added up, nor be the work of another task.
func (r *gemmRun) reachBack() {
	last := r.chunks[len(r.chunks)-2]
	width := (r.N - last + 7) &^ 7
	if active == levelAVX2 && width > r.N-last && width <= r.N && !r.packA && !r.Accumulate && r.K <= gemmDepth &&
		r.colBlocks == 1 {
		r.back = last + width - r.N
	}
}

// panel returns the first column and the width of a panel.
func (r *gemmRun) panel(chunk int) (j, width int) {
	j, end := r.chunks[chunk], r.chunks[chunk+1]
	if end == r.N {
		j -= r.back
	}
	return j, end - j
}

// packedSize returns the number of elements of a packed right factor.
func (r *gemmRun) packedSize() int { return r.K * (r.N + r.back) }

// newFilledRun returns a run with a factor that is made on the fly. All products share the other one, if it is a matrix.
func newFilledRun(g *GemmArgs) *gemmRun {
	r := &gemmRun{GemmArgs: g, geometry: currentGeometry(), packA: true, packB: true, group: 1}
	r.chunks = r.panels(nil, g.N, true)
	return r
}

func (r *gemmRun) do(p Parallel) {
	pieces := r.rowBlocks * r.colBlocks
	r.upFront = r.packB && r.fillB == nil && (pieces > 1 || r.BStride == 0)
	if r.upFront {
		b := r.packAll(p)
		defer putScratch(b)
		r.right = b.data
	}
	if r.fillB != nil && r.fillA == nil {
		a := r.packAllRows(p)
		defer putScratch(a)
		r.left = a.data
	}
	count := (r.Batch + r.group - 1) / r.group * pieces
	if p == nil || count == 1 {
		// Handing over the method would make garbage of every small product.
		for task := range count {
			r.task(task)
		}
		return
	}
	p(count, r.task)
}

// task computes one task of a run whose shared factors are packed.
func (r *gemmRun) task(task int) {
	pieces, panels := r.rowBlocks*r.colBlocks, len(r.chunks)-1
	first, piece := task/pieces*r.group, task%pieces
	row, col := piece/r.colBlocks, piece%r.colBlocks
	w := gemmBlock{
		gemmRun: r, i0: r.M * row / r.rowBlocks, i1: r.M * (row + 1) / r.rowBlocks,
		lo: panels * col / r.colBlocks, hi: panels * (col + 1) / r.colBlocks, rows: r.left,
	}
	if w.i0 == w.i1 || w.lo == w.hi {
		return
	}
	var own *scratch
	if r.packB && !r.upFront && r.fillB == nil {
		own = getScratch(r.packedSize())
		defer putScratch(own)
	}
	for w.n = first; w.n < min(first+r.group, r.Batch); w.n++ {
		switch {
		case own != nil:
			r.pack(own.data, w.n, 0, panels)
			w.panels = own.data
		case r.upFront && r.BStride > 0:
			w.panels = r.right[w.n*r.packedSize():]
		default:
			w.panels = r.right
		}
		w.do()
	}
}

// packAll packs the right factors of all products.
func (r *gemmRun) packAll(p Parallel) *scratch {
	batch := r.Batch
	if r.BStride == 0 {
		batch = 1
	}
	size, panels := r.packedSize(), len(r.chunks)-1
	s := getScratch(batch * size)
	parts := max(1, min(panels, size>>16))
	p.run(batch*parts, func(i int) {
		n, part := i/parts, i%parts
		r.pack(s.data[n*size:], n, panels*part/parts, panels*(part+1)/parts)
	})
	return s
}

// pack packs chunks [lo, hi) of the right factor of product n.
func (r *gemmRun) pack(dst []float32, n, lo, hi int) {
	b := r.B[n*r.BStride:]
	if r.dense {
		j, end := r.chunks[lo], r.chunks[hi]
		Transpose2D(dst[j:], b[j*r.BCol:], end-j, r.K, r.N, r.BCol)
		return
	}
	if last := len(r.chunks) - 2; r.back > 0 && hi > last {
		j, width := r.panel(last)
		packLines(dst[r.K*r.chunks[last]:][:r.K*width], b[j*r.BCol:], width, r.K, r.BCol, r.BRow)
		hi = last
	}
	packPanels(dst, b, r.K, r.N, r.BRow, r.BCol, r.chunks, lo, hi)
}

// packAllRows packs the left factor that all products share, run of k after run.
func (r *gemmRun) packAllRows(p Parallel) *scratch {
	s := getScratch(r.M * r.K)
	p.run((r.K+gemmDepth-1)/gemmDepth, func(i int) {
		k0 := i * gemmDepth
		r.packRows(s.data[k0*r.M:], 0, 0, r.M, k0, min(gemmDepth, r.K-k0))
	})
	return s
}

// packRows packs rows [i0, i1) of the left factor of product n and columns [k0, k0+depth) tile after tile, each tile column
// after column.
func (r *gemmRun) packRows(dst []float32, n, i0, i1, k0, depth int) {
	tiles, taller, rows := split(i1-i0, r.tall)
	i := i0
	for tile := range tiles {
		if tile == taller {
			rows--
		}
		to := dst[(i-i0)*depth : (i-i0+rows)*depth]
		if r.fillA != nil {
			r.fillA(to, n, i, rows, k0, depth)
		} else if depth > 0 {
			packLines(to, r.A[n*r.AStride+i*r.ARow+k0*r.ACol:], rows, depth, r.ARow, r.ACol)
		}
		i += rows
	}
}
