package picture_test

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"cggm/data"
	"cggm/data/picture"
)

func ExampleRead() {
	a, err := picture.Read("testdata/rgb.png", picture.Options{Height: 4, Width: 4, Crop: true})
	fmt.Println(a.Type(), a.Shape, err)
	// Output: uint8 [4 4 3] <nil>
}

func ExampleFloats() {
	img, err := picture.Open("testdata/rgb.png", nil)
	if err != nil {
		fmt.Println(err)
	}
	img = picture.Crop(picture.Resize(img, 16, 12, picture.BiLinear), 10, 10)
	fmt.Println(picture.Floats(img, false).Shape)
	// Output: [10 10 3]
}

func load(t *testing.T, name string, background color.Color) *image.RGBA {
	t.Helper()
	img, err := picture.Open("testdata/"+name, background)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// pixel is what generate.py painted at (x, y).
func pixel(x, y int) [3]int { return [3]int{30 * x, 40 * y, 90} }

func TestReads(t *testing.T) {
	for _, c := range []struct {
		name      string
		scale     int
		tolerance int
	}{
		{"rgb.png", 1, 0},
		{"lossless.webp", 1, 0},
		{"palette.gif", 1, 3},
		{"rgb.jpg", 8, 20},
		{"progressive.jpg", 8, 20},
		{"lossy.webp", 8, 30},
	} {
		a := picture.Bytes(load(t, c.name, nil), false)
		if want := []int{6 * c.scale, 8 * c.scale, 3}; !reflect.DeepEqual(a.Shape, want) {
			t.Errorf("%s: shape %v, want %v", c.name, a.Shape, want)
			continue
		}
		v := a.Values.([]uint8)
		for y := range 6 {
			for x := range 8 {
				// The centre of a block is what was enlarged.
				at := ((y*c.scale+c.scale/2)*8*c.scale + x*c.scale + c.scale/2) * 3
				for ch, want := range pixel(x, y) {
					if d := int(v[at+ch]) - want; d > c.tolerance || d < -c.tolerance {
						t.Errorf("%s: pixel %d,%d channel %d is %d, want %d", c.name, x, y, ch, v[at+ch], want)
					}
				}
			}
		}
	}
}

func TestGreyOf16Bits(t *testing.T) {
	a := picture.Bytes(load(t, "grey16.png", nil), true)
	v := a.Values.([]uint8)
	for x := range 8 {
		if want := x * 9000 >> 8; int(v[x]) != want {
			t.Errorf("pixel %d is %d, want %d", x, v[x], want)
		}
	}
}

func TestGrey(t *testing.T) {
	a := picture.Bytes(load(t, "rgb.png", nil), true)
	v := a.Values.([]uint8)
	// By hand: .299*210 + .587*200 + .114*90 = 190.45.
	if a.Shape[2] != 1 || v[5*8+7] != 190 {
		t.Errorf("shape %v, last pixel %d, want 190", a.Shape, v[5*8+7])
	}
	f := picture.Floats(load(t, "rgb.png", nil), true).Values.([]float32)
	if f[5*8+7] != 190./255 {
		t.Errorf("as float %v, want %v", f[5*8+7], 190./255)
	}
}

func TestBackground(t *testing.T) {
	for _, c := range []struct {
		background color.Color
		want       []uint8
	}{
		{nil, []uint8{255, 255, 255}},
		{color.NRGBA{10, 20, 30, 255}, []uint8{10, 20, 30}},
	} {
		v := picture.Bytes(load(t, "alpha.png", c.background), false).Values.([]uint8)
		if !reflect.DeepEqual(v[3:6], []uint8{30, 0, 90}) || !reflect.DeepEqual(v[7*3:8*3], c.want) {
			t.Errorf("pixels %v and %v, want the painted one and %v", v[3:6], v[7*3:8*3], c.want)
		}
	}
	v := picture.Bytes(load(t, "alpha.webp", color.Black), true).Values.([]uint8)
	if v[63] != 0 || v[10] == 0 {
		t.Errorf("WebP: transparent pixel %d, opaque pixel %d", v[63], v[10])
	}
}

// Pillow shrank the same picture. Its bilinear filter is the same up to
// rounding; its cubic is the same spline.
func TestResizeAgreesWithPillow(t *testing.T) {
	in := load(t, "noise.png", nil)
	for name, f := range map[string]picture.Filter{"bilinear": picture.BiLinear, "bicubic": picture.CatmullRom} {
		want := picture.Bytes(load(t, "noise_"+name+".png", nil), false).Values.([]uint8)
		got := picture.Bytes(picture.Resize(in, 15, 10, f), false).Values.([]uint8)
		for i := range got {
			if d := int(got[i]) - int(want[i]); d < -2 || d > 2 {
				t.Errorf("%s: value %d is %d, want %d", name, i, got[i], want[i])
				break
			}
		}
	}
}

func TestCropAndCover(t *testing.T) {
	img := load(t, "rgb.png", nil)
	v := picture.Bytes(picture.Crop(img, 2, 2), false).Values.([]uint8)
	want := pixel(3, 2)
	if int(v[0]) != want[0] || int(v[1]) != want[1] {
		t.Errorf("crop starts with %v, want %v", v[:3], want)
	}
	if got := picture.Resize(img, 8, 6, picture.BiLinear); got != img {
		t.Error("the same size made a copy")
	}
	for _, size := range [][2]int{{3, 9}, {16, 12}, {5, 5}, {1, 1}, {0, 0}, {0, 3}} {
		for _, crop := range []bool{false, true} {
			got, err := picture.Read("testdata/rgb.png", picture.Options{Width: size[0], Height: size[1], Crop: crop})
			want := []int{cmp.Or(size[1], 6), cmp.Or(size[0], 8), 3}
			if err != nil || !reflect.DeepEqual(got.Shape, want) {
				t.Errorf("size %v has shape %v, %v", size, got.Shape, err)
			}
		}
	}
	// Cropping to a square keeps the middle six columns: the left is x = 1.
	square, err := picture.Read("testdata/rgb.png", picture.Options{Width: 6, Height: 6, Crop: true})
	if err != nil || square.Values.([]uint8)[0] != 30 {
		t.Errorf("square starts with %v, %v; want 30", square.Values, err)
	}
	for _, size := range [][2]int{{-1, 1}, {1, -1}, {1 << 40, 0}, {1 << 14, 1 << 14}} {
		if _, err := picture.Read("testdata/rgb.png", picture.Options{Width: size[0], Height: size[1]}); err == nil {
			t.Errorf("size %v is no error", size)
		}
	}
}

func TestMisusePanics(t *testing.T) {
	img := load(t, "rgb.png", nil)
	for name, f := range map[string]func(){
		"resize": func() { picture.Resize(img, 0, 1, picture.BiLinear) },
		"crop":   func() { picture.Crop(img, 9, 1) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s did not panic", name)
				}
			}()
			f()
		}()
	}
}

