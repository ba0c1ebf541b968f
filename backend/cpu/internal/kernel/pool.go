package kernel

import "math"

// PoolArgs describes a two-dimensional pooling window moved over an image batch. Positions outside the input are skipped.
type PoolArgs struct {
	Batch, C         int
	InH, InW         int
	OutH, OutW       int
	KerH, KerW       int
	StrideH, StrideW int
	DilH, DilW       int // 0 stands for 1
	PadTop, PadLeft  int
	CountPad         bool // averages divide by the whole window, not only by the positions inside the input
	In, Out          Layout4
}

// MaxPool sets each output to the largest input of its window, NaN if one is NaN, -Inf if the window is empty.
func MaxPool(p Parallel, g PoolArgs, out, in []float32) {
	if g.sweep(p, out, in, float32(math.Inf(-1)), Max) {
		return
	}
	g.each(p, func(o int, window []int) {
		y := float32(math.Inf(-1))
		for _, i := range window {
			y = max(y, in[i])
		}
		out[o] = y
	})
}

// MaxPoolGrad sets din to the gradient of [MaxPool]: each gradient of an output goes to the first largest input of its
// window, in order of rows.
func MaxPoolGrad(p Parallel, g PoolArgs, din, in, dout []float32) {
	g.clearInput(p, din)
	g.each(p, func(o int, window []int) {
		if len(window) == 0 {
			return
		}
		best := window[0]
		for _, i := range window[1:] {
			if in[i] > in[best] {
				best = i
			}
		}
		din[best] += dout[o]
	})
}

// AvgPool sets each output to the mean of the inputs of its window, NaN if the window is empty and padding does not count.
func AvgPool(p Parallel, g PoolArgs, out, in []float32) {
	if !g.sweep(p, out, in, 0, Add) {
		g.each(p, func(o int, window []int) {
			out[o] = 0
			for _, i := range window {
				out[o] += in[i]
			}
		})
	}
	rows, cols := g.hits()
	p.run(g.Batch, func(n int) {
		for oh := range g.OutH {
			for ow := range g.OutW {
				count := float32(rows[oh] * cols[ow])
				if g.CountPad {
					count = float32(g.KerH * g.KerW)
				}
				for c := range g.C {
					out[n*g.Out.N+c*g.Out.C+oh*g.Out.H+ow*g.Out.W] /= count
				}
			}
		}
	})
}

// hits returns how many positions of a window lie inside the input, for each row and column of the output.
func (g PoolArgs) hits() (rows, cols []int) {
	count := func(out, ker, stride, dil, pad, size int) []int {
		n := make([]int, out)
		for o := range n {
			for k := range ker {
				if _, ok := source(o, k, max(stride, 1), max(dil, 1), 1, pad, size); ok {
					n[o]++
				}
			}
		}
		return n
	}
	return count(g.OutH, g.KerH, g.StrideH, g.DilH, g.PadTop, g.InH), count(g.OutW, g.KerW, g.StrideW, g.DilW, g.PadLeft, g.InW)
}

// AvgPoolGrad sets din to the gradient of [AvgPool].
func AvgPoolGrad(p Parallel, g PoolArgs, din, dout []float32) {
	g.clearInput(p, din)
	g.each(p, func(o int, window []int) {
		share := dout[o] / g.divisor(window)
		for _, i := range window {
			din[i] += share
		}
	})
}

func (g PoolArgs) divisor(window []int) float32 {
	if g.CountPad {
		return float32(g.KerH * g.KerW)
	}
	return float32(len(window))
}

func (g PoolArgs) clearInput(p Parallel, din []float32) {
	p.run(g.Batch, func(n int) {
		for c := range g.C {
			for h := range g.InH {
				for w := range g.InW {
					din[n*g.In.N+c*g.In.C+h*g.In.H+w*g.In.W] = 0
				}
			}
		}
	})
}

// each calls do for every output with the offsets of its window. The images of a batch are shared among the workers, so
// that no two of them write to the same input.
func (g PoolArgs) each(p Parallel, do func(o int, window []int)) {
	p.run(g.Batch, func(n int) {
		base := make([]int, 0, g.KerH*g.KerW)
		window := make([]int, 0, g.KerH*g.KerW)
		for oh := range g.OutH {
			for ow := range g.OutW {
				base = base[:0]
				for kh := range g.KerH {
					for kw := range g.KerW {
						ih, okH := source(oh, kh, max(g.StrideH, 1), max(g.DilH, 1), 1, g.PadTop, g.InH)
						iw, okW := source(ow, kw, max(g.StrideW, 1), max(g.DilW, 1), 1, g.PadLeft, g.InW)
						if okH && okW {
							base = append(base, n*g.In.N+ih*g.In.H+iw*g.In.W)
						}
					}
				}
				for c := range g.C {
					window = window[:0]
					for _, i := range base {
						window = append(window, i+c*g.In.C)
					}
					do(n*g.Out.N+c*g.Out.C+oh*g.Out.H+ow*g.Out.W, window)
				}
			}
		}
	})
}
