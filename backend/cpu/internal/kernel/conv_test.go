package kernel

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// visit calls do once for each product that enters an output, with the offsets of the three elements: the definition.
func (g ConvArgs) visit(do func(o, i, k int)) {
	inC, outC := g.InC/g.Groups, g.OutC/g.Groups
	for n := range g.Batch {
		for oc := range g.OutC {
			for oh := range g.OutH {
				for ow := range g.OutW {
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
								do(n*g.Out.N+oc*g.Out.C+oh*g.Out.H+ow*g.Out.W,
									n*g.In.N+(oc/outC*inC+c)*g.In.C+ih*g.In.H+iw*g.In.W,
									oc*g.Ker.N+c*g.Ker.C+kh*g.Ker.H+kw*g.Ker.W)
							}
						}
					}
				}
			}
		}
	}
}

// drawConv draws a convolution with at least one output.
func drawConv(t *rapid.T) ConvArgs {
	small := func(what string, lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, what) }
	g := ConvArgs{
		Batch: small("batch", 1, 3), Groups: small("groups", 1, 3), InH: small("height", 1, 12), InW: small("width", 1, 14),
		KerH: small("kernel height", 1, 4), KerW: small("kernel width", 1, 4), StrideH: small("stride", 1, 3), StrideW: small("stride", 1, 3),
		DilH: small("dilation", 1, 2), DilW: small("dilation", 1, 2), InDilH: 1, InDilW: 1,
		PadTop: small("padding", -1, 3), PadLeft: small("padding", -1, 3),
	}
	if rapid.Bool().Draw(t, "dilated input") {
		g.InDilH, g.InDilW = small("input dilation", 1, 3), small("input dilation", 1, 3)
	}
	channels := []int{1, 2, 3, 8, 17}
	inC, outC := rapid.SampledFrom(channels).Draw(t, "in"), rapid.SampledFrom(channels).Draw(t, "out")
	g.InC, g.OutC = inC*g.Groups, outC*g.Groups
	g.OutH, g.OutW = small("output height", 1, 9), small("output width", 1, 9)
	layout := func(what string, c, h, w int) Layout4 {
		switch rapid.IntRange(0, 2).Draw(t, what) {
		case 0:
			return NCHW(c, h, w)
		case 1:
			return NHWC(c, h, w)
		default: // with gaps, no axis contiguous
			return Layout4{N: 2 * c * (h + 1) * (w + 1), H: 2 * c * (w + 1), C: 2, W: 2 * c}
		}
	}
	g.In, g.Out = layout("layout of the input", g.InC, g.InH, g.InW), layout("layout of the output", g.OutC, g.OutH, g.OutW)
	g.Ker = NCHW(inC, g.KerH, g.KerW)
	if rapid.Bool().Draw(t, "channels last kernel") {
		g.Ker = HWIO(g.KerW, inC, g.OutC)
	}
	return g
}

func extent(l Layout4, n, c, h, w int) int { return (n-1)*l.N + (c-1)*l.C + (h-1)*l.H + (w-1)*l.W + 1 }

// checkConv compares the convolution and its gradients with their definitions in float64.
func checkConv(t rapidOrT, p Parallel, g ConvArgs) {
	t.Helper()
	in := randoms(1, extent(g.In, g.Batch, g.InC, g.InH, g.InW))
	ker := randoms(2, extent(g.Ker, g.OutC, g.InC/g.Groups, g.KerH, g.KerW))
	dout := randoms(3, extent(g.Out, g.Batch, g.OutC, g.OutH, g.OutW))
	out, din, dker := newGuarded(len(dout)), newGuarded(len(in)), newGuarded(len(ker))
	wantOut, wantIn, wantKer := make([]float64, len(dout)), make([]float64, len(in)), make([]float64, len(ker))
	scaleOut, scaleIn, scaleKer := make([]float64, len(dout)), make([]float64, len(in)), make([]float64, len(ker))
	g.visit(func(o, i, k int) {
		x, w, d := float64(in[i]), float64(ker[k]), float64(dout[o])
		wantOut[o] += x * w
		wantIn[i] += d * w
		wantKer[k] += d * x
		scaleOut[o] += math.Abs(x * w)
		scaleIn[i] += math.Abs(d * w)
		scaleKer[k] += math.Abs(d * x)
	})
	Conv(p, g, out.data, in, ker)
	ConvInputGrad(p, g, din.data, dout, ker)
	ConvKernelGrad(p, g, dker.data, in, dout)
	tolerance := gemmTolerance(g.Batch*g.OutH*g.OutW + g.InC*g.KerH*g.KerW)
	for _, c := range []struct {
		name        string
		got         guarded
		want, scale []float64
		l           Layout4
		n, c, h, w  int
	}{
		{"output", out, wantOut, scaleOut, g.Out, g.Batch, g.OutC, g.OutH, g.OutW},
		{"gradient of the input", din, wantIn, scaleIn, g.In, g.Batch, g.InC, g.InH, g.InW},
		{"gradient of the kernel", dker, wantKer, scaleKer, g.Ker, g.OutC, g.InC / g.Groups, g.KerH, g.KerW},
	} {
		c.got.check(t)
		for i := range c.n * c.c * c.h * c.w {
			at := i/(c.c*c.h*c.w)*c.l.N + i/(c.h*c.w)%c.c*c.l.C + i/c.w%c.h*c.l.H + i%c.w*c.l.W
			if d := math.Abs(float64(c.got.data[at]) - c.want[at]); !(d <= tolerance*c.scale[at]) {
				t.Fatalf("%s at %d: got %v, want %v, in %+v", c.name, at, c.got.data[at], c.want[at], g)
			}
			c.got.data[at] = sentinel
		}
		for i, v := range c.got.data {
			if v != sentinel {
				t.Fatalf("%s: wrote %v between its elements, at %d, in %+v", c.name, v, i, g)
			}
		}
	}
}

