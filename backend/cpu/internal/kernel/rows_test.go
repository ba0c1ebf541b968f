package kernel

import (
	"math"
	"testing"
)

// Operations with a number for each row give what they give element by element, in place of either matrix too.
func TestRows(t *testing.T) {
	functions := []struct {
		name  string
		fast  func(dst, x, s, y []float32, r, c int)
		naive func(x, s, y float64) float64
	}{
		{"AddRows", func(dst, x, s, _ []float32, r, c int) { AddRows(dst, x, s, r, c) }, func(x, s, _ float64) float64 { return x + s }},
		{"SubRows", func(dst, x, s, _ []float32, r, c int) { SubRows(dst, x, s, r, c) }, func(x, s, _ float64) float64 { return x - s }},
		{"MulRows", func(dst, x, s, _ []float32, r, c int) { MulRows(dst, x, s, r, c) }, func(x, s, _ float64) float64 { return x * s }},
		{"MulAddRows", MulAddRows, func(x, s, y float64) float64 { return x*s + y }},
		{"AddMulRows", AddMulRows, func(x, s, y float64) float64 { return (x + s) * y }},
	}
	for _, f := range functions {
		eachLevel(t, func(t *testing.T) {
			for r := range 4 {
				for c := range 70 {
					x, s, y := randoms(1, r*c), randoms(2, r), randoms(3, r*c)
					for place := range 3 {
						dst, a, b := newGuarded(r*c), x, y
						switch place {
						case 1:
							copy(dst.data, x)
							a = dst.data
						case 2:
							copy(dst.data, y)
							b = dst.data
						}
						f.fast(dst.data, a, s, b, r, c)
						dst.check(t)
						for i, got := range dst.data {
							terms := math.Abs(float64(x[i])) + math.Abs(float64(s[i/c])) + math.Abs(float64(x[i]*s[i/c])) + math.Abs(float64(y[i]))
							want := f.naive(float64(x[i]), float64(s[i/c]), float64(y[i]))
							if d := math.Abs(float64(got) - want); !(d <= 0x1p-22*terms*max(1, math.Abs(float64(y[i])))) {
								t.Fatalf("%s of [%d, %d], place %d: element %d is %v, want %v", f.name, r, c, place, i, got, want)
							}
						}
					}
				}
			}
		})
	}
}
