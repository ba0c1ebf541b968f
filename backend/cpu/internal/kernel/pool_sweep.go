package kernel

// sweep computes a pooling whose windows are combined by an associative operation on vectors, and reports whether the
// layout lets it. With channels last, whole pixels are combined; with channels first, the rows under a window are combined
// and then the columns.
func (g PoolArgs) sweep(p Parallel, out, in []float32, neutral float32, combine func(dst, a, b []float32)) bool {
	rows := axis{g.OutH, g.KerH, max(g.StrideH, 1), max(g.DilH, 1), 1, g.PadTop}.phases()
	cols := axis{g.OutW, g.KerW, max(g.StrideW, 1), max(g.DilW, 1), 1, g.PadLeft}.phases()
	if len(rows) == 0 || len(cols) == 0 {
		return true
	}
	switch {
	case g.In.C == 1 && g.Out.C == 1:
		p.run(g.Batch*g.OutH, func(i int) {
			n, oh := i/g.OutH, i%g.OutH
			for ow := range g.OutW {
				to := out[n*g.Out.N+oh*g.Out.H+ow*g.Out.W:][:g.C]
				Fill(to, neutral)
				for _, v := range rows[0].taps {
					for _, h := range cols[0].taps {
						ih, iw := oh*rows[0].stride+v.offset, ow*cols[0].stride+h.offset
						if ih >= 0 && ih < g.InH && iw >= 0 && iw < g.InW {
							combine(to, to, in[n*g.In.N+ih*g.In.H+iw*g.In.W:][:g.C])
						}
					}
				}
			}
		})
	case g.In.W == 1 && g.Out.W == 1:
		p.run(g.Batch*g.C, func(i int) {
			n, c := i/g.C, i%g.C
			line := getScratch(g.InW)
			defer putScratch(line)
			for oh := range g.OutH {
				Fill(line.data, neutral)
				for _, v := range rows[0].taps {
					if ih := oh*rows[0].stride + v.offset; ih >= 0 && ih < g.InH {
						combine(line.data, line.data, in[n*g.In.N+c*g.In.C+ih*g.In.H:][:g.InW])
					}
				}
				to := out[n*g.Out.N+c*g.Out.C+oh*g.Out.H:][:g.OutW]
				Fill(to, neutral)
				gathered := getScratch(g.OutW)
				for _, h := range cols[0].taps {
					lo, hi := cols[0].inside(h, 0, g.OutW, g.InW)
					if hi > lo {
						gather(gathered.data[:hi-lo], line.data[lo*cols[0].stride+h.offset:], cols[0].stride)
						combine(to[lo:hi], to[lo:hi], gathered.data[:hi-lo])
					}
				}
				putScratch(gathered)
			}
		})
	default:
		return false
	}
	return true
}
