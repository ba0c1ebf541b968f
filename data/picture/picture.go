// Package picture decodes PNG, JPEG, GIF and WebP files into arrays of pixels,
// and resizes them.
package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	_ "image/gif"  // decoder
	_ "image/jpeg" // decoder
	_ "image/png"  // decoder
	"io"
	"os"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // decoder

	"cggm/data"
)

// Limits of what is decoded.
const (
	MaxBytes  = 256 << 20
	MaxPixels = 1 << 26
)

// Options say what a picture is brought to.
type Options struct {
	// Height and Width of the result; 0 keeps the picture's.
	Height, Width int
	// Crop cuts the largest centred part of the result's proportions before
	// resizing; otherwise the picture is stretched.
	Crop bool
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
	defer func() { _ = f.Close() }()
	return Decode(f, path, o)
}

// Decode decodes a stream; name stands for it in errors.
func Decode(r io.Reader, name string, o Options) (data.Array, error) {
	file, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return data.Array{}, fmt.Errorf("picture: read %s: %w", name, err)
	}
	if len(file) > MaxBytes {
		return data.Array{}, bad(name, "more than 256 MiB", "a smaller file", nil)
	}
	// The header is checked before any pixel is decoded.
	head, format, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return data.Array{}, bad(name, "an unknown or damaged header", "PNG, JPEG, GIF or WebP", err)
	}
	if head.Width < 1 || head.Height < 1 || head.Width > MaxPixels/head.Height {
		return data.Array{}, bad(name, fmt.Sprintf("%dx%d pixels", head.Width, head.Height), fmt.Sprintf("1 to %d pixels", MaxPixels), nil)
	}
	if o.Height < 0 || o.Width < 0 || (o.Height > 0 && o.Width > MaxPixels/o.Height) {
		return data.Array{}, fmt.Errorf("picture: size %dx%d: want 0 to %d pixels", o.Width, o.Height, MaxPixels)
	}
	img, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return data.Array{}, bad(name, "damaged "+format+" data", "a complete picture", err)
	}
	return pixels(resize(img, o), o.Gray), nil
}

func bad(name, found, want string, cause error) error {
	return &data.FileError{Path: name, Found: found, Want: want, Err: cause}
}

// resize draws the picture over the background at its final size.
func resize(img image.Image, o Options) *image.RGBA {
	from := img.Bounds()
	width, height := o.Width, o.Height
	if width == 0 {
		width = from.Dx()
	}
	if height == 0 {
		height = from.Dy()
	}
	if o.Crop {
		from = centre(from, width, height)
	}
	var background color.Color = color.White
	if o.Background != nil {
		background = o.Background
	}
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(out, out.Bounds(), image.NewUniform(background), image.Point{}, draw.Src)
	if from.Dx() == width && from.Dy() == height {
		draw.Draw(out, out.Bounds(), img, from.Min, draw.Over)
	} else {
		draw.CatmullRom.Scale(out, out.Bounds(), img, from, draw.Over, nil)
	}
	return out
}

// centre returns the largest centred part of r with the given proportions.
func centre(r image.Rectangle, width, height int) image.Rectangle {
	w, h := r.Dx(), r.Dy()
	if w*height > h*width {
		w = max(h*width/height, 1)
	} else {
		h = max(w*height/width, 1)
	}
	corner := r.Min.Add(image.Pt((r.Dx()-w)/2, (r.Dy()-h)/2))
	return image.Rectangle{Min: corner, Max: corner.Add(image.Pt(w, h))}
}

func pixels(img *image.RGBA, gray bool) data.Array {
	b := img.Bounds()
	channels := 3
	if gray {
		channels = 1
	}
	out := make([]uint8, 0, b.Dx()*b.Dy()*channels)
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := img.RGBAAt(x, y)
			if gray {
				out = append(out, color.GrayModel.Convert(c).(color.Gray).Y)
			} else {
				out = append(out, c.R, c.G, c.B)
			}
		}
	}
	return data.Array{Shape: []int{b.Dy(), b.Dx(), channels}, Values: out}
}
