package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/gif"  // registers the format
	_ "image/jpeg" // registers the format
	_ "image/png"  // registers the format
	"io"
	"os"

	_ "golang.org/x/image/webp" // registers the format

	"cggm/data"
	"cggm/data/internal/guard"
)

// Limits of what is decoded.
const (
	MaxBytes  = 256 << 20
	MaxPixels = 1 << 26
)

const (
	// maxPixelsPerByte is what one byte of a picture can unfold to at most: a
	// bit a pixel under deflate, which shrinks to 1/1032. A file that claims
	// more is damaged or made to exhaust memory.
	maxPixelsPerByte = 8 * 1032
	// maxScans bounds the passes of a progressive JPEG. Encoders make about ten.
	maxScans = 200
)

// Open reads the picture at path, with its corner at the origin. The background
// shows through transparent pixels; nil is white.
func Open(path string, background color.Color) (*image.RGBA, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	return load(f, path, background)
}

// load reads a picture from a stream; name stands for it in errors.
func load(r io.Reader, name string, background color.Color) (*image.RGBA, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("picture: %s: %w", name, err)
	}
	if len(b) > MaxBytes {
		return nil, &data.FileError{Path: name, Found: "more than 256 MiB", Want: "a smaller file"}
	}
	var img image.Image
	err = guard.Call(name, "picture", func() error {
		if err := checkHeader(b, name); err != nil {
			return err
		}
		var format string
		if img, format, err = image.Decode(bytes.NewReader(b)); err != nil {
			return &data.FileError{Path: name, Found: "damaged " + format + " data", Want: "a complete picture", Err: err}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return flatten(img, background), nil
}

// checkHeader looks at the size before any pixel is decoded.
func checkHeader(b []byte, name string) error {
	const formats = "a PNG, JPEG, WebP or GIF picture"
	config, format, err := image.DecodeConfig(bytes.NewReader(b))
	if errors.Is(err, image.ErrFormat) {
		return &data.FileError{Path: name, Where: "offset 0", Found: fmt.Sprintf("%.12q", b), Want: formats, Err: err}
	}
	if err != nil {
		return &data.FileError{Path: name, Found: "an unreadable header", Want: formats, Err: err}
	}
	limit := min(MaxPixels, maxPixelsPerByte*len(b))
	w, h := config.Width, config.Height
	if w < 1 || h < 1 || w > limit/h {
		return &data.FileError{
			Path: name, Where: "header", Found: fmt.Sprintf("%d x %d pixels", w, h),
			Want: fmt.Sprintf("1 to %d pixels for a file of %d bytes", limit, len(b)),
		}
	}
	switch format {
	case "webp":
		return checkWebP(b, name, w, h)
	case "jpeg":
		// A pass costs time for every pixel but only a few bytes.
		if n := bytes.Count(b, []byte{0xff, 0xda}); n > maxScans {
			return &data.FileError{Path: name, Found: fmt.Sprintf("a JPEG of %d scans", n), Want: fmt.Sprintf("at most %d", maxScans)}
		}
	}
	return nil
}

// flatten draws the picture onto the background.
func flatten(img image.Image, background color.Color) *image.RGBA {
	if background == nil {
		background = color.White
	}
	bounds := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
	draw.Draw(out, out.Bounds(), image.NewUniform(background), image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), img, bounds.Min, draw.Over)
	return out
}
