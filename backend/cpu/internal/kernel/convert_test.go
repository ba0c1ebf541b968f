package kernel

import (
	"math"
	"testing"
)

// halfValues returns the binary16 numbers in the order of their bits, from 0 to 2^16, the first that is too large.
func halfValues() []float64 {
	values := make([]float64, 0x7C01)
	for h := range values {
		e, f := h>>10, float64(h&0x3FF)
		if e == 0 {
			values[h] = f * 0x1p-24
		} else {
			values[h] = math.Ldexp(1+f/1024, e-15)
		}
	}
	return values
}

func TestFloat16(t *testing.T) { eachLevel(t, testFloat16) }

func testFloat16(t *testing.T) {
	values := halfValues()
	wide := make([]float32, 1)
	for h := range 0x7C00 {
		for _, sign := range []uint16{0, 0x8000} {
			FromFloat16(wide, []uint16{uint16(h) | sign})
			want := values[h]
			if sign != 0 {
				want = -want
			}
			if float64(wide[0]) != want || math.Signbit(float64(wide[0])) != (sign != 0) {
				t.Fatalf("%04x: got %v, want %v", h, wide[0], want)
			}
		}
	}
	narrow := make([]uint16, 1)
	for h := range 0x7C00 {
		// The number itself, and numbers around the middle between it and the next, where ties go to even.
		middle := (values[h] + values[h+1]) / 2
		even := h + h&1
		for _, c := range []struct {
			x    float64
			want int
		}{
			{values[h], h},
			{middle, even},
			{float64(math.Nextafter32(float32(middle), 0)), h},
			{float64(math.Nextafter32(float32(middle), math.MaxFloat32)), h + 1},
		} {
			ToFloat16(narrow, []float32{float32(c.x)})
			if int(narrow[0]) != c.want {
				t.Fatalf("%v: got %04x, want %04x", c.x, narrow[0], c.want)
			}
			ToFloat16(narrow, []float32{float32(-c.x)})
			if int(narrow[0]) != c.want|0x8000 {
				t.Fatalf("%v: got %04x, want %04x with the sign set", -c.x, narrow[0], c.want)
			}
		}
	}
}

func TestNarrowEdges(t *testing.T) { eachLevel(t, testNarrowEdges) }

func testNarrowEdges(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	src := []float32{inf, -inf, math.MaxFloat32, 65519, 65520, 1e-10, float32(math.Copysign(0, -1)), nan, math.Float32frombits(0x7F800001)}
	half, brain, back := make([]uint16, len(src)), make([]uint16, len(src)), make([]float32, len(src))
	ToFloat16(half, src)
	for i, want := range []uint16{0x7C00, 0xFC00, 0x7C00, 0x7BFF, 0x7C00, 0, 0x8000} {
		if half[i] != want {
			t.Errorf("binary16 of %v: got %04x, want %04x", src[i], half[i], want)
		}
	}
	ToBFloat16(brain, src)
	for i, want := range []uint16{0x7F80, 0xFF80, 0x7F80, 0x4780, 0x4780, 0x2EDC, 0x8000} {
		if brain[i] != want {
			t.Errorf("bfloat16 of %v: got %04x, want %04x", src[i], brain[i], want)
		}
	}
	FromFloat16(back, half)
	for _, x := range back[7:] {
		if x == x {
			t.Errorf("NaN came back from binary16 as %v", x)
		}
	}
	FromBFloat16(back, brain)
	for _, x := range back[7:] {
		if x == x {
			t.Errorf("NaN came back from bfloat16 as %v", x)
		}
	}
}

func TestBFloat16(t *testing.T) { eachLevel(t, testBFloat16) }

// testBFloat16 holds ties between neighbours: 1 + 2^-8 lies between 0x3F80 and 0x3F81, 1 + 3*2^-8 between 0x3F81 and 0x3F82.
func testBFloat16(t *testing.T) {
	src := []float32{1, 1 + 0x1p-8, 1 + 0x1p-8 + 0x1p-20, 1 + 3*0x1p-8, -2.5}
	want := []uint16{0x3F80, 0x3F80, 0x3F81, 0x3F82, 0xC020}
	got, back := make([]uint16, len(src)), make([]float32, len(src))
	ToBFloat16(got, src)
	FromBFloat16(back, got)
	for i := range src {
		if got[i] != want[i] {
			t.Errorf("%v: got %04x, want %04x", src[i], got[i], want[i])
		}
		if math.Abs(float64(back[i]-src[i])) > 0x1p-8*math.Abs(float64(src[i])) {
			t.Errorf("%v came back as %v", src[i], back[i])
		}
	}
}

func TestConvert(t *testing.T) {
	got := make([]int32, 3)
	Convert(got, []float64{1.9, -1.9, 7})
	if got[0] != 1 || got[1] != -1 || got[2] != 7 {
		t.Errorf("got %v, want 1 -1 7", got)
	}
	wide := make([]float64, 2)
	Convert(wide, []float32{0.5, -3})
	if wide[0] != 0.5 || wide[1] != -3 {
		t.Errorf("got %v, want 0.5 -3", wide)
	}
}

// TestNarrowLevels compares long slices of every length with the portable conversions.
func TestNarrowLevels(t *testing.T) {
	src := sweep(4000)
	for n := range 70 {
		words, narrow := make([]uint16, n), make([]uint16, n+20)
		for i := range words {
			words[i] = uint16(uint32(i+n) * 40503)
		}
		eachLevel(t, func(t *testing.T) {
			for _, c := range []struct {
				name   string
				widen  func([]float32, []uint16)
				narrow func([]uint16, []float32)
			}{{"bfloat16", FromBFloat16, ToBFloat16}, {"binary16", FromFloat16, ToFloat16}} {
				want, wide := make([]float32, n), newGuarded(n)
				atLevel(levelPortable, func() { c.widen(want, words) })
				c.widen(wide.data, words)
				wide.check(t)
				for i, v := range wide.data {
					if !sameBits(v, want[i]) {
						t.Fatalf("%s %04x: got %v, want %v", c.name, words[i], v, want[i])
					}
				}
				from := src[n*57:][:n]
				wantNarrow := make([]uint16, n+20)
				clear(narrow)
				atLevel(levelPortable, func() { c.narrow(wantNarrow[:n], from) })
				c.narrow(narrow[:n], from)
				for i, v := range narrow {
					if v != wantNarrow[i] {
						t.Fatalf("%s of %d numbers: number %d is %04x, want %04x", c.name, n, i, v, wantNarrow[i])
					}
				}
			}
		})
	}
}
