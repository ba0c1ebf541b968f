package kernel

// The blocking of the matrix product follows Van Zee and van de Geijn, "BLIS: a framework for rapidly instantiating BLAS
// functionality", ACM TOMS 41(3), 2015, with two simplifications: B is packed as a whole before the products begin, and
// small factors are read where they lie.
const (
	gemmDepth   = 256     // length of a run of sums: one panel of B is then at most 48 KiB
	gemmTask    = 1 << 20 // multiplications a task should hold at least
	gemmRows    = 144     // most rows of a packed block of A, which then fills 144 KiB of the second cache
	gemmDirectB = 1 << 15 // most elements of B, counted with the gaps of its stride, to be read without packing
	gemmNarrow  = 128     // most columns of C for A to be read without packing
)

// gemmRun is one call of Gemm cut into tasks.
type gemmRun struct {
	*GemmArgs
	geometry
	packed               *PackedB
	packA, packB         bool
	chunks               []int // first columns of the panels of B, and N
	rowBlocks, colBlocks int   // pieces of one product
	group                int   // products in a task, when they are not cut
}

func newGemmRun(g *GemmArgs, b *PackedB) *gemmRun {
	r := &gemmRun{GemmArgs: g, geometry: currentGeometry(), packed: b}
	r.chunks = r.panels(g.N)
	r.packA = g.N > gemmNarrow && g.M > 2*r.tall && g.K > 64
	direct := g.BCol == 1 && (g.M <= 2*r.tall || g.K*g.BRow <= gemmDirectB)
	r.packB = b == nil && !direct
	work := g.M * g.N * g.K
	if work < gemmTask && g.Batch > 1 {
		r.rowBlocks, r.colBlocks, r.group = 1, 1, max(1, gemmTask/max(work, 1))
		return r
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
	return r
}

func (r *gemmRun) do(p Parallel) {
	pieces := r.rowBlocks * r.colBlocks
	upFront := r.packB && (pieces > 1 || r.BStride == 0)
	var b *scratch
	if upFront {
		b = r.packAll(p)
		defer putScratch(b)
	}
	tasks := (r.Batch + r.group - 1) / r.group
	p.run(tasks*pieces, func(task int) {
		var own *scratch
		if r.packB && !upFront {
			own = getScratch(r.K * r.N)
			defer putScratch(own)
		}
		first := task / pieces * r.group
		piece := task % pieces
		row, col := piece/r.colBlocks, piece%r.colBlocks
		for n := first; n < min(first+r.group, r.Batch); n++ {
			var panels []float32
			switch {
			case r.packed != nil:
				panels = r.packed.b
			case upFront && r.BStride == 0:
				panels = b.data
			case upFront:
				panels = b.data[n*r.K*r.N:]
			case own != nil:
				r.pack(own.data, n, 0, len(r.chunks)-1)
				panels = own.data
			}
			r.block(n, r.M*row/r.rowBlocks, r.M*(row+1)/r.rowBlocks, (len(r.chunks)-1)*col/r.colBlocks,
				(len(r.chunks)-1)*(col+1)/r.colBlocks, panels)
		}
	})
}

// packAll packs the right factors of all products.
func (r *gemmRun) packAll(p Parallel) *scratch {
	batch := r.Batch
	if r.BStride == 0 {
		batch = 1
	}
	size := r.K * r.N
	s := getScratch(batch * size)
	parts := max(1, min(len(r.chunks)-1, size>>16))
	p.run(batch*parts, func(i int) {
		n, part := i/parts, i%parts
		r.pack(s.data[n*size:], n, (len(r.chunks)-1)*part/parts, (len(r.chunks)-1)*(part+1)/parts)
	})
	return s
}

// pack packs chunks [lo, hi) of the right factor of product n.
func (r *gemmRun) pack(dst []float32, n, lo, hi int) {
	packPanels(dst, r.B[n*r.BStride:], r.K, r.N, r.BRow, r.BCol, r.chunks, lo, hi)
}

// block computes rows [i0, i1) of the chunks [lo, hi) of product n. panels holds the packed right factor, or is nil.
func (r *gemmRun) block(n, i0, i1, lo, hi int, panels []float32) {
	if i0 == i1 || lo == hi {
		return
	}
	a := r.A[n*r.AStride:]
	c := r.C[n*r.CStride:]
	var own *scratch
	if r.packA {
		own = getScratch((i1 - i0) * min(r.K, gemmDepth))
		defer putScratch(own)
	}
	lateBias := r.BiasCol != nil && r.Accumulate
	lateReLU := r.ReLU && (lateBias || r.BiasRow != nil)
	for k0 := 0; k0 == 0 || k0 < r.K; k0 += gemmDepth {
		depth := min(gemmDepth, r.K-k0)
		if r.packA {
			r.packRows(own.data, a, i0, i1, k0, depth)
		}
		for chunk := lo; chunk < hi; chunk++ {
			j, width := r.chunks[chunk], r.chunks[chunk+1]-r.chunks[chunk]
			t := tileArgs{k: depth, width: width, ldc: r.LDC, relu: r.ReLU && !lateReLU && k0+depth == r.K}
			switch {
			case panels != nil:
				t.b, t.bks = panels[k0*r.N+depth*j:], width
			case depth > 0:
				t.b, t.bks = r.B[n*r.BStride+k0*r.BRow+j:], r.BRow
			}
			tall := r.tall
			if !r.packA {
				tall = r.height(width)
			}
			tiles := (i1 - i0 + tall - 1) / tall
			for tile := range tiles {
				i := i0 + (i1-i0)*tile/tiles
				t.rows = i0 + (i1-i0)*(tile+1)/tiles - i
				if r.packA {
					t.a, t.ars, t.aks = own.data[(i-i0)*depth:], 1, t.rows
				} else if depth > 0 {
					t.a, t.ars, t.aks = a[i*r.ARow+k0*r.ACol:], r.ARow, r.ACol
				}
				t.c = c[i*r.LDC+j:]
				switch {
				case k0 > 0 || r.Accumulate:
					t.init, t.irs = t.c, r.LDC
				case r.BiasCol != nil:
					t.init, t.irs = r.BiasCol[j:], 0
				}
				t.run()
			}
		}
	}
	r.finish(n, i0, i1, r.chunks[lo], r.chunks[hi], lateBias, lateReLU)
}

// packRows packs rows [i0, i1) of a and columns [k0, k0+depth) tile after tile, each tile column after column.
func (r *gemmRun) packRows(dst, a []float32, i0, i1, k0, depth int) {
	tiles := (i1 - i0 + r.tall - 1) / r.tall
	for tile := range tiles {
		i := i0 + (i1-i0)*tile/tiles
		rows := i0 + (i1-i0)*(tile+1)/tiles - i
		packLines(dst[(i-i0)*depth:(i-i0+rows)*depth], a[i*r.ARow+k0*r.ACol:], rows, depth, r.ARow, r.ACol)
	}
}
