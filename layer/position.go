package layer

import "math"

// positions returns sinusoidal encodings of the positions 1..tokens, row by row,
// rows of the given width: the sines of all frequencies, then their cosines,
// then a 0 where width is odd. The frequencies fall geometrically from 1 to
// 1/10000 (Vaswani et al., 2017, in the layout of tensor2tensor).
func positions(tokens, width int) []float32 {
	half := width / 2
	step := math.Log(10000) / float64(max(half-1, 1))
	frequencies := make([]float64, half)
	for i := range frequencies {
		frequencies[i] = math.Exp(-step * float64(i))
	}
	table := make([]float32, tokens*width)
	for t := range tokens {
		row := table[t*width:]
		for i, f := range frequencies {
			sin, cos := math.Sincos(float64(t+1) * f)
			row[i], row[half+i] = float32(sin), float32(cos)
		}
	}
	return table
}
