package picture

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"reflect"
	"testing"

	"cggm/data"
)

// encoded returns a PNG of the given pixels.
func encoded(t testing.TB, width, height int, at func(x, y int) color.Color) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, at(x, y))
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDecode(t *testing.T) {
	// Red, transparent: white shows through the second pixel.
	file := encoded(t, 2, 1, func(x, _ int) color.Color {
		return color.NRGBA{R: 255, A: uint8(255 * (1 - x))}
	})
	for name, test := range map[string]struct {
		o    Options
		want data.Array
	}{
		"as it is":   {Options{}, data.Array{Shape: []int{1, 2, 3}, Values: []uint8{255, 0, 0, 255, 255, 255}}},
		"background": {Options{Background: color.Black}, data.Array{Shape: []int{1, 2, 3}, Values: []uint8{255, 0, 0, 0, 0, 0}}},
		// Rec. 601: 0.299 of 255 is 76.
		"gray": {Options{Gray: true}, data.Array{Shape: []int{1, 2, 1}, Values: []uint8{76, 255}}},
		"crop": {Options{Width: 1, Height: 1, Crop: true}, data.Array{Shape: []int{1, 1, 3}, Values: []uint8{255, 0, 0}}},
	} {
		got, err := Decode(bytes.NewReader(file), name, test.o)
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

func TestResizeKeepsAConstant(t *testing.T) {
	file := encoded(t, 9, 5, func(int, int) color.Color { return color.Gray{Y: 100} })
	got, err := Decode(bytes.NewReader(file), "constant", Options{Width: 4, Height: 7})
	if err != nil || !reflect.DeepEqual(got.Shape, []int{7, 4, 3}) {
		t.Fatalf("got %v, %v", got.Shape, err)
	}
	for i, v := range got.Values.([]uint8) {
		if v != 100 {
			t.Fatalf("value %d is %d, want 100", i, v)
		}
	}
}

func TestDamagedFilesAreRefused(t *testing.T) {
	file := encoded(t, 20, 20, func(x, y int) color.Color { return color.Gray{Y: uint8(x * y)} })
	for _, n := range []int{0, 1, 8, 20, len(file) / 2, len(file) - 13} {
		if _, err := Decode(bytes.NewReader(file[:n]), "cut", Options{}); !errors.Is(err, data.ErrFormat) {
			t.Errorf("cut after %d bytes: got %v", n, err)
		}
	}
	// A header that claims 2^31-1 pixels a side.
	huge := append([]byte{}, file...)
	copy(huge[16:], []byte{0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff})
	if _, err := Decode(bytes.NewReader(huge), "huge", Options{}); !errors.Is(err, data.ErrFormat) {
		t.Errorf("huge: got %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encoded(f, 3, 2, func(x, y int) color.Color { return color.Gray{Y: uint8(x + y)} }))
	f.Add([]byte("GIF89a"))
	f.Add([]byte{0xff, 0xd8, 0xff})
	f.Fuzz(func(t *testing.T, file []byte) {
		a, err := Decode(bytes.NewReader(file), "fuzz", Options{Width: 4, Height: 4})
		if err == nil && a.Check() != nil {
			t.Error(a.Check())
		}
	})
}
