package picture

import (
	"image"

	"cggm/data"
)

// The weights of red, green and blue in gray, ITU-R BT.601, in units of 1/1000.
const (
	redWeight   = 299
	greenWeight = 587
	blueWeight  = 114
)

// Bytes returns the picture as uint8 [height, width, channels], with the one
// channel gray or the three channels red, green and blue.
func Bytes(img *image.RGBA, gray bool) data.Array {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	channels := 3
	if gray {
		channels = 1
	}
	out := make([]uint8, 0, w*h*channels)
	for y := range h {
		row := img.Pix[y*img.Stride : y*img.Stride+4*w]
		for x := 0; x < len(row); x += 4 {
			r, g, b := row[x], row[x+1], row[x+2]
			if gray {
				sum := redWeight*int(r) + greenWeight*int(g) + blueWeight*int(b)
				out = append(out, uint8((sum+500)/1000))
			} else {
				out = append(out, r, g, b)
			}
		}
	}
	return data.Array{Shape: []int{h, w, channels}, Values: out}
}

// Floats returns what [Bytes] does as float32 in [0,1].
func Floats(img *image.RGBA, gray bool) data.Array {
	a := Bytes(img, gray)
	v, _ := a.Values.([]uint8)
	out := make([]float32, len(v))
	for i, b := range v {
		out[i] = float32(b) / 255
	}
	return data.Array{Shape: a.Shape, Values: out}
}
