package kernel

// Layout4 holds the distances in elements between neighbours along the four axes of an image batch or of a kernel. For a
// kernel, N is the output channel and C the input channel within its group.
type Layout4 struct{ N, C, H, W int }

// NCHW returns the layout of a dense array of axes [n, c, h, w], or of a kernel [out, in, h, w].
func NCHW(c, h, w int) Layout4 { return Layout4{N: c * h * w, C: h * w, H: w, W: 1} }

// NHWC returns the layout of a dense array of axes [n, h, w, c].
func NHWC(c, h, w int) Layout4 { return Layout4{N: c * h * w, C: 1, H: w * c, W: c} }

// HWIO returns the layout of a dense kernel of axes [h, w, in, out], where in counts the input channels of one group.
func HWIO(w, in, out int) Layout4 { return Layout4{N: 1, C: out, H: w * in * out, W: in * out} }

// ConvArgs describes a two-dimensional convolution (cross-correlation, the kernel is not turned). A one-dimensional one has
// height 1. With position o of the output and position k of the kernel, the input is read at
// (o*Stride + k*Dil - Pad) / InDil, as 0 where that is outside the input or not whole.
type ConvArgs struct {
	Batch, InC, OutC int
	InH, InW         int
	OutH, OutW       int
	KerH, KerW       int
	StrideH, StrideW int
	DilH, DilW       int // of the kernel; 0 stands for 1
	InDilH, InDilW   int // of the input; 0 stands for 1
	PadTop, PadLeft  int // may be negative; padding on the far sides follows from the size of the output
	Groups           int // 0 stands for 1; divides InC and OutC
	In, Ker, Out     Layout4
}

// normal returns the arguments with the defaults filled in.
func (g ConvArgs) normal() ConvArgs {
	for _, p := range []*int{&g.StrideH, &g.StrideW, &g.DilH, &g.DilW, &g.InDilH, &g.InDilW, &g.Groups} {
		*p = max(*p, 1)
	}
	return g
}

// source returns the input row or column that output position o reads through kernel position k, and whether it exists.
func source(o, k, stride, dil, inDil, pad, size int) (int, bool) {
	i := o*stride + k*dil - pad
	if i < 0 || i%inDil != 0 || i/inDil >= size {
		return 0, false
	}
	return i / inDil, true
}

// check panics when a stride is negative or a slice too short: the assembly does not look.
func (g *ConvArgs) check(in, ker, out []float32) {
	look := func(s []float32, l Layout4, n, c, h, w int) {
		if l.N < 0 || l.C < 0 || l.H < 0 || l.W < 0 {
			panic("kernel: negative stride of a convolution")
		}
		if n > 0 && c > 0 && h > 0 && w > 0 {
			_ = s[(n-1)*l.N+(c-1)*l.C+(h-1)*l.H+(w-1)*l.W]
		}
	}
	if g.InC%g.Groups != 0 || g.OutC%g.Groups != 0 {
		panic("kernel: the groups of a convolution do not divide its channels")
	}
	look(in, g.In, g.Batch, g.InC, g.InH, g.InW)
	look(out, g.Out, g.Batch, g.OutC, g.OutH, g.OutW)
	look(ker, g.Ker, g.OutC, g.InC/g.Groups, g.KerH, g.KerW)
}

// Conv sets out to the convolution of in with ker.
func Conv(p Parallel, g ConvArgs, out, in, ker []float32) {
	g = g.normal()
	g.check(in, ker, out)
	inC, outC := g.InC/g.Groups, g.OutC/g.Groups
	g.eachGroup(p, func(p Parallel, group int) {
		c := correlation{
			batch: g.Batch, inC: inC, outC: outC, inH: g.InH, inW: g.InW, outH: g.OutH, outW: g.OutW,
			in: in, inAt: group * inC * g.In.C, inL: g.In, out: out, outAt: group * outC * g.Out.C, outL: g.Out,
			ker: ker, kerAt: group * outC * g.Ker.N, kerL: g.Ker,
			rows: axis{g.OutH, g.KerH, g.StrideH, g.DilH, g.InDilH, g.PadTop},
			cols: axis{g.OutW, g.KerW, g.StrideW, g.DilW, g.InDilW, g.PadLeft},
		}
		c.run(p)
	})
}

// ConvInputGrad sets din to the gradient of [Conv] with respect to its input, given that of its output. Seen from the
// input, it is a correlation with the kernel turned, in which stride and input dilation have changed places.
func ConvInputGrad(p Parallel, g ConvArgs, din, dout, ker []float32) {
	g = g.normal()
	g.check(din, ker, dout)
	inC, outC := g.InC/g.Groups, g.OutC/g.Groups
	g.eachGroup(p, func(p Parallel, group int) {
		c := correlation{
			batch: g.Batch, inC: outC, outC: inC, inH: g.OutH, inW: g.OutW, outH: g.InH, outW: g.InW,
			in: dout, inAt: group * outC * g.Out.C, inL: g.Out, out: din, outAt: group * inC * g.In.C, outL: g.In,
			ker: ker, kerAt: group * outC * g.Ker.N, kerL: Layout4{N: g.Ker.C, C: g.Ker.N, H: g.Ker.H, W: g.Ker.W},
			rows: axis{g.InH, g.KerH, g.InDilH, -g.DilH, g.StrideH, -g.PadTop},
			cols: axis{g.InW, g.KerW, g.InDilW, -g.DilW, g.StrideW, -g.PadLeft},
		}
		c.run(p)
	})
}

// eachGroup calls do for every group. Many groups are shared among the workers; a single one may share its own work.
func (g *ConvArgs) eachGroup(p Parallel, do func(p Parallel, group int)) {
	if g.Groups == 1 {
		do(p, 0)
		return
	}
	p.run(g.Groups, func(group int) { do(nil, group) })
}
