package augment

import "math"

// The changes of colours are those of torchvision for pictures in [0,1].

// luma returns the gray of a colour, by ITU-R BT.601.
func luma(p []float32) float32 { return .2989*p[0] + .587*p[1] + .114*p[2] }

// clamp keeps values in [0,1].
func clamp(m *Map) {
	for i, v := range m.Values {
		m.Values[i] = min(max(v, 0), 1)
	}
}

// Brightness multiplies the picture by a factor of at least 0.
func Brightness(m *Map, factor float64) {
	for i := range m.Values {
		m.Values[i] *= float32(factor)
	}
	clamp(m)
}

// Contrast moves the colours of a picture away from its mean gray by a factor;
// 0 leaves the mean.
func Contrast(m *Map, factor float64) {
	sum := 0.
	for i := 0; i < len(m.Values); i += 3 {
		sum += float64(luma(m.Values[i:]))
	}
	mean := float32(sum / float64(max(len(m.Values)/3, 1)))
	for i, v := range m.Values {
		m.Values[i] = float32(factor)*v + float32(1-factor)*mean
	}
	clamp(m)
}

// Saturation moves every colour away from its gray by a factor; 0 leaves the
// gray.
func Saturation(m *Map, factor float64) {
	for i := 0; i < len(m.Values); i += 3 {
		p := m.Values[i : i+3]
		gray := luma(p)
		for c, v := range p {
			p[c] = float32(factor)*v + float32(1-factor)*gray
		}
	}
	clamp(m)
}

// Hue moves the hue of every colour around its circle, by a part of it in
// [-0.5,0.5].
func Hue(m *Map, by float64) {
	for i := 0; i < len(m.Values); i += 3 {
		p := m.Values[i : i+3]
		top, bottom := max(p[0], p[1], p[2]), min(p[0], p[1], p[2])
		span := float64(top - bottom)
		if span == 0 {
			continue // gray has no hue
		}
		r, g, b := float64(p[0]), float64(p[1]), float64(p[2])
		var sector float64 // of 6, from red over green and blue
		switch top {
		case p[0]:
			sector = (g - b) / span
		case p[1]:
			sector = 2 + (b-r)/span
		default:
			sector = 4 + (r-g)/span
		}
		sector = math.Mod(sector+6*by+12, 6)
		for c := range p {
			// A channel is full near its own sector and empty on the far side.
			d := math.Abs(math.Mod(sector-2*float64(c)+9, 6) - 3)
			p[c] = float32(float64(bottom) + span*min(max(2-d, 0), 1))
		}
	}
}
