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

// Conv sets out to the convolution of in with ker.
func Conv(p Parallel, g ConvArgs, out, in, ker []float32) {
	g = g.normal()
	g.visit(func(o, i, k int, first bool) {
		if first {
			out[o] = 0
			return
		}
		out[o] += in[i] * ker[k]
	})
}

// ConvInputGrad sets din to the gradient of [Conv] with respect to its input, given that of its output.
func ConvInputGrad(p Parallel, g ConvArgs, din, dout, ker []float32) {
	g = g.normal()
	g.eachInput(func(i int) { din[i] = 0 })
	g.visit(func(o, i, k int, first bool) {
		if !first {
			din[i] += dout[o] * ker[k]
		}
	})
}

// ConvKernelGrad sets dker to the gradient of [Conv] with respect to its kernel, given that of its output.
func ConvKernelGrad(p Parallel, g ConvArgs, dker, in, dout []float32) {
	g = g.normal()
	g.eachKernel(func(k int) { dker[k] = 0 })
	g.visit(func(o, i, k int, first bool) {
		if !first {
			dker[k] += dout[o] * in[i]
		}
	})
}

func (g ConvArgs) eachInput(do func(i int)) {
	for n := range g.Batch {
		for c := range g.InC {
			for h := range g.InH {
				for w := range g.InW {
					do(n*g.In.N + c*g.In.C + h*g.In.H + w*g.In.W)
				}
			}
		}
	}
}

func (g ConvArgs) eachKernel(do func(k int)) {
	for n := range g.OutC {
		for c := range g.InC / g.Groups {
			for h := range g.KerH {
				for w := range g.KerW {
					do(n*g.Ker.N + c*g.Ker.C + h*g.Ker.H + w*g.Ker.W)
				}
			}
		}
	}
}

// visit calls do once for each output element with first set, then once for each product that enters it, with the offsets
// of the three elements.
func (g ConvArgs) visit(do func(o, i, k int, first bool)) {
	inC, outC := g.InC/g.Groups, g.OutC/g.Groups
	for n := range g.Batch {
		for oc := range g.OutC {
			for oh := range g.OutH {
				for ow := range g.OutW {
					o := n*g.Out.N + oc*g.Out.C + oh*g.Out.H + ow*g.Out.W
					do(o, 0, 0, true)
					for kh := range g.KerH {
						ih, ok := source(oh, kh, g.StrideH, g.DilH, g.InDilH, g.PadTop, g.InH)
						if !ok {
							continue
						}
						for kw := range g.KerW {
							iw, ok := source(ow, kw, g.StrideW, g.DilW, g.InDilW, g.PadLeft, g.InW)
							if !ok {
								continue
							}
							for c := range inC {
								do(o, n*g.In.N+(oc/outC*inC+c)*g.In.C+ih*g.In.H+iw*g.In.W,
									oc*g.Ker.N+c*g.Ker.C+kh*g.Ker.H+kw*g.Ker.W, false)
							}
						}
					}
				}
			}
		}
	}
}
