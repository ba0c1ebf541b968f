package kernel

// ConvKernelGrad sets dker to the gradient of [Conv] with respect to its kernel, given that of its output: the product of
// the output's gradient, [outC, positions], with the matrix of patches, [positions, taps*inC]. Long sums are cut into runs
// of positions, which are added in order.
func ConvKernelGrad(p Parallel, g ConvArgs, dker, in, dout []float32) {
	g = g.normal()
	g.check(in, dker, dout)
	if g.InC == 0 || g.OutC == 0 || g.KerH == 0 || g.KerW == 0 {
		return
	}
	inC, outC := g.InC/g.Groups, g.OutC/g.Groups
	g.eachGroup(p, func(p Parallel, group int) {
		k := kernelGrad{
			g: &g, out: dout, outAt: group * outC * g.Out.C, inC: inC, outC: outC, in: in, inAt: group * inC * g.In.C,
			dker: dker, kerAt: group * outC * g.Ker.N,
		}
		if g.InDilH == 1 && g.InDilW == 1 {
			k.run(p)
		} else {
			k.naive()
		}
	})
}

// kernelGrad is one group of the gradient of a kernel.
type kernelGrad struct {
	g                  *ConvArgs
	in, out, dker      []float32
	inC, outC          int
	inAt, outAt, kerAt int
}

func (k *kernelGrad) run(p Parallel) {
	g := k.g
	c := correlation{
		batch: g.Batch, inC: k.inC, outC: k.outC, inH: g.InH, inW: g.InW, in: k.in, inAt: k.inAt, inL: g.In,
		rows: axis{g.OutH, g.KerH, g.StrideH, g.DilH, 1, g.PadTop}, cols: axis{g.OutW, g.KerW, g.StrideW, g.DilW, 1, g.PadLeft},
	}
	taps := g.KerH * g.KerW
	size := k.outC * taps * k.inC
	positions := g.Batch * g.OutH * g.OutW
	if positions == 0 {
		k.store(p, make([]float32, size))
		return
	}
	s := sampling{correlation: &c, h: c.rows.phases()[0], w: c.cols.phases()[0]}
	patches := patches{&s, g.OutH, g.OutW}
	runs := max(1, min(16, positions/gemmDepth, 1<<22/size))
	length := (positions + runs - 1) / runs
	partial := getScratch(runs * size)
	defer putScratch(partial)
	a := GemmArgs{M: k.outC, N: taps * k.inC, K: length, Batch: runs, C: partial.data, LDC: taps * k.inC, CStride: size}
	r := newFilledRun(&a)
	r.rowBlocks = 1
	r.colBlocks = (a.N + convColumns - 1) / convColumns
	r.fillA = func(dst []float32, n, i, rows, k0, depth int) {
		k.gradients(dst, n*length+k0, min(depth, positions-n*length-k0), i, rows, depth)
	}
	r.fillB = func(dst []float32, n, k0, depth, j, width int) {
		patches.turned(dst, n*length+k0, min(depth, positions-n*length-k0), j, width, depth)
	}
	r.do(p)
	total := partial.data[:size]
	for i := 1; i < runs; i++ {
		Add(total, total, partial.data[i*size:(i+1)*size])
	}
	k.store(p, total)
}

// store copies the gradient, [outC, taps, inC], to its layout.
func (k *kernelGrad) store(p Parallel, grad []float32) {
	g := k.g
	p.run(g.KerH, func(h int) {
		CopyStrided(k.dker, k.kerAt+h*g.Ker.H, []int{g.Ker.N, g.Ker.W, g.Ker.C}, grad, h*g.KerW*k.inC,
			[]int{g.KerH * g.KerW * k.inC, k.inC, 1}, []int{k.outC, g.KerW, k.inC})
	})
}

// gradients sets dst[p*rows+i] to the gradient of position first+p in output channel c+i, and to 0 from count positions on.
func (k *kernelGrad) gradients(dst []float32, first, count, c, rows, depth int) {
	g := k.g
	count = max(count, 0)
	clear(dst[count*rows : depth*rows])
	for done := 0; done < count; {
		position := first + done
		q, row := position%g.OutW, position/g.OutW
		n := min(g.OutW-q, count-done)
		from := k.out[k.outAt+row/g.OutH*g.Out.N+row%g.OutH*g.Out.H+q*g.Out.W+c*g.Out.C:]
		packLines(dst[done*rows:(done+n)*rows], from, rows, n, g.Out.C, g.Out.W)
		done += n
	}
}

// turned sets dst[p*width+j] to the element of row first+p and column k0+j of the patches, and to 0 from count rows on.
func (m *patches) turned(dst []float32, first, count, k0, width, depth int) {
	count = max(count, 0)
	clear(dst[count*width : depth*width])
	step := m.w.stride * m.inL.W
	m.taps(k0, width, func(vertical, horizontal tap, c0, c1, at int) {
		m.lines(first, count, vertical, horizontal, func(l line) {
			for p := l.at; p < l.lo; p++ {
				clear(dst[p*width+at : p*width+at+c1-c0])
			}
			for p := l.hi; p < l.at+l.n; p++ {
				clear(dst[p*width+at : p*width+at+c1-c0])
			}
			if l.hi == l.lo {
				return
			}
			to, from := dst[l.lo*width+at:], m.in[l.from+c0*m.inL.C:]
			if m.inL.C != 1 && step == 1 {
				Transpose2D(to, from, c1-c0, l.hi-l.lo, width, m.inL.C)
				return
			}
			for p := range l.hi - l.lo {
				gather(to[p*width:p*width+c1-c0], from[p*step:], m.inL.C)
			}
		})
	})
}

// naive adds the products one by one: the gradient of a kernel over a dilated input, which no network of ours needs fast.
func (k *kernelGrad) naive() {
	g := k.g
	for o := range k.outC {
		for c := range k.inC {
			for kh := range g.KerH {
				for kw := range g.KerW {
					k.dker[k.kerAt+o*g.Ker.N+c*g.Ker.C+kh*g.Ker.H+kw*g.Ker.W] = k.product(o, c, kh, kw)
				}
			}
		}
	}
}

func (k *kernelGrad) product(o, c, kh, kw int) (sum float32) {
	g := k.g
	for n := range g.Batch {
		for oh := range g.OutH {
			ih, ok := source(oh, kh, g.StrideH, g.DilH, g.InDilH, g.PadTop, g.InH)
			if !ok {
				continue
			}
			for ow := range g.OutW {
				if iw, ok := source(ow, kw, g.StrideW, g.DilW, g.InDilW, g.PadLeft, g.InW); ok {
					sum += k.in[k.inAt+n*g.In.N+c*g.In.C+ih*g.In.H+iw*g.In.W] *
						k.out[k.outAt+n*g.Out.N+o*g.Out.C+oh*g.Out.H+ow*g.Out.W]
				}
			}
		}
	}
	return sum
}
