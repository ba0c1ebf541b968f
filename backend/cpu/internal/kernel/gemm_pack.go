package kernel

// PackedB is the right factor of a matrix product in the order the inner kernel reads it; see [PackB].
type PackedB struct {
	k, n int
	b    []float32
}

// PackB copies B, [k, n] with element (p, j) at b[p*row+j*col], into the order [GemmPacked] reads. It pays when the same B
// multiplies many A. The result belongs to this process: the order depends on the processor.
func PackB(p Parallel, k, n int, b []float32, row, col int) *PackedB {
	packed := &PackedB{k: k, n: n, b: make([]float32, k*n)}
	if k == 0 || n == 0 {
		return packed
	}
	chunks := currentGeometry().panels(nil, n, n > gemmNarrow)
	parts := max(1, min(len(chunks)-1, k*n>>16))
	p.run(parts, func(i int) {
		packPanels(packed.b, b, k, n, row, col, chunks, (len(chunks)-1)*i/parts, (len(chunks)-1)*(i+1)/parts)
	})
	return packed
}

// packPanels packs the chunks [lo, hi) of b, [k, n]. Runs of gemmDepth rows follow one another; each holds its panels one
// after the other, and each panel its rows.
func packPanels(dst, b []float32, k, n, row, col int, chunks []int, lo, hi int) {
	for k0 := 0; k0 < k; k0 += gemmDepth {
		depth := min(gemmDepth, k-k0)
		for chunk := lo; chunk < hi; chunk++ {
			j, width := chunks[chunk], chunks[chunk+1]-chunks[chunk]
			at := k0*n + depth*j
			packLines(dst[at:at+depth*width], b[k0*row+j*col:], width, depth, col, row)
		}
	}
}

// packLines sets dst[p*lines+i] = src[i*line+p*step] for i < lines and p < depth.
func packLines(dst, src []float32, lines, depth, line, step int) {
	switch {
	case line == 1:
		for p := range depth {
			copy(dst[p*lines:(p+1)*lines], src[p*step:])
		}
	case step == 1:
		Transpose2D(dst, src, lines, depth, lines, line)
	default:
		for p := range depth {
			to, from := dst[p*lines:(p+1)*lines], src[p*step:]
			for i := range to {
				to[i] = from[i*line]
			}
		}
	}
}
