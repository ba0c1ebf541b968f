package layer

import "math"

// positions returns sinusoidal encodings of the positions 1..tokens, one row
// of the given width each: the sines of all frequencies, then their cosines,
// then a 0 where width is odd. The frequencies fall geometrically from 1 to
// 1/10000 (Vaswani et al., 2017, in the layout of tensor2tensor).
func positions(tokens, width int) [][]float32 {
	half := width / 2
	step := math.Log(10000) / float64(max(half-1, 1))
	rows := make([][]float32, tokens)
	for t := range rows {
		rows[t] = make([]float32, width)
		for i := range half {
			angle := float64(t+1) * math.Exp(-step*float64(i))
			rows[t][i] = float32(math.Sin(angle))
			rows[t][half+i] = float32(math.Cos(angle))
		}
	}
	return rows
}
