// Package picture reads PNG, JPEG, WebP and GIF pictures (the first frame of a
// GIF), resizes them and turns them into arrays. Rotations noted in EXIF data
// are not applied.
package picture

import (
	"fmt"
	"image"
	"image/color"
	"io"
	"os"

	"cggm/data"
)

// Options say what a picture is brought to.
type Options struct {
	// Height and Width of the result; 0 keeps the picture's.
	Height, Width int
	// Crop cuts the largest centred part of the result's proportions before
	// resizing; otherwise the picture is stretched.
	Crop bool
	// Filter resizes. Default: CatmullRom.
	Filter Filter
	// Gray gives one channel instead of three.
	Gray bool
	// Background shows through transparent pixels. Default: white.
	Background color.Color
}

// Read decodes the file at path: [height, width, channels] uint8.
func Read(path string, o Options) (data.Array, error) {
	f, err := os.Open(path)
	if err != nil {
		return data.Array{}, fmt.Errorf("picture: %w", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	return Decode(f, path, o)
}

// Decode decodes a stream; name stands for it in errors. The size of the
// picture is checked before any pixel is decoded.
func Decode(r io.Reader, name string, o Options) (data.Array, error) {
	img, err := load(r, name, o.Background)
	if err != nil {
		return data.Array{}, err
	}
	width, height := o.Width, o.Height
	if width == 0 {
		width = img.Bounds().Dx()
	}
	if height == 0 {
		height = img.Bounds().Dy()
	}
	if width < 1 || height < 1 || width > MaxPixels/height {
		return data.Array{}, fmt.Errorf("picture: size %d x %d: want 1 to %d pixels", width, height, MaxPixels)
	}
	if o.Crop {
		w, h := proportional(img.Bounds(), width, height)
		img = Crop(img, w, h)
	}
	return Bytes(Resize(img, width, height, o.Filter), o.Gray), nil
}

// proportional returns the largest size in r with the given proportions.
func proportional(r image.Rectangle, width, height int) (w, h int) {
	w, h = r.Dx(), r.Dy()
	if w*height > h*width {
		return max(h*width/height, 1), h
	}
	return w, max(w*height/width, 1)
}