func TestConv(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) { checkConv(t, workers(2), drawConv(t)) })
	})
}

// resnet returns a convolution of an image of the given side, padded to keep its size but for the stride.
func resnet(batch, inC, outC, side, kernel, stride int, last bool) ConvArgs {
	out := (side-1)/stride + 1
	g := ConvArgs{
		Batch: batch, InC: inC, OutC: outC, InH: side, InW: side, OutH: out, OutW: out, KerH: kernel, KerW: kernel,
		StrideH: stride, StrideW: stride, PadTop: kernel / 2, PadLeft: kernel / 2,
		In: NCHW(inC, side, side), Out: NCHW(outC, out, out), Ker: NCHW(inC, kernel, kernel),
	}
	if last {
		g.In, g.Out, g.Ker = NHWC(inC, side, side), NHWC(outC, out, out), HWIO(kernel, inC, outC)
	}
	return g.normal()
}

func TestConvTuned(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for _, last := range []bool{false, true} {
			for _, g := range []ConvArgs{
				resnet(2, 3, 16, 30, 7, 2, last), resnet(1, 32, 40, 20, 3, 1, last), resnet(2, 40, 24, 17, 3, 2, last),
				resnet(2, 64, 32, 15, 1, 1, last), resnet(2, 16, 32, 14, 1, 2, last),
				resnet(1, 64, 24, 9, 3, 1, last), resnet(2, 4, 8, 24, 3, 1, last),
			} {
				checkConv(t, workers(2), g)
			}
		}
	})
}

// TestConvWorkers asks for the same bytes from any number of workers.
func TestConvWorkers(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for _, last := range []bool{false, true} {
			g := resnet(4, 16, 32, 32, 3, 2, last)
			in, ker, dout := randoms(1, 4*16*32*32), randoms(2, 16*32*9), randoms(3, 4*32*16*16)
			var want []float32
			for _, p := range []Parallel{nil, workers(2), workers(5)} {
				out, din, dker := make([]float32, len(dout)), make([]float32, len(in)), make([]float32, len(ker))
				Conv(p, g, out, in, ker)
				ConvInputGrad(p, g, din, dout, ker)
				ConvKernelGrad(p, g, dker, in, dout)
				got := append(append(out, din...), dker...)
				if want == nil {
					want = got
				}
				for i, v := range got {
					if math.Float32bits(v) != math.Float32bits(want[i]) {
						t.Fatalf("element %d: %v and %v", i, v, want[i])
					}
				}
			}
		}
	})
}

func BenchmarkConv(b *testing.B) {
	for _, c := range []struct {
		name string
		g    ConvArgs
	}{
		{"7x7/3-64/160/2", resnet(8, 3, 64, 160, 7, 2, false)},
		{"3x3/64-64/40", resnet(8, 64, 64, 40, 3, 1, false)},
		{"3x3/64-128/40/2", resnet(8, 64, 128, 40, 3, 2, false)},
		{"3x3/512-512/5", resnet(8, 512, 512, 5, 3, 1, false)},
		{"1x1/64-128/40/2", resnet(8, 64, 128, 40, 1, 2, false)},
	} {
		for _, last := range []bool{false, true} {
			g, name := c.g, c.name+"/NCHW"
			if last {
				g.In, g.Out, g.Ker = NHWC(g.InC, g.InH, g.InW), NHWC(g.OutC, g.OutH, g.OutW), HWIO(g.KerW, g.InC, g.OutC)
				name = c.name + "/NHWC"
			}
			in, ker := randoms(1, g.Batch*g.InC*g.InH*g.InW), randoms(2, g.InC*g.OutC*g.KerH*g.KerW)
			out := randoms(3, g.Batch*g.OutC*g.OutH*g.OutW)
			work := 2e-9 * float64(g.InC*g.KerH*g.KerW) * float64(len(out))
			p := workers(2)
			for what, f := range map[string]func(){
				"forward": func() { Conv(p, g, out, in, ker) }, "input": func() { ConvInputGrad(p, g, in, out, ker) },
				"kernel": func() { ConvKernelGrad(p, g, ker, in, out) },
			} {
				b.Run(name+"/"+what, func(b *testing.B) {
					for b.Loop() {
						f()
					}
					b.ReportMetric(work*float64(b.N)/b.Elapsed().Seconds(), "GFLOP/s")
				})
			}
		}
	}
}