// claim returns a PNG whose header claims w x h pixels.
func claim(w, h uint32) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		panic(err)
	}
	out := b.Bytes()
	binary.BigEndian.PutUint32(out[16:], w)
	binary.BigEndian.PutUint32(out[20:], h)
	binary.BigEndian.PutUint32(out[29:], crc32.ChecksumIEEE(out[12:29]))
	return out
}

func TestDamaged(t *testing.T) {
	read := func(name string) []byte {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	good, jpeg, webp := read("rgb.png"), read("rgb.jpg"), read("alpha.webp")
	// The canvas of an extended WebP is in bytes 24 to 29.
	canvas := bytes.Clone(webp)
	canvas[24]++
	for name, c := range map[string]struct {
		in   []byte
		want string
	}{
		"empty":    {nil, "offset 0"},
		"text":     {[]byte("not a picture"), "a PNG, JPEG, WebP or GIF"},
		"header":   {good[:20], "unreadable header"},
		"cut":      {good[:70], "damaged png data"},
		"cut jpeg": {jpeg[:len(jpeg)/2], "damaged jpeg data"},
		"cut webp": {webp[:len(webp)/2], "damaged webp data"},
		"canvas":   {canvas, "the size of the canvas, 65 x 48"},
		"bomb":     {claim(60000, 60000), "found 60000 x 60000 pixels"},
		"big":      {claim(4000, 4000), "found 4000 x 4000 pixels"},
		"scans":    {append(bytes.Clone(jpeg), bytes.Repeat([]byte{0xff, 0xda}, 300)...), "a JPEG of 301 scans"},
	} {
		_, err := picture.Decode(bytes.NewReader(c.in), "x.img", picture.Options{})
		if !errors.Is(err, data.ErrFormat) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "x.img") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := picture.Read("testdata/absent.png", picture.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, pattern := range []string{"*.png", "*.jpg", "*.gif", "*.webp"} {
		paths, err := filepath.Glob("testdata/" + pattern)
		if err != nil || len(paths) == 0 {
			f.Fatal("no seeds", err)
		}
		for _, path := range paths {
			b, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		a, err := picture.Decode(bytes.NewReader(in), "fuzz", picture.Options{Height: 5, Crop: true})
		if err != nil {
			if strings.Contains(err.Error(), "panic") {
				t.Fatal(err)
			}
			return
		}
		if err := a.Check(); err != nil {
			t.Fatal(err)
		}
	})
}
