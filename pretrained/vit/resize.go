package vit

import "math"

// Filter is a way to resize, under the number that Pillow and
// preprocessor_config.json know it by.
type Filter int

// The filters. Both widen when shrinking, so that no pixel is skipped.
const (
	Bilinear Filter = 2
	Bicubic  Filter = 3
)

// kernel is a filter's weight of a pixel at distance x, zero beyond reach.
type kernel struct {
	reach  float64
	weight func(x float64) float64
}

var filters = map[Filter]kernel{
	Bilinear: {1, func(x float64) float64 { return max(1-math.Abs(x), 0) }},
	Bicubic:  {2, cubic},
}

// cubic is the interpolation of Keys (1981) with a = -1/2.
func cubic(x float64) float64 {
	const a = -.5
	switch x = math.Abs(x); {
	case x < 1:
		return ((a+2)*x-(a+3))*x*x + 1
	case x < 2:
		return (((x-5)*x+8)*x - 4) * a
	}
	return 0
}

// precision is the number of fractional bits of the weights. With weights and
// rows rounded like this the result is Pillow's to the bit, which is what the
// published networks were trained behind.
const precision = 22

// tap is the weights of one result pixel, from the first pixel they apply to.
type tap struct {
	from    int
	weights []int32
}

// taps returns the weights that take an axis from one size to another.
func taps(from, to int, f kernel) []tap {
	scale := float64(from) / float64(to)
	widen := max(scale, 1)
	reach := f.reach * widen
	out := make([]tap, to)
	for i := range out {
		centre := (float64(i) + .5) * scale
		first := max(int(centre-reach+.5), 0)
		end := min(int(centre+reach+.5), from)
		weights, sum := make([]float64, end-first), 0.
		for k := range weights {
			weights[k] = f.weight((float64(k+first) - centre + .5) / widen)
			sum += weights[k]
		}
		out[i] = tap{first, make([]int32, len(weights))}
		for k, w := range weights {
			out[i].weights[k] = int32(math.Round(w / sum * (1 << precision)))
		}
	}
	return out
}

// resize stretches pixels, [height, width, 3], to another height and width.
func resize(pixels []uint8, height, width, toHeight, toWidth int, filter Filter) []uint8 {
	if width != toWidth {
		columns := taps(width, toWidth, filters[filter])
		out := make([]uint8, height*toWidth*3)
		for y := range height {
			row := pixels[y*width*3 : (y+1)*width*3]
			for x, t := range columns {
				blend(out[(y*toWidth+x)*3:], row[t.from*3:], 3, t.weights)
			}
		}
		pixels = out
	}
	if height != toHeight {
		rows := taps(height, toHeight, filters[filter])
		stride := toWidth * 3
		out := make([]uint8, toHeight*stride)
		for y, t := range rows {
			for x := range toWidth {
				blend(out[y*stride+x*3:], pixels[t.from*stride+x*3:], stride, t.weights)
			}
		}
		pixels = out
	}
	return pixels
}

// blend sets the pixel to the weighted sum of pixels that are step apart.
func blend(to, from []uint8, step int, weights []int32) {
	for c := range 3 {
		sum := int64(1) << (precision - 1)
		for k, w := range weights {
			sum += int64(from[k*step+c]) * int64(w)
		}
		to[c] = uint8(min(max(sum>>precision, 0), 255))
	}
}
