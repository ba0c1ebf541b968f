package kernel

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
