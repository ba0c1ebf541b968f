package picture

import (
	"fmt"
	"image"

	"golang.org/x/image/draw"
)

// Filter is a way to resize. Both widen when shrinking, so that no pixel is
// skipped.
type Filter int

const (
	// CatmullRom is a cubic that keeps edges sharp.
	CatmullRom Filter = iota
	// BiLinear averages with a triangle.
	BiLinear
)

// Resize returns the picture stretched to w x h pixels, itself if it has that
// size. It panics if either is less than 1.
func Resize(img *image.RGBA, w, h int, f Filter) *image.RGBA {
	if w < 1 || h < 1 {
		panic(fmt.Sprintf("picture: resize to %d x %d", w, h))
	}
	if img.Bounds().Dx() == w && img.Bounds().Dy() == h {
		return img
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	scaler := draw.CatmullRom
	if f == BiLinear {
		scaler = draw.BiLinear
	}
	scaler.Scale(out, out.Bounds(), img, img.Bounds(), draw.Src, nil)
	return out
}

// Crop returns the w x h pixels around the centre. It shares the memory of the
// picture, and panics if the picture is smaller.
func Crop(img *image.RGBA, w, h int) *image.RGBA {
	b := img.Bounds()
	if w < 1 || h < 1 || w > b.Dx() || h > b.Dy() {
		panic(fmt.Sprintf("picture: crop %d x %d pixels to %d x %d", b.Dx(), b.Dy(), w, h))
	}
	x, y := b.Min.X+(b.Dx()-w)/2, b.Min.Y+(b.Dy()-h)/2
	return &image.RGBA{Pix: img.Pix[img.PixOffset(x, y):], Stride: img.Stride, Rect: image.Rect(0, 0, w, h)}
}
