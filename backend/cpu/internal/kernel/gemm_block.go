package kernel

// gemmBlock is the work of one task: rows [i0, i1) and panels [lo, hi) of product n.
type gemmBlock struct {
	*gemmRun
	n, i0, i1, lo, hi int
	rows              []float32 // the packed left factor of all products, or nil
	panels            []float32 // the packed right factor, or nil
}

func (w *gemmBlock) do() {
	var ownA, ownB *scratch
	if w.packA && w.rows == nil {
		ownA = getScratch((w.i1 - w.i0) * min(w.K, gemmDepth))
		defer putScratch(ownA)
	}
	first, last := w.chunks[w.lo], w.chunks[w.hi]
	if w.fillB != nil {
		ownB = getScratch((last - first) * min(w.K, gemmDepth))
		defer putScratch(ownB)
	}
	at := w.n * w.CStride
	if w.cAt != nil {
		at = w.cAt(w.n)
	}
	for k0 := 0; k0 == 0 || k0 < w.K; k0 += gemmDepth {
		depth := min(gemmDepth, w.K-k0)
		rows := w.rows
		if ownA != nil {
			rows = ownA.data
			w.packRows(rows, w.n, w.i0, w.i1, k0, depth)
		} else if rows != nil {
			rows = rows[k0*w.M:]
		}
		for chunk := w.lo; chunk < w.hi; chunk++ {
			j, width := w.panel(chunk)
			t := tileArgs{k: depth, width: width, ldc: w.LDC, add: k0 > 0 || w.Accumulate}
			switch {
			case ownB != nil:
				t.b, t.bks = ownB.data[depth*(j-first):depth*(j-first+width)], width
				w.fillB(t.b, w.n, k0, depth, j, width)
			case w.dense:
				t.b, t.bks = w.panels[min(j, len(w.panels)):], w.N
			case w.panels != nil:
				t.b, t.bks = w.panels[k0*w.N+depth*w.chunks[chunk]:], width
			case depth > 0:
				t.b, t.bks = w.B[w.n*w.BStride+k0*w.BRow+j:], w.BRow
			}
			w.column(&t, rows, at, j, k0)
		}
	}
	w.finish(w.n, at, w.i0, w.i1, first, last)
}

// column computes the tiles under one panel, which t describes. at is where the product begins in C and rows the packed
// left factor, or nil.
func (w *gemmBlock) column(t *tileArgs, rows []float32, at, j, k0 int) {
	tall := w.tall
	if !w.packA {
		tall = w.height(t.width)
	}
	t.tiles, t.taller, t.rows = split(w.i1-w.i0, tall)
	if rows != nil {
		t.a, t.ars, t.packed = rows, 1, true
	} else if t.k > 0 {
		t.a, t.ars, t.aks = w.A[w.n*w.AStride+w.i0*w.ARow+k0*w.ACol:], w.ARow, w.ACol
	}
	t.c = w.C[at+w.i0*w.LDC+j:]
	t.run()
}
