package digits

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"cggm/task/internal/pack"
)

func TestLoad(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if want := [Count]int{240, 76, 216, 47, 64, 6}; s.Widths != want {
		t.Errorf("widths %v, want %v", s.Widths, want)
	}
	for v, view := range s.Views {
		if len(view) != 2000*s.Widths[v] {
			t.Errorf("%s: %d values, want 2000 x %d", s.Names[v], len(view), s.Widths[v])
		}
		for i, x := range view {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				t.Fatalf("%s: value %d is %v", s.Names[v], i, x)
			}
		}
	}
	again, err := Load()
	if err != nil || again != s {
		t.Errorf("the second call decoded again: %v", err)
	}
}

// TestValues compares with the published tables: first and last row, and the sum of each table (awk over the files).
func TestValues(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	mor := s.Views[5]
	if got, want := mor[:6], []float32{1, 0, 0, 133.15, 1.3117, 1620.2}; !slices.Equal(got, want) {
		t.Errorf("first mor row %v, want %v", got, want)
	}
	if got, want := mor[len(mor)-6:], []float32{1, 1, 1, 133.92, 1.5646, 3808}; !slices.Equal(got, want) {
		t.Errorf("last mor row %v, want %v", got, want)
	}
	for v, want := range []float64{1452834, 20068.87645, 137492808, 8331825.075, 6794.85286, 12632390.63} {
		var sum float64
		for _, x := range s.Views[v] {
			sum += float64(x)
		}
		if math.Abs(sum-want) > 1e-6*math.Abs(want) {
			t.Errorf("%s: sum %v, want %v", s.Names[v], sum, want)
		}
	}
}

func TestSplit(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	seen := make([]bool, len(s.Labels))
	for _, set := range []struct {
		rows []int
		each int
	}{{s.Train, 120}, {s.Val, 40}, {s.Test, 40}} {
		var histogram [Classes]int
		for _, row := range set.rows {
			if seen[row] {
				t.Fatalf("row %d twice", row)
			}
			seen[row] = true
			if int(s.Labels[row]) != row/200 {
				t.Fatalf("row %d has label %d", row, s.Labels[row])
			}
			histogram[s.Labels[row]]++
		}
		for digit, n := range histogram {
			if n != set.each {
				t.Errorf("digit %d: %d rows, want %d", digit, n, set.each)
			}
		}
	}
	if slices.Contains(seen, false) {
		t.Error("a row is in no set")
	}
}

func TestDecodeErrors(t *testing.T) {
	packed, err := pack.ReadFile(files, "data/digits.pack")
	if err != nil {
		t.Fatal(err)
	}
	good, err := pack.Decode(packed)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		change func(m []pack.Matrix) []pack.Matrix
	}{
		{"view missing", func(m []pack.Matrix) []pack.Matrix { return m[1:] }},
		{"set missing", func(m []pack.Matrix) []pack.Matrix { return m[:len(m)-1] }},
		{"view of another width", func(m []pack.Matrix) []pack.Matrix {
			m[1].Cols, m[1].Values = 1, m[1].Values[:2000]
			return m
		}},
		{"label outside", func(m []pack.Matrix) []pack.Matrix {
			m[6].Values = slices.Clone(m[6].Values)
			m[6].Values[3] = 10
			return m
		}},
		{"set outside", func(m []pack.Matrix) []pack.Matrix {
			m[7].Values = slices.Clone(m[7].Values)
			m[7].Values[3] = 3
			return m
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed, err := pack.Encode(c.change(slices.Clone(good)))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := decode(changed); err == nil {
				t.Error("accepted")
			}
		})
	}
	if _, err := decode(packed[:100]); !errors.Is(err, pack.ErrFormat) {
		t.Errorf("got %v, want ErrFormat", err)
	}
}

func BenchmarkDecode(b *testing.B) {
	packed, err := pack.ReadFile(files, "data/digits.pack")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := decode(packed); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleLoad() {
	set, err := Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	for v, name := range set.Names {
		fmt.Println(name, set.Widths[v])
	}
	fmt.Println(len(set.Train), len(set.Val), len(set.Test))
	// Output:
	// pix 240
	// fou 76
	// fac 216
	// zer 47
	// kar 64
	// mor 6
	// 1200 400 400
}
