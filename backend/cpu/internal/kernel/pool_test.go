package kernel

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestPool(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			c := drawConv(t)
			g := PoolArgs{
				Batch: c.Batch, C: c.InC, InH: c.InH, InW: c.InW, OutH: c.OutH, OutW: c.OutW, KerH: c.KerH, KerW: c.KerW,
				StrideH: c.StrideH, StrideW: c.StrideW, DilH: c.DilH, DilW: c.DilW, PadTop: max(c.PadTop, 0), PadLeft: max(c.PadLeft, 0),
				CountPad: rapid.Bool().Draw(t, "count padding"), In: c.In, Out: NHWC(c.InC, c.OutH, c.OutW),
			}
			if rapid.Bool().Draw(t, "channels first") {
				g.Out = NCHW(c.InC, c.OutH, c.OutW)
			}
			in, dout := randoms(1, extent(g.In, g.Batch, g.C, g.InH, g.InW)), randoms(2, g.Batch*g.C*g.OutH*g.OutW)
			top, mean := newGuarded(len(dout)), newGuarded(len(dout))
			topIn, meanIn := newGuarded(len(in)), newGuarded(len(in))
			MaxPool(workers(2), g, top.data, in)
			AvgPool(workers(2), g, mean.data, in)
			MaxPoolGrad(workers(2), g, topIn.data, in, dout)
			AvgPoolGrad(workers(2), g, meanIn.data, dout)
			wantTopIn, wantMeanIn := make([]float64, len(in)), make([]float64, len(in))
			for i := range g.Batch * g.C * g.OutH * g.OutW {
				n, ch, oh, ow := i/(g.C*g.OutH*g.OutW), i/(g.OutH*g.OutW)%g.C, i/g.OutW%g.OutH, i%g.OutW
				best, at, sum, count := math.Inf(-1), -1, 0.0, 0.0
				var window []int
				for kh := range g.KerH {
					for kw := range g.KerW {
						ih, iw := oh*g.StrideH+kh*g.DilH-g.PadTop, ow*g.StrideW+kw*g.DilW-g.PadLeft
						if ih < 0 || iw < 0 || ih >= g.InH || iw >= g.InW {
							continue
						}
						k := n*g.In.N + ch*g.In.C + ih*g.In.H + iw*g.In.W
						window = append(window, k)
						if v := float64(in[k]); v > best {
							best, at = v, k
						}
						sum += float64(in[k])
						count++
					}
				}
				if g.CountPad {
					count = float64(g.KerH * g.KerW)
				}
				o := n*g.Out.N + ch*g.Out.C + oh*g.Out.H + ow*g.Out.W
				if float64(top.data[o]) != best {
					t.Fatalf("maximum %d: got %v, want %v", o, top.data[o], best)
				}
				if want := sum / count; len(window) > 0 && math.Abs(float64(mean.data[o])-want) > 1e-5 {
					t.Fatalf("mean %d: got %v, want %v", o, mean.data[o], want)
				}
				if at >= 0 {
					wantTopIn[at] += float64(dout[o])
				}
				for _, k := range window {
					wantMeanIn[k] += float64(dout[o]) / count
				}
			}
			for _, x := range []guarded{top, mean, topIn, meanIn} {
				x.check(t)
			}
			for i := range in {
				if topIn.data[i] == sentinel {
					continue // between the elements
				}
				if math.Abs(float64(topIn.data[i])-wantTopIn[i]) > 1e-5 || math.Abs(float64(meanIn.data[i])-wantMeanIn[i]) > 1e-5 {
					t.Fatalf("gradient %d: got %v and %v, want %v and %v", i, topIn.data[i], meanIn.data[i], wantTopIn[i], wantMeanIn[i])
				}
			}
		})
	})
}
